"""An end to asking a source that only fails."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import CallError, NotAskedError


@dataclass
class Breaker:
    """Opens for the rest of a run: after `limit` failed requests in a row, or a final refusal.

    `why` tells why it is open, empty while it is not.
    """

    limit: int
    why: str = ""
    _in_a_row: int = 0

    def require_closed(self) -> None:
        """Raise NotAskedError, saying why, where the source is not asked any more."""
        if self.why:
            raise NotAskedError(self.why)

    def succeeded(self) -> None:
        self._in_a_row = 0

    def failed(self, error: Exception) -> None:
        self._in_a_row += 1
        if isinstance(error, CallError) and error.is_final:
            self.why = "not asked after a refusal that holds for every request"
        elif self._in_a_row >= self.limit:
            self.why = self.why or f"not asked after {self._in_a_row} failures in a row"
