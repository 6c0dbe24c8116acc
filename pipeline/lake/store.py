"""Writing and scanning the lake. A reader never sees half a file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import groupby
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from pipeline.errors import LakeError, UnwritableLakeError
from pipeline.lake.payload import LAKE_COLUMNS, SCHEMA, Payload, as_frame
from pipeline.processes import is_alive
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

    One file per source and day, written aside, synced and renamed; one writer per source at
    a time. Raises UnwritableLakeError when the folder cannot be written.
    """
    written = []
    ordered = sorted(payloads, key=lambda p: (p.source, p.fetched_at, p.payload_id))
    for source, group in groupby(ordered, key=lambda p: p.source):
        with written_alone(lake / f"source={source}") as folder:
            known = known_ids(lake, source)
            unseen: dict[str, Payload] = {}
            for payload in group:
                if payload.payload_id not in known:
                    unseen.setdefault(payload.payload_id, payload)
            for day, new in groupby(unseen.values(), key=lambda p: p.fetched_at.date()):
                written.append(_write_file(folder / f"ingest_date={day:%Y-%m-%d}", list(new)))
    return written


@contextmanager
def written_alone(folder: Path) -> Iterator[Path]:
    """Hold a source's folder: whoever else writes there waits, so nothing is stored twice.

    The lock ends with the process, however that ends. What a process that was killed left
    half written is deleted.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise UnwritableLakeError(f"{folder}: cannot be written: {error}") from error
    try:
        with suppress(OSError):  # a file system without locks still takes files
            fcntl.flock(handle, fcntl.LOCK_EX)
        for left in folder.glob("*/.*.part"):
            _delete_if_left(left)
        yield folder
    finally:
        os.close(handle)


def _delete_if_left(unfinished: Path) -> None:
    """Delete a half-written file whose process is no more."""
    process = unfinished.name.split(".")[-2]
    if process.isdecimal() and not is_alive(int(process)):
        with suppress(OSError):  # harmless: no reader takes it for a payload
            unfinished.unlink(missing_ok=True)


def _write_file(folder: Path, payloads: Sequence[Payload]) -> Path:
    frame = as_frame(payloads)
    path = folder / f"{fingerprint(*frame['payload_id'])}.parquet"
    write_parquet(frame, path)
    return path


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame so that the file is either absent or whole, also after a power cut."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            frame.write_parquet(file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync_folder(path.parent)
    except (OSError, PolarsError) as error:
        raise UnwritableLakeError(f"{path}: cannot be written: {error}") from error
    finally:
        with suppress(OSError):  # the failure above is the one to tell
            unfinished.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def collect_payloads(rows: pl.LazyFrame) -> pl.DataFrame:
    try:
        return rows.collect()
    except (PolarsError, OSError) as error:
        raise LakeError(f"the lake cannot be read: {error}; try 'sightline lake verify'") from error
