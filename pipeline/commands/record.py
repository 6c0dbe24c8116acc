"""`sightline record`: keep items of an answer in the lake as an example of a lens."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.commands.common import console, print_json
from pipeline.connectors.registry import Connector, load_connectors, require_connector
from pipeline.context import open_bench, open_gate
from pipeline.errors import UsageError
from pipeline.lake.store import collect_payloads, scan_lake
from pipeline.lens.compiled import find_lens, load_lens
from pipeline.records.examples import load_evidence
from pipeline.records.recording import choose_items, make_example, require_keepable
from pipeline.records.shelving import add_example, own_folder
from pipeline.runs.history import read_payload_ids
from pipeline.settings import Settings, assets_root, load_settings


def execute(arguments: argparse.Namespace) -> None:
    """Write the example, unless the lens has it already."""
    settings = load_settings(lens=arguments.lens)
    connector = require_connector(arguments.source)
    if not arguments.why.strip():
        raise UsageError("why is empty, expected what the example shows")
    if arguments.match is not None and not arguments.match.strip():
        raise UsageError("match is empty, expected a part of a name, or an id")
    rows = require_keepable(connector.spec, _payloads(arguments, settings, connector))
    chosen = choose_items(rows, connector, arguments.item or (), arguments.match)
    lens_file = find_lens(settings.lens, settings.lens_folders())
    lens = load_lens(lens_file, load_connectors())
    with open_bench(settings) as bench:
        example, excerpt = make_example(
            chosen, arguments.why.strip(), lens, connector, bench, _secrets()
        )
    folder = own_folder(lens_file, settings.home, assets_root() / "lenses")
    path = folder / "examples" / f"{connector.name}.yaml"
    held = load_evidence(folder / "examples", load_connectors()).examples
    is_known = example["id"] in held
    if not is_known:
        add_example(path, example)
    report = {
        "file": str(path),
        "example": example["id"],
        "known": is_known,
        "payload_id": chosen.row["payload_id"],
        "items": chosen.pointers,
        "records": [expected["record"] for expected in example["expect"]],
        "removed": excerpt.removed,
        "others": chosen.others,
    }
    if arguments.json:
        print_json(report)
    else:
        _print(report, settings.lens)


def _payloads(
    arguments: argparse.Namespace, settings: Settings, connector: Connector
) -> pl.DataFrame:
    """The answers that are meant, also those that may not be kept."""
    rows = scan_lake(settings.lake, connector.name)
    if arguments.payload:
        rows = rows.filter(pl.col("payload_id") == arguments.payload)
    if arguments.run:
        ids = read_payload_ids(open_gate(settings), arguments.run)
        if not ids:
            raise UsageError(
                f"no run {arguments.run!r} used an answer; runs are in 'sightline sql'"
            )
        rows = rows.filter(pl.col("payload_id").is_in(ids))
    latest = collect_payloads(rows).sort("fetched_at", "lake_path")
    return latest.unique("payload_id", keep="last", maintain_order=True)


def _secrets() -> set[str]:
    specs = [connector.spec.api for connector in load_connectors().values()]
    return {key for api in specs if (key := api.key(os.environ))}


def _print(report: dict[str, Any], lens: str) -> None:
    out = console()
    if report["known"]:
        out.print(f"{report['file']} holds {report['example']} already", highlight=False)
        return
    records = report["records"]
    out.print(f"{report['example']} → {report['file']}", highlight=False)
    out.print(f"{len(records)} records: {', '.join(records)}", highlight=False, markup=False)
    if report["removed"]:
        out.print(f"left out, as it tells of people: {', '.join(report['removed'])}")
    if report["others"]:
        out.print(f"the newest of {report['others'] + 1} answers that hold such records")
    name = Path(lens).name if lens else ""
    told = f"next: review what it expects, then: sightline lens check {name}"
    out.print(told, style="dim", highlight=False)
