"""What commands share: the context, printing, progress."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console

from pipeline import logs
from pipeline.connectors.registry import load_connectors
from pipeline.context import RunContext, start_context
from pipeline.errors import UsageError
from pipeline.lens.compiled import find_lens, load_lens
from pipeline.runs.stages import Watcher
from pipeline.settings import load_settings

_PIPE_WIDTH = 120


def make_context(arguments: argparse.Namespace) -> RunContext:
    """Settings and lens of a command, read once."""
    settings = load_settings(
        lens=getattr(arguments, "lens", None), mode=getattr(arguments, "mode", None)
    )
    lens = load_lens(find_lens(settings.lens, settings.lens_folders()), load_connectors())
    context = start_context(settings, lens)
    logs.bind(run_id=context.run_id, correlation_id=context.correlation_id)
    return context


def parse_date(text: str) -> datetime:
    """A day as UTC midnight; UsageError for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%d")  # naive UTC throughout
    except ValueError:
        raise UsageError(f"date is {text!r}, expected YYYY-MM-DD") from None


def console() -> Console:
    """Standard output; wide enough to read where it is no terminal."""
    return Console() if sys.stdout.isatty() else Console(width=_PIPE_WIDTH)


def print_json(document: Any) -> None:
    """One JSON document; dates as ISO text."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@contextmanager
def progress(text: str) -> Iterator[Watcher | None]:
    """A spinner on standard error that names what is being done; none without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with Console(stderr=True).status(text) as status:
        yield lambda name: status.update(f"{text}: {name.replace('_', ' ')}")
