"""Taking payloads out of the lake: the one thing that ever changes it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from pipeline.lake.payload import is_kept
from pipeline.lake.store import read_payloads_file, remove_file, write_parquet


def remove_expired(
    files: Collection[Path], at: datetime, watch: Callable[[str], None] | None = None
) -> None:
    """Write each file again without the payloads past their time; an empty one is removed.

    A file is replaced whole or not at all, so that this may stop anywhere and be run again.
    Raises LakeError for a file that cannot be read or written.
    """
    for path in files:
        if watch:
            watch(path.name)
        if not path.exists():  # another purge was faster
            continue
        rows = read_payloads_file(path)
        kept = rows.filter(is_kept(at))
        if kept.is_empty():
            remove_file(path)
        elif kept.height < rows.height:
            write_parquet(kept, path)
