"""Taking payloads out of the lake: the one thing that ever changes it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from pipeline.lake.payload import is_kept
from pipeline.lake.store import read_payloads_file, remove_file, write_parquet

_UNFINISHED = re.compile(r"^\..+\.(?P<process>\d+)\.part$")


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


def remove_unfinished(lake: Path) -> list[str]:
    """Remove what writers left that were killed; answers the names of the files.

    They hold answers that no reader sees and nothing else would ever remove.
    """
    removed = []
    for path in sorted(lake.glob("source=*/ingest_date=*/.*.part")):
        match = _UNFINISHED.match(path.name)
        if match and not _is_alive(int(match["process"])):
            remove_file(path)
            removed.append(path.name)
    return removed


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # another user's, or no number of a process
        return True
    return True
