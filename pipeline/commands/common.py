"""What commands share: the context, printing, progress."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from itertools import count
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from pipeline import logs
from pipeline.connectors.registry import load_connectors
from pipeline.context import RunContext, open_gate, start_context
from pipeline.contracts import load_yaml
from pipeline.errors import UsageError
from pipeline.lake.imports import ImportWatch
from pipeline.lens.compiled import find_lens, load_lens
from pipeline.runs.stages import Watcher
from pipeline.settings import Settings, load_settings
from pipeline.warehouse.gate import Gate

_PIPE_WIDTH = 4_000  # a row stays one line, so that grep and cut can read it
_PADDING = re.compile(r" +$", re.MULTILINE)


def make_context(arguments: argparse.Namespace) -> RunContext:
    """Settings and lens of a command, read once."""
    settings = load_settings(
        lens=getattr(arguments, "lens", None), mode=getattr(arguments, "mode", None)
    )
    path = find_lens(settings.lens, settings.lens_folders())
    lens = load_lens(path, load_connectors())
    context = start_context(settings, lens)
    logs.bind(run_id=context.run_id, correlation_id=context.correlation_id)
    return context


def make_reader(arguments: argparse.Namespace) -> tuple[Settings, str, Gate]:
    """Settings, lens id and warehouse of a command that only reads what a lens made.

    Raises LensError for an unknown lens. A lens that is broken today can still be read.
    """
    settings = load_settings(lens=arguments.lens)
    path = find_lens(settings.lens, settings.lens_folders())
    document = load_yaml(path)
    lens_id = str(document.get("lens")) if isinstance(document, dict) else settings.lens
    return settings, lens_id, open_gate(settings)


def parse_date(text: str) -> datetime:
    """A day as its UTC midnight; UsageError for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%d")  # naive UTC throughout
    except ValueError:
        raise UsageError(f"date is {text!r}, expected YYYY-MM-DD") from None


def end_of_day(text: str) -> datetime:
    """The last moment of a day; UsageError for anything else."""
    return datetime.combine(parse_date(text), time.max)


def console() -> Console:
    """Standard output; where it is no terminal nothing is wrapped, or padded at the end."""
    return Console() if sys.stdout.isatty() else _Pipe(width=_PIPE_WIDTH)


class _Pipe(Console):
    """Prints without the spaces that fill the last column of a table."""

    def print(self, *objects: Any, **options: Any) -> None:
        with self.capture() as captured:
            super().print(*objects, **options)
        self.file.write(_PADDING.sub("", captured.get()))


def print_json(document: Any) -> None:
    """One JSON document; dates as ISO text."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@contextmanager
def progress(text: str, steps: int) -> Iterator[Watcher | None]:
    """A bar on standard error that names the step begun; none without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=steps)
        begun = count()

        def watch(name: str) -> None:
            told = f"{text}: {name.replace('_', ' ')}"
            bar.update(task, completed=next(begun), description=told)

        yield watch


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
