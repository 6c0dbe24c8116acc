"""What commands share: the context, dates, printing."""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import datetime, time
from typing import Any

from rich.console import Console

from pipeline import logs
from pipeline.connectors.registry import load_connectors, require_own_terms
from pipeline.context import RunContext, open_gate, start_context
from pipeline.contracts import load_yaml
from pipeline.errors import UsageError
from pipeline.lens.compiled import find_lens, load_lens
from pipeline.settings import Settings, load_settings
from pipeline.warehouse.gate import Gate

_PIPE_WIDTH = 4_000  # a row stays one line, so that grep and cut can read it
_PADDING = re.compile(r" +$", re.MULTILINE)


def make_context(arguments: argparse.Namespace) -> RunContext:
    """Settings and lens of a command, read once."""
    settings = load_settings(
        lens=getattr(arguments, "lens", None), mode=getattr(arguments, "mode", None)
    )
    require_own_terms(settings.app.lake.own_terms)
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
    document = load_yaml(path, strict=False)
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
