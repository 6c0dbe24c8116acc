"""`sightline lens check`: every gate, and the examples that prove the rules."""

from __future__ import annotations

import argparse
import sys

from rich.text import Text

from pipeline.commands.common import console, print_json
from pipeline.connectors.registry import load_connectors
from pipeline.context import open_bench
from pipeline.errors import LensError
from pipeline.findings import Finding
from pipeline.lens.compiled import CompiledLens, check_lens, find_lens
from pipeline.records.examples import check_evidence
from pipeline.settings import load_settings


def execute(arguments: argparse.Namespace) -> int:
    """Exit 10 where a gate has an error."""
    settings = load_settings(lens=arguments.name)
    connectors = load_connectors()
    path = find_lens(settings.lens, settings.lens_folders())
    lens, findings = check_lens(path, connectors)
    if lens is not None:
        with open_bench(settings) as bench:
            findings = [*findings, *check_evidence(lens, connectors, bench)]
    if arguments.json:
        print_json([finding.as_row() for finding in findings])
    else:
        _print(lens, findings, settings.lens)
    is_broken = any(finding.level == "error" for finding in findings)
    return LensError.exit_code if is_broken else 0


def _print(lens: CompiledLens | None, findings: list[Finding], name: str) -> None:
    for finding in findings:
        style = "red" if finding.level == "error" else "yellow"
        console().print(Text(f"{finding.level}: {finding.message}", style=style), soft_wrap=True)
    errors = sum(finding.level == "error" for finding in findings)
    if errors or lens is None:
        print(f"sightline: {name}: {errors} errors", file=sys.stderr)
        return
    console().print(
        f"{lens.id}: {len(lens.mapping_rules)} mapping rules, {len(lens.field_rules)} field "
        f"rules, {len(lens.canonical)} canonical values; every gate passed",
        highlight=False,
    )
