"""When the next request to a host may go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass
class Pace:
    """One host's queue, shared by everything in a run that asks it.

    Requests of a connector that declares a rate are spaced by it; a wait that the host asked
    for holds up all.
    """

    _free_at: float = 0.0
    _held_until: float = 0.0

    def hold(self, seconds: float) -> None:
        """Let nothing go for so long."""
        self._held_until = max(self._held_until, _now() + seconds)

    async def wait(
        self, seconds_apart: float, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Return when the next request may go; concurrent callers queue."""
        starts_at = max(_now(), self._held_until)
        if seconds_apart:
            starts_at = max(starts_at, self._free_at)
            self._free_at = starts_at + seconds_apart
        await sleep(max(0.0, starts_at - _now()))


def _now() -> float:
    return asyncio.get_running_loop().time()
