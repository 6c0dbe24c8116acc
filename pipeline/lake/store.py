"""Writing and scanning the lake. A reader never sees half a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from pipeline.errors import LakeError
from pipeline.lake.payload import LAKE_COLUMNS, SCHEMA, Payload, as_frame
from pipeline.lake.unfinished import (
    remove_abandoned,
    sync_folder,
    unfinished_path,
    write_unfinished,
)
from pipeline.values import fingerprint


def lake_files(lake: Path, source: str | None = None) -> list[Path]:
    """Every Parquet file of the lake, or of one source, in a fixed order."""
    return sorted(lake.glob(f"source={source or '*'}/ingest_date=*/*.parquet"))


def scan_lake(lake: Path, source: str | None = None, as_of: datetime | None = None) -> pl.LazyFrame:
    """A lazy frame with one row per payload (columns: LAKE_COLUMNS).

    `as_of` leaves out what was fetched later (UTC).
    """
    files = lake_files(lake, source)
    if not files:
        return pl.LazyFrame(schema=LAKE_COLUMNS)
    rows = pl.scan_parquet(
        files, schema=SCHEMA, hive_partitioning=False, include_file_paths="lake_path"
    )
    return rows if as_of is None else rows.filter(pl.col("fetched_at") <= as_of)


def known_ids(lake: Path, source: str) -> set[str]:
    """The payload ids the lake holds of one source."""
    return set(collect_payloads(scan_lake(lake, source).select("payload_id"))["payload_id"])


def known_content(lake: Path, source: str) -> set[str]:
    """The content digests of one source's imported dumps."""
    dumps = scan_lake(lake, source).filter(pl.col("endpoint") == "import")
    return set(collect_payloads(dumps.select("content_sha256"))["content_sha256"])


def write_payloads(lake: Path, payloads: Iterable[Payload]) -> list[Path]:
    """Add payloads the lake does not hold yet; answers the files written.

    One file per source and day, written aside, synced and renamed. Raises LakeError
    when the folder cannot be written.
    """
    remove_abandoned(lake)
    written = []
    ordered = sorted(payloads, key=lambda p: (p.source, p.fetched_at, p.payload_id))
    for source, group in groupby(ordered, key=lambda p: p.source):
        known = known_ids(lake, source)
        unseen: dict[str, Payload] = {}
        for payload in group:
            if payload.payload_id not in known:
                unseen.setdefault(payload.payload_id, payload)
        for day, new in groupby(unseen.values(), key=lambda p: p.fetched_at.date()):
            written.append(_write_file(day_folder(lake, source, day), list(new)))
    return written


def _write_file(folder: Path, payloads: Sequence[Payload]) -> Path:
    frame = as_frame(payloads)
    path = folder / file_name(frame)
    write_parquet(frame, path)
    return path


def day_folder(lake: Path, source: str, day: date) -> Path:
    """Where payloads of a source and day lie."""
    return lake / f"source={source}" / f"ingest_date={day:%Y-%m-%d}"


def file_name(frame: pl.DataFrame) -> str:
    """The name of a file of these payloads, the same for the same ones."""
    return f"{fingerprint(*frame['payload_id'])}.parquet"


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame so that the file is either absent or whole, also after a power cut."""
    unfinished = unfinished_path(path)
    try:
        write_unfinished(frame, unfinished)
        unfinished.replace(path)
        sync_folder(path.parent)
    except (OSError, PolarsError) as error:
        raise LakeError(f"{path}: cannot be written: {error}") from error
    finally:
        with suppress(OSError):  # the failure above is the one to tell
            unfinished.unlink(missing_ok=True)


def collect_payloads(rows: pl.LazyFrame) -> pl.DataFrame:
    try:
        return rows.collect()
    except (PolarsError, OSError) as error:
        raise LakeError(f"the lake cannot be read: {error}; try 'sightline lake verify'") from error
