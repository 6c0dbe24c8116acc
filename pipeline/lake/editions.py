"""Which dumps still count: of a source of snapshots, the newest edition of each scope."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.lake.store import collect_payloads, scan_lake
from pipeline.values import BoundingBox

IMPORT = "import"  # the endpoint of a dump


@dataclass(frozen=True)
class Edition:
    """What a dump says of itself, each where it says it.

    `scope`: the part of the source that it holds whole; `dated`: the day it shows; `areas`:
    boxes that together hold every position in it.
    """

    scope: str | None = None
    dated: date | None = None
    areas: Sequence[BoundingBox] = ()

    def as_request(self) -> dict[str, Any]:
        """The members it adds to the request of an import."""
        said = {
            "scope": self.scope,
            "edition": self.dated and self.dated.isoformat(),
            "areas": [area.as_list() for area in self.areas],
        }
        return {name: value for name, value in said.items() if value}

    def fetched_at(self, now: datetime) -> datetime:
        """The moment it stands for: its own day, but never one that is still to come."""
        if self.dated is None:
            return now
        return min(now, datetime(self.dated.year, self.dated.month, self.dated.day))


def current(rows: pl.LazyFrame, snapshots: Collection[str]) -> pl.LazyFrame:
    """The rows of a scan without superseded editions; `snapshots` are sources that have them."""
    old = superseded(rows, snapshots)["payload_id"].to_list()
    return rows.filter(~pl.col("payload_id").is_in(old)) if old else rows


def superseded(rows: pl.LazyFrame, snapshots: Collection[str]) -> pl.DataFrame:
    """payload_id of each superseded edition, and `newest`, the payload that took its place.

    The day an edition shows decides, where it says none the time it was fetched: so an older
    one that is imported later does not win.
    """
    dumps = collect_payloads(
        rows.filter(pl.col("source").is_in(list(snapshots)) & (pl.col("endpoint") == IMPORT))
        .select("payload_id", "source", "request", "fetched_at")
        .unique("payload_id", keep="first", maintain_order=True)
    )
    said = dumps.with_columns(
        pl.col("request").str.json_path_match("$.scope").alias("scope"),
        pl.col("request").str.json_path_match("$.edition").str.to_date(strict=False).alias("dated"),
    ).drop_nulls("scope")
    shown = pl.coalesce(pl.col("dated").cast(pl.Datetime("us")), "fetched_at")
    ordered = said.sort(shown, "fetched_at", "payload_id", descending=True)
    newest = pl.col("payload_id").first().over("source", "scope").alias("newest")
    return (
        ordered.with_columns(newest)
        .filter(pl.col("payload_id") != pl.col("newest"))
        .select("payload_id", "newest")
        .sort("payload_id")
    )


def without_retired(
    stored: pl.DataFrame, lake: Path, read: Mapping[str, Collection[str]]
) -> pl.DataFrame:
    """Stored records but those of an edition whose successor is among the payloads `read`.

    `read` has the payload ids by source, of sources of snapshots alone. What the successor
    still lists was read anew; what it does not list is gone.
    """
    for source, payload_ids in read.items():
        old = superseded(scan_lake(lake, source), [source])
        old = old.filter(pl.col("newest").is_in(list(payload_ids)))
        stored = stored.filter(~pl.col("payload_id").is_in(old["payload_id"].to_list()))
    return stored
