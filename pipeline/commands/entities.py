"""`sightline entities`: what the warehouse holds of a lens."""

from __future__ import annotations

import argparse

from rich.text import Text

from pipeline.commands.common import console, print_json
from pipeline.report import make_table
from pipeline.settings import load_settings
from pipeline.sqlsteps import load_step
from pipeline.warehouse.gate import Gate


def execute(arguments: argparse.Namespace) -> None:
    """One line per entity, by slug."""
    settings = load_settings(lens=arguments.lens)
    gate = Gate(settings.warehouse, settings.app.engine.lock_wait_seconds)
    params = {"lens_id": settings.lens, "like": arguments.like or ""}
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
    out.print(Text(f"{rows.height} entities of {settings.lens}", style="dim"))
