"""`sightline rebuild`: every entity again from the lake."""

from __future__ import annotations

import argparse

from pipeline.commands.common import (
    console,
    end_of_day,
    make_context,
    print_json,
)
from pipeline.commands.progress import progress
from pipeline.report import print_rebuild
from pipeline.runs.rebuild import rebuild
from pipeline.runs.stages import TIMED_STAGES


def execute(arguments: argparse.Namespace) -> None:
    """Rebuild the lens's entities; `--as-of` counts the whole named day."""
    context = make_context(arguments)
    as_of = None if arguments.as_of is None else end_of_day(arguments.as_of)
    with progress("rebuilding", TIMED_STAGES) as watch:
        report = rebuild(context, as_of, watch)
    if arguments.json:
        print_json(vars(report))
        return
    print_rebuild(report, console())
