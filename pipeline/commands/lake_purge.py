"""`sightline lake purge`: forget what the terms of a source no longer allow to keep."""

from __future__ import annotations

import argparse

from pipeline.commands.common import console, print_json
from pipeline.commands.progress import progress
from pipeline.context import utc_now
from pipeline.lake.store import lake_files
from pipeline.report import make_table
from pipeline.runs.purge import PurgeReport, purge
from pipeline.settings import load_settings


def execute(arguments: argparse.Namespace) -> None:
    """Remove expired payloads and what was derived from them; `--dry-run` only tells."""
    settings = load_settings()
    with progress("purging", len(lake_files(settings.lake)) + 2) as watch:
        report = purge(settings, utc_now, is_rehearsal=arguments.dry_run, watch=watch)
    if arguments.json:
        print_json(
            {
                "dry_run": report.is_rehearsal,
                "payloads": report.payloads,
                "files": report.files,
                "unfinished": report.unfinished,
                "lenses": report.lenses,
                "warnings": report.warnings,
            }
        )
        return
    _print(report)


def _print(report: PurgeReport) -> None:
    out = console()
    would = "would be " if report.is_rehearsal else ""
    if report.payloads:
        rows = [
            (row["source"], row["payload_id"], f"{row['retain_until']:%Y-%m-%d}")
            for row in report.payloads
        ]
        out.print(make_table("Expired", ("source", "payload", "kept until"), rows))
    out.print(
        f"{len(report.payloads)} payloads {would}removed, {len(report.files)} files {would}"
        f"written again, rebuilt lenses: {', '.join(report.lenses) or 'none'}",
        highlight=False,
    )
    for warning in report.warnings:
        out.print(f"warning: {warning}", style="yellow", highlight=False)
    if report.lenses and not report.is_rehearsal:
        out.print("next: publish again; what was exported before is not reached", style="dim")
