"""`sightline rebuild`: every entity again from the lake."""

from __future__ import annotations

import argparse

from rich.text import Text

from pipeline.commands.common import (
    console,
    end_of_day,
    make_context,
    print_json,
    progress,
)
from pipeline.report import STAGE_NAMES, make_table
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
    out = console()
    rows = [
        (STAGE_NAMES[name], stage["in"], stage["out"], f"{stage['seconds']:.2f} s")
        for name, stage in report.stages.items()
    ]
    columns = ("stage", "in", "out", "time")
    out.print(make_table(f"Rebuild of {report.lens}", columns, rows, right="in out time"))
    counts = ", ".join(f"{count} {change}" for change, count in report.entities.items())
    out.print(f"\nentities: {counts}", highlight=False)
    for warning in report.warnings:
        out.print(Text(f"warning: {warning}", style="yellow"))
