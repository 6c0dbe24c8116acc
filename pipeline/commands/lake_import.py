"""`sightline lake import`: recorded answers and published dumps into the lake."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.commands.common import console, parse_date, print_json, progress_of_bytes
from pipeline.connectors.registry import Connector, require_connector
from pipeline.context import utc_now
from pipeline.errors import LakeError
from pipeline.lake.imports import DumpSource, ImportLimits, import_files
from pipeline.settings import load_settings


def execute(arguments: argparse.Namespace) -> None:
    """Import every file, or none of them."""
    settings = load_settings()
    source = dump_source(require_connector(arguments.source))
    fetched_at = None if arguments.date is None else parse_date(arguments.date)
    paths = [Path(path) for path in arguments.paths]
    limits = ImportLimits(settings.app.lake.max_payload_mb * 1024 * 1024)
    packed_bytes = sum(path.stat().st_size for path in paths if path.is_file())
    with progress_of_bytes("importing", packed_bytes) as watch:
        report = import_files(settings.lake, source, paths, utc_now(), limits, watch, fetched_at)
    if arguments.json:
        print_json({"imported": report.imported, "known": report.known})
        return
    out = console()
    for name in report.imported:
        out.print(f"imported {name}", highlight=False)
    for name in report.known:
        out.print(f"already in the lake: {name}", highlight=False, style="dim")
    out.print(
        f"next: sightline rebuild   (lake: {settings.lake})",
        style="dim",
        highlight=False,
    )


def dump_source(connector: Connector) -> DumpSource:
    """What an import needs of a connector; LakeError where it publishes no dumps."""
    spec = connector.spec
    if not spec.import_types:
        raise LakeError(
            f"{spec.name} publishes no dumps: its answers enter the lake by a live run only"
        )
    return DumpSource(
        spec.name,
        spec.licence.name,
        spec.licence.retain_days,
        spec.import_types,
        spec.volatile,
        connector.require_expected,
        connector.describe,
    )
