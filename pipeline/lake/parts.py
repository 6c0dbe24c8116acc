"""Many payloads into the lake at once: written in bounded pieces, seen all together or not."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from polars.exceptions import PolarsError

from pipeline.errors import LakeError
from pipeline.lake.payload import Payload, as_frame
from pipeline.lake.store import day_folder, file_name
from pipeline.lake.unfinished import (
    remove_abandoned,
    sync_folder,
    unfinished_path,
    write_unfinished,
)

BUFFER_BYTES = 64 * 1024 * 1024
_GROUP_ROWS = 16  # a reader that wants one payload unpacks the bodies of its group


class Parts:
    """Payloads of one import; `place` makes them part of the lake, leaving without it drops them.

    Bodies wait in memory up to `buffer_bytes`; then the day that holds most of them is written
    beside its final place.
    """

    def __init__(self, lake: Path, source: str, buffer_bytes: int = BUFFER_BYTES) -> None:
        self._lake = lake
        self._source = source
        self._buffer_bytes = buffer_bytes
        self._waiting: dict[date, list[Payload]] = defaultdict(list)
        self._sizes: Counter[date] = Counter()
        self._written: list[tuple[Path, Path]] = []  # where it is, where it will be

    def __enter__(self) -> Self:
        remove_abandoned(self._lake)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for part, _ in self._written:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def add(self, payload: Payload) -> None:
        """Take one payload; LakeError where it has to be written and cannot."""
        day = payload.fetched_at.date()
        self._waiting[day].append(payload)
        self._sizes[day] += len(payload.body)
        if self._sizes.total() >= self._buffer_bytes:
            ((fullest, _),) = self._sizes.most_common(1)
            self._write(fullest)

    def place(self) -> None:
        """Give every file its final name. Raises LakeError, and then none has it."""
        for day in sorted(self._waiting):
            self._write(day)
        try:
            for part, path in self._written:
                part.replace(path)
            for folder in sorted({path.parent for _, path in self._written}):
                sync_folder(folder)
        except BaseException as error:
            for _, path in self._written:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise LakeError(f"{self._lake}: cannot be written: {error}") from error
            raise

    def _write(self, day: date) -> None:
        frame = as_frame(self._waiting.pop(day))
        del self._sizes[day]
        path = day_folder(self._lake, self._source, day) / file_name(frame)
        part = unfinished_path(path)
        self._written.append((part, path))
        try:
            write_unfinished(frame, part, _GROUP_ROWS)
        except (OSError, PolarsError) as error:
            raise LakeError(f"{path}: cannot be written: {error}") from error
