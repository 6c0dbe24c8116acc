"""What a check of a contract found: where, what, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """One complaint about a contract file; `gate` is 1 to 7, or a warning's code."""

    file: str
    line: int
    gate: int | str
    level: Level
    rule: str
    found: str
    expected: str
    suggestion: str = ""

    @property
    def message(self) -> str:
        """One sentence: `lens.yaml:12: [gate 2] rule x: found 'footbal', expected …`."""
        label = f"gate {self.gate}" if isinstance(self.gate, int) else self.gate
        where = f"{self.file}:{self.line}: [{label}] {self.rule}"
        hint = f"; {self.suggestion}" if self.suggestion else ""
        return f"{where}: found {self.found}, expected {self.expected}{hint}"

    def as_row(self) -> dict[str, str | int]:
        """The shape `lens check --json` prints."""
        key = "gate" if isinstance(self.gate, int) else "code"
        return {
            key: self.gate,
            "level": self.level,
            "file": self.file,
            "line": self.line,
            "rule": self.rule,
            "found": self.found,
            "expected": self.expected,
            "suggestion": self.suggestion,
            "message": self.message,
        }


def nearest(word: str, known: Iterable[object]) -> str:
    """`did you mean 'football'?` for the known word nearest to this one, else nothing."""
    close = get_close_matches(word, [str(item) for item in known], n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""
