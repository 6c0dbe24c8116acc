"""`sightline export parquet`: the entities of a lens as files."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from pipeline.commands.common import console, make_reader, print_json
from pipeline.context import utc_now
from pipeline.publish.parquet import export_parquet


def execute(arguments: argparse.Namespace) -> None:
    """Write the edition; nothing is touched where nothing changed."""
    settings, lens_id, gate = make_reader(arguments)
    default = settings.home / "data" / "export" / lens_id
    folder = Path(arguments.to) if arguments.to else default
    counts = export_parquet(gate, lens_id, folder, arguments.edition, utc_now())
    if arguments.json:
        print_json(asdict(counts))
        return
    told = ", ".join(f"{count} {name}" for name, count in asdict(counts).items())
    console().print(f"{folder}: {told}", highlight=False)
