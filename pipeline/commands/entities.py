"""`sightline entities`: what the warehouse holds of a lens."""

from __future__ import annotations

import argparse

from rich.text import Text

from pipeline.commands.common import console, make_reader, print_json
from pipeline.report import make_table
from pipeline.sqlsteps import load_step


def execute(arguments: argparse.Namespace) -> None:
    """One line per entity, by slug."""
    _, lens_id, gate = make_reader(arguments)
    params = {"lens_id": lens_id, "like": arguments.like or ""}
    with gate.read() as connection:
        view = load_step("views", "entity_listing").statement
        rows = connection.sql(view, params=params).pl()
    if arguments.json:
        print_json(rows.to_dicts())
        return
    out = console()
    shown = [
        (r["slug"], r["entity_name"], ", ".join(r["activities"]), r["sources"],
         f"{r['completeness']:.0%}")
        for r in rows.to_dicts()
    ]  # fmt: skip
    columns = ("slug", "name", "activities", "sources", "complete")
    out.print(make_table("", columns, shown, right="sources complete"))
    out.print(Text(f"{rows.height} entities of {lens_id}", style="dim"))
