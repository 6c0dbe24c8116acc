"""Writing and scanning the lake. A reader never sees half a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from pipeline.errors import LakeError, UnwritableLakeError
from pipeline.lake.payload import LAKE_COLUMNS, SCHEMA, Payload, as_frame, is_kept
from pipeline.lake.unfinished import (
    remove_abandoned,
    sync_folder,
    unfinished_path,
    write_unfinished,
    written_alone,
)
from pipeline.values import fingerprint


def lake_files(lake: Path, source: str | None = None) -> list[Path]:
    """Every Parquet file of the lake, or of one source, in a fixed order."""
    return sorted(lake.glob(f"source={source or '*'}/ingest_date=*/*.parquet"))


def scan_lake(
    lake: Path,
    source: str | None = None,
    as_of: datetime | None = None,
    kept_at: datetime | None = None,
) -> pl.LazyFrame:
    """A lazy frame with one row per payload (columns: LAKE_COLUMNS).

    `as_of` leaves out what was fetched later (UTC), `kept_at` what its terms did not allow to
    keep until then.
    """
    files = lake_files(lake, source)
    if not files:
        return pl.LazyFrame(schema=LAKE_COLUMNS)
    rows = pl.scan_parquet(
        files, schema=SCHEMA, hive_partitioning=False, include_file_paths="lake_path"
    )
    if as_of is not None:
        rows = rows.filter(pl.col("fetched_at") <= as_of)
    return rows if kept_at is None else rows.filter(is_kept(kept_at))


def read_payloads_file(path: Path) -> pl.DataFrame:
    """One file of the lake, bodies included. Raises LakeError where it is damaged."""
    return collect_payloads(pl.scan_parquet(path, schema=SCHEMA, hive_partitioning=False))


def known_ids(lake: Path, source: str, at: datetime) -> set[str]:
    """The ids of one source's payloads that need not be stored again at that moment.

    These are the newest answers to their requests, as far as they may still be kept. An
    answer that comes back after another one had taken its place is stored again: a rebuild
    would believe the other one for ever.
    """
    rows = scan_lake(lake, source, kept_at=at)
    newest = pl.col("fetched_at") == pl.col("fetched_at").max().over("endpoint", "request")
    held = collect_payloads(rows.select("payload_id", "endpoint", "request", "fetched_at"))
    return set(held.filter(newest)["payload_id"])


def newest_copies(payloads: pl.DataFrame) -> pl.DataFrame:
    """Each payload once, as it came last, ordered by id."""
    ordered = payloads.sort(
        "payload_id", "fetched_at", "lake_path", descending=[False, True, False]
    )
    return ordered.unique("payload_id", keep="first", maintain_order=True)


def known_content(lake: Path, source: str) -> set[str]:
    """The content digests of one source's imported dumps."""
    dumps = scan_lake(lake, source).filter(pl.col("endpoint") == "import")
    return set(collect_payloads(dumps.select("content_sha256"))["content_sha256"])


def require_writable(lake: Path) -> None:
    """Raise UnwritableLakeError where it is plain, before anything is paid for, that nothing fits.

    Nothing is written to find out, so a disk that is full is not noticed here.
    """
    try:
        there = next(folder for folder in (lake, *lake.parents) if folder.exists())
    except OSError as error:
        raise UnwritableLakeError(f"{lake}: cannot be written: {error}") from error
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        raise UnwritableLakeError(f"{lake}: cannot be written: {there} is no folder open to us")


def write_payloads(lake: Path, payloads: Iterable[Payload]) -> list[Path]:
    """Add payloads the lake does not hold yet; answers the files written.

    One file per source and day, written aside, synced and renamed; one writer per source at
    a time. Raises UnwritableLakeError when the folder cannot be written.
    """
    remove_abandoned(lake)
    written = []
    ordered = sorted(payloads, key=lambda p: (p.source, p.fetched_at, p.payload_id))
    for source, group in groupby(ordered, key=lambda p: p.source):
        payloads_of_source = list(group)
        with written_alone(lake / f"source={source}"):
            known = known_ids(lake, source, payloads_of_source[0].fetched_at)
            unseen: dict[str, Payload] = {}
            for payload in payloads_of_source:
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
        raise UnwritableLakeError(f"{path}: cannot be written: {error}") from error
    finally:
        with suppress(OSError):  # the failure above is the one to tell
            unfinished.unlink(missing_ok=True)


def remove_file(path: Path) -> None:
    """Remove a file, and its folder where that is empty then, so that it stays removed."""
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
        with suppress(OSError):  # other files are in it
            path.parent.rmdir()
    except OSError as error:
        raise LakeError(f"{path}: cannot be removed: {error}") from error


def collect_payloads(rows: pl.LazyFrame) -> pl.DataFrame:
    try:
        return rows.collect()
    except (PolarsError, OSError) as error:
        raise LakeError(f"the lake cannot be read: {error}; try 'sightline lake verify'") from error
