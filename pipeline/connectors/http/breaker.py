"""An end to asking a source that only fails."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import CallError


@dataclass
class Breaker:
    """Opens for the rest of a run: after `limit` failed requests in a row, or a final refusal.

    `why` tells why it is open, empty while it is not.
    """

    limit: int
    why: str = ""
    _in_a_row: int = 0

    def succeeded(self) -> None:
        self._in_a_row = 0

    def failed(self, error: Exception) -> None:
        self._in_a_row += 1
        if isinstance(error, CallError) and error.is_final:
            self.why = "not asked after a refusal that holds for every request"
        elif self._in_a_row >= self.limit:
            self.why = self.why or f"not asked after {self._in_a_row} failures in a row"
