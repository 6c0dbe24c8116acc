"""What the seven simulated APIs have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tests.simulators.messages import Asked, Fault, Reply
from tests.simulators.rows import Row


class Api:
    """One API: answers requests from rows, and knows how it misbehaves.

    `telling` are the parameters that a log line shows. `million` is an answer of a million items as text before, item and text after; the item
    holds the number's place as `%d`.
    """

    name: ClassVar[str]
    base_path: ClassVar[str] = ""
    key: ClassVar[str | None] = None
    telling: ClassVar[tuple[str, ...]]
    million: ClassVar[tuple[str, str, str]]
    faults: ClassVar[Mapping[str, Fault]]

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)

    def answer(self, asked: Asked) -> Reply:
        """What the API says; every refusal is an answer too."""
        raise NotImplementedError

    def path_of(self, asked: Asked) -> str:
        """The path below the base URL."""
        return asked.path.removeprefix(self.base_path)


def number(text: Any, default: int) -> int:
    """A whole number, or the default where it is none."""
    try:
        return int(text)
    except (TypeError, ValueError):
        return default
