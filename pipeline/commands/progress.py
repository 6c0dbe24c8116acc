"""Progress on standard error: a bar for the stages, and a line per source that is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from pipeline.connectors.events import FetchEvent, Told, tell_nobody
from pipeline.lake.imports import ImportWatch
from pipeline.runs.stages import Watcher

_TOLD = {"asked": "asking", "waiting": "waiting", "failed": "failed"}
_WIDTH = 70  # of what is told of a source, so that a line stays one line


@contextmanager
def progress(text: str, steps: int) -> Iterator[Watcher | None]:
    """A bar that names the step begun; none without a terminal."""
    with run_progress(text, steps) as (watch, _):
        yield watch


@contextmanager
def run_progress(text: str, steps: int) -> Iterator[tuple[Watcher | None, Told]]:
    """The same, and under it one line per source with its answers so far."""
    if not sys.stderr.isatty():
        yield None, tell_nobody
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=steps)
        begun = count()

        def watch(name: str) -> None:
            told = f"{text}: {name.replace('_', ' ')}"
            bar.update(task, completed=next(begun), description=told)

        yield watch, _Sources(bar).tell


@contextmanager
def progress_of_bytes(text: str, total: int) -> Iterator[ImportWatch | None]:
    """A bar that fills by bytes and names the file begun; none without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield ImportWatch(
            lambda name: bar.update(task, description=f"{text}: {escape(name)}"),
            lambda count: bar.update(task, advance=count),
        )


@dataclass
class _Sources:
    """The lines of the sources; each appears when its source is first asked."""

    bar: Progress
    tasks: dict[str, TaskID] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)

    def tell(self, connector: str, event: FetchEvent) -> None:
        if connector not in self.tasks:
            if event.kind == "done":
                return  # the lake answered: there was nothing to wait for
            self.tasks[connector] = self.bar.add_task(f"  {connector}", total=None)
        came = self.answers.get(connector, 0) + (event.kind == "answered")
        self.answers[connector] = came
        told = event.detail if event.kind == "done" else _TOLD.get(event.kind, "")
        plural = "" if came == 1 else "s"
        line = f"  {connector}: {came} answer{plural}" + (f", {told}" if told else "")
        is_done = event.kind == "done"
        self.bar.update(
            self.tasks[connector],
            description=line[:_WIDTH],
            total=1 if is_done else None,
            completed=1 if is_done else 0,
        )
