"""Files on their way into the lake: under names that no reader looks for."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import polars as pl

from pipeline.errors import UnwritableLakeError
from pipeline.processes import is_alive


def unfinished_path(path: Path) -> Path:
    """Where this process writes a file before it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def write_unfinished(frame: pl.DataFrame, part: Path, group_rows: int | None = None) -> None:
    """Write, in row groups of that many rows, and sync. Raises OSError, PolarsError."""
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("wb") as file:
        frame.write_parquet(file, compression="zstd", row_group_size=group_rows)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames in a folder outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_abandoned(lake: Path) -> list[str]:
    """Delete what processes that are gone have left unfinished; answers the files' names."""
    removed = []
    for part in sorted(lake.glob("source=*/ingest_date=*/.*.part")):
        writer = part.name.split(".")[-2]
        if writer.isdecimal() and not is_alive(int(writer)):
            with suppress(OSError):  # another process was faster, or may not be disturbed
                part.unlink()
                removed.append(part.name)
    return removed


@contextmanager
def written_alone(folder: Path) -> Iterator[Path]:
    """Hold a source's folder: whoever else writes there waits, so nothing is stored twice.

    The lock ends with the process, however that ends. Raises UnwritableLakeError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise UnwritableLakeError(f"{folder}: cannot be written: {error}") from error
    try:
        with suppress(OSError):  # a file system without locks still takes files
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(handle)
