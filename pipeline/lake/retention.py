"""How long payloads may be kept: which are past their time, and leaving those out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from pipeline.errors import LakeError
from pipeline.lake.payload import is_kept
from pipeline.lake.store import collect_payloads, lake_files, scan_lake

REMEDY = "'sightline lake purge' removes them and what was derived from them"


def expired_payloads(lake: Path, at: datetime) -> pl.DataFrame:
    """Payloads past their time: payload_id, source, fetched_at, retain_until, lake_path."""
    rows = scan_lake(lake).filter(~is_kept(at))
    return collect_payloads(
        rows.select("payload_id", "source", "fetched_at", "retain_until", "lake_path")
    ).sort("source", "fetched_at", "payload_id")


def expiry_warnings(lake: Path, at: datetime) -> list[str]:
    """What to tell a reader of the lake who was given no expired payloads."""
    sources = sorted({path.parents[1].name.removeprefix("source=") for path in lake_files(lake)})
    counts = {source: _count_expired(lake, source, at) for source in sources}
    told = [f"{count} of {source}" for source, count in counts.items() if count]
    if not told:
        return []
    why = "left out, as their terms do not allow to keep them any longer"
    return [f"payloads {why}: {', '.join(told)}; {REMEDY}"]


def _count_expired(lake: Path, source: str, at: datetime) -> int:
    """A source that cannot be read is told by whoever needs its answers."""
    rows = scan_lake(lake, source).filter(~is_kept(at))
    try:
        return int(collect_payloads(rows.select(pl.len())).item())
    except LakeError:
        return 0
