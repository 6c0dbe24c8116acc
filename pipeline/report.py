"""Reports as people read them on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.runs.rebuild import RebuildReport
from pipeline.runs.report import RunReport

_STATUS_STYLES = {
    "ok": "green",
    "succeeded": "green",
    "empty": "yellow",
    "partial": "yellow",
    "skipped": "dim",
    "failed": "red",
    "stopped": "yellow",
    "budget_stopped": "yellow",
}
_ROOMY = 96  # columns of a terminal that has room for all that is known of a connector
_WIDE = ("connector", "phase", "status", "answers", "records", "entities", "won", "cost", "time")
_NARROW = ("connector", "status", "records", "entities", "cost", "time")
STAGE_NAMES = {
    "payloads": "payloads",
    "extracted_entities": "Extracted Entities",
    "mapped": "mapped",
    "groups": "groups",
    "relevant": "relevant groups",
    "links": "links",
    "merged_entities": "Merged Entities",
    "created": "created",
    "updated": "updated",
    "unchanged": "unchanged",
    "stored": "written",
}


def print_run(report: RunReport, console: Console) -> None:
    """How the query was read, what each source did, the stages, the entities, the warnings."""
    meaning = report.interpretation
    parts = [str(meaning["mode"])]
    named = ("activities", "locations", "brands")
    parts += [f"{name} {', '.join(meaning[name])}" for name in named if meaning[name]]
    console.print(Text(report.query, style="bold"))
    console.print(Text("  read as " + " · ".join(parts)))
    _print_connectors(report, console)
    console.print()
    _print_stages("Pipeline Stages", report.stages, console)
    _print_entities(report, console)
    _print_warnings(report.warnings, console)
    seconds = sum(stage["seconds"] for stage in report.stages.values())
    style = _STATUS_STYLES[report.status]
    console.print(Text(f"\n{report.status} in {seconds:.2f} s · {report.run_id}", style=style))
    if report.entities and "stored" in report.stages:
        console.print(Text(f"next: sightline explain {report.entities[0]['slug']}", style="dim"))


def print_rebuild(report: RebuildReport, console: Console) -> None:
    """The stages, what changed, the warnings."""
    _print_stages(f"Rebuild of {report.lens}", report.stages, console)
    counts = ", ".join(f"{count} {change}" for change, count in report.entities.items())
    console.print(f"\nentities: {counts}", highlight=False)
    _print_warnings(report.warnings, console)


def make_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: str = "",
    whole: str = "",
) -> Table:
    """A plain table.

    Columns named in `right` (space-separated) are numbers, those in `whole` are never wrapped.
    """
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        numeric = column in right.split()
        table.add_column(
            column, justify="right" if numeric else "left", header_style="dim",
            overflow="fold", no_wrap=column in whole.split(),
        )  # fmt: skip
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    return table


def _print_connectors(report: RunReport, console: Console) -> None:
    """What each did, then why: reasons are long, so they have a table of their own."""
    rows = [
        {
            "connector": c["name"],
            "phase": c["phase"].lower(),
            "status": Text(c["status"], style=_STATUS_STYLES[c["status"]]),
            "answers": c["payloads"],
            "records": c["records"],
            "entities": c["entities"],
            "won": c["values_won"],
            "cost": f"${c['cost']:.3f}",
            "time": f"{c['seconds']:.2f} s",
        }
        for c in report.connectors
    ]
    columns = _WIDE if console.width >= _ROOMY else _NARROW
    cells = [[row[column] for column in columns] for row in rows]
    mixed = len({c["mode"] for c in report.connectors}) > 1
    reasons = [
        (c["name"], f"{c['mode']}: {c['why']}" if mixed else c["why"]) for c in report.connectors
    ]
    right = "answers records entities won cost time"
    modes = sorted({c["mode"] for c in report.connectors})
    console.print()
    console.print(
        make_table(
            f"Connectors ({', '.join(modes)})", columns, cells, right=right, whole=" ".join(columns)
        )
    )
    console.print()
    console.print(make_table("", ("connector", "why"), reasons, whole="connector"))
    _print_decisions(report, console)


def _print_decisions(report: RunReport, console: Console) -> None:
    """What each barrier decided, and what was paid of what might have been."""
    console.print()
    for decision in report.decisions:
        told = f"after {decision['after']}: {decision['decision']}, {decision['why']}"
        console.print(Text(told), style="dim")
    budget = report.budget
    console.print(Text(f"paid ${budget['spent']:.3f} of ${budget['limit']:.2f}"), style="dim")


def _print_stages(title: str, stages: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    rows = [
        (STAGE_NAMES[name], stage["in"], stage["out"], f"{stage['seconds']:.2f} s")
        for name, stage in stages.items()
    ]
    console.print(make_table(title, ("stage", "in", "out", "time"), rows, right="in out time"))


def _print_warnings(warnings: Iterable[str], console: Console) -> None:
    for warning in warnings:
        console.print(Text(f"warning: {warning}", style="yellow"))


def _print_entities(report: RunReport, console: Console) -> None:
    rows = [
        (e["slug"], e["entity_name"], e["change"], f"{e['completeness']:.0%}")
        for e in report.entities
    ]
    columns = ("slug", "name", "change", "complete")
    console.print()
    console.print(make_table("Final Entities", columns, rows, right="complete", whole="slug"))
