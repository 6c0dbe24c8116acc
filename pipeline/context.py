"""What a command knows from its start to its end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.lens.compiled import CompiledLens
from pipeline.settings import Settings
from pipeline.warehouse.gate import Gate
from pipeline.workbench import Workbench

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock, as UTC without an offset; only the start of a command reads it."""
    return datetime.now(UTC).replace(tzinfo=None)


def open_gate(settings: Settings) -> Gate:
    """The way to the warehouse; nothing is opened yet."""
    return Gate(settings.warehouse, settings.app.engine.lock_wait_seconds)


def open_bench(settings: Settings) -> Workbench:
    """A working connection of its own."""
    return Workbench(settings.scratch, settings.app.engine.memory_limit)


@dataclass(frozen=True)
class RunContext:
    """Made once and passed on: nothing below opens a lens or reads the wall clock."""

    settings: Settings
    lens: CompiledLens
    run_id: str
    correlation_id: str
    clock: Clock

    @property
    def gate(self) -> Gate:
        return open_gate(self.settings)

    def bench(self) -> Workbench:
        """A working connection of its own."""
        return open_bench(self.settings)


def start_context(settings: Settings, lens: CompiledLens, clock: Clock = utc_now) -> RunContext:
    """A context with ids of its own, and a clock that never goes backwards."""
    steady = steadied(clock)
    run_id = f"run_{steady():%Y%m%dT%H%M%S}_{uuid.uuid4().hex[:8]}"
    return RunContext(settings, lens, run_id, uuid.uuid4().hex, steady)


def steadied(clock: Clock) -> Clock:
    """A clock that stands still while this one goes back: nothing ends before it began."""
    latest = clock()

    def now() -> datetime:
        nonlocal latest
        latest = max(latest, clock())
        return latest

    return now
