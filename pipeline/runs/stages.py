"""Counting and timing the stages of a run, and telling whoever watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Watcher = Callable[[str], None]
TIMED_STAGES = 4  # payloads, extracted_entities, groups, stored: of a run and of a rebuild


@dataclass
class Stage:
    """What went in, what came out, how long it took."""

    name: str
    came_in: int = 0
    came_out: int = 0
    seconds: float = 0.0


@dataclass
class Stages:
    """The stages of one run in order; `watch` is told each one's name as it starts."""

    watch: Watcher | None = None
    done: list[Stage] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, came_in: int = 0) -> Iterator[Stage]:
        """Time a block; set `came_out` on what it gives."""
        if self.watch:
            self.watch(name)
        stage = Stage(name, came_in)
        started = time.perf_counter()
        try:
            yield stage
        finally:
            stage.seconds = time.perf_counter() - started
            self.done.append(stage)

    def note(self, name: str, came_in: int, came_out: int) -> None:
        """A count that took no time of its own."""
        self.done.append(Stage(name, came_in, came_out))

    def as_report(self) -> dict[str, dict[str, Any]]:
        """By name; of a stage that was gone through again the last counts and the whole time."""
        seconds: dict[str, float] = {}
        for stage in self.done:
            seconds[stage.name] = seconds.get(stage.name, 0.0) + stage.seconds
        return {
            stage.name: {
                "in": stage.came_in,
                "out": stage.came_out,
                "seconds": round(seconds[stage.name], 3),
            }
            for stage in self.done
        }
