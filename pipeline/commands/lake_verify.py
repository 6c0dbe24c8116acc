"""`sightline lake verify`: every stored body against its hash."""

from __future__ import annotations

import argparse
import sys

from pipeline.commands.common import console, print_json
from pipeline.commands.progress import progress
from pipeline.connectors.registry import load_connectors
from pipeline.errors import LakeError
from pipeline.lake.store import lake_files
from pipeline.lake.verify import verify_lake
from pipeline.settings import load_settings


def execute(arguments: argparse.Namespace) -> int:
    """Exit 11 where anything is wrong."""
    lake = load_settings().lake
    files = lake_files(lake)
    with progress("verifying", len(files)) as watch:
        volatile = {name: c.spec.volatile for name, c in load_connectors().items()}
        problems = verify_lake(lake, volatile, watch)
    if arguments.json:
        print_json({"files": len(files), "problems": problems})
    elif not problems:
        console().print(f"{len(files)} files, every hash as stored", highlight=False)
    for problem in [] if arguments.json else problems:
        print(f"sightline: {problem}", file=sys.stderr)
    return LakeError.exit_code if problems else 0
