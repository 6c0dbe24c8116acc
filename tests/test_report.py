"""A run's report as people read it: on a terminal and through a pipe."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console

from pipeline.report import make_table, print_run
from pipeline.runs.report import RunReport

STAGES = {
    "payloads": {"in": 2, "out": 3, "seconds": 0.5},
    "extracted_entities": {"in": 3, "out": 40, "seconds": 0.25},
    "merged_entities": {"in": 1, "out": 1, "seconds": 0.25},
}


def connector(name: str, status: str, why: str) -> dict[str, Any]:
    return {"name": name, "phase": "STRUCTURED", "mode": "replay", "status": status, "payloads": 3,
            "records": 40, "entities": 1, "values_won": 7, "cost": 0.035, "seconds": 1.25, "why": why}  # fmt: skip


def report(**changes: Any) -> RunReport:
    known: dict[str, Any] = {
        "run_id": "run_1",
        "status": "partial",
        "query": "authored park [leith]",
        "interpretation": {
            "activities": ["padel"], "locations": ["leith"], "brands": [], "mode": "RESOLVE_ONE"
        },
        "connectors": [
            connector("open_charge_map", "skipped", "no trigger matched (any keyword of ['ev'])"),
            connector("sport_scotland", "failed", "HTTP 503: down [for now]"),
        ],
        "decisions": [
            {"after": "DISCOVERY", "confidence": 0.55, "accepted": 2, "groups": 1,
             "decision": "go on", "why": "5 found so far, 100 wanted"}
        ],
        "budget": {"limit": 1.0, "spent": 0.07},
        "stages": STAGES,
        "entities": [
            {"slug": "authored-park", "entity_id": "e_1", "entity_name": "Authored [Park]",
             "change": "created", "completeness": 0.625}
        ],
        "warnings": ["sport_scotland failed: HTTP 503"],
    }  # fmt: skip
    return RunReport(**known | changes)


def shown(told: RunReport, width: int, *, colour: bool = False) -> str:
    out = io.StringIO()
    print_run(told, Console(file=out, width=width, force_terminal=colour))
    return out.getvalue()


def rows(text: str, title: str) -> list[list[str]]:
    """The cells of the table under a title."""
    _, _, below = text.partition(title)
    lines = below.split("\n\n")[0].splitlines()[2:]
    return [re.split(r"\s{2,}", line.strip()) for line in lines]


@pytest.mark.parametrize("width", [100, 200])
def test_the_report_tells_how_what_and_why(width: int):
    text = shown(report(), width)

    assert text.startswith("authored park [leith]\n")
    assert "read as RESOLVE_ONE · activities padel · locations leith\n" in text
    assert rows(text, "Connectors") == [
        ["open_charge_map", "structured", "skipped", "3", "40", "1", "7", "$0.035", "1.25 s"],
        ["sport_scotland", "structured", "failed", "3", "40", "1", "7", "$0.035", "1.25 s"],
    ]
    assert re.search(
        r"^open_charge_map +no trigger matched \(any keyword of \['ev'\]\)", text, re.MULTILINE
    )
    assert re.search(r"^sport_scotland +HTTP 503: down \[for now\]", text, re.MULTILINE)
    assert rows(text, "Pipeline Stages") == [
        ["payloads", "2", "3", "0.50 s"],
        ["Extracted Entities", "3", "40", "0.25 s"],
        ["Merged Entities", "1", "1", "0.25 s"],
    ]
    assert rows(text, "Final Entities")[0] == ["authored-park", "Authored [Park]", "created", "62%"]
    assert "warning: sport_scotland failed: HTTP 503\n" in text
    # 0.5 + 0.25 + 0.25 seconds
    assert "partial in 1.00 s · run_1\n" in text
    assert "next:" not in text  # nothing was stored, so there is nothing to explain


def test_what_was_stored_can_be_explained_next():
    stored = STAGES | {"stored": {"in": 1, "out": 1, "seconds": 0.1}}

    text = shown(report(stages=stored), 200)

    assert text.endswith("next: sightline explain authored-park\n")


def test_no_line_is_wider_than_the_terminal():
    long = connector("edinburgh_council", "ok", "because " * 60)

    text = shown(report(connectors=[long]), 80)

    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.count("because") == 60  # no word was cut


def test_a_report_without_entities_ends_without_advice():
    text = shown(report(entities=[], status="succeeded"), 80)

    assert "next:" not in text
    assert "succeeded in " in text


def test_a_terminal_gets_colours():
    assert "\x1b[" in shown(report(), 80, colour=True)


def test_numbers_stand_right_and_whole_columns_are_not_wrapped():
    out = io.StringIO()
    rows = [("a b c d e f g h i j", "because", 5), ("k", "", 12)]
    table = make_table("", ("name", "why", "n"), rows, right="n", whole="name")
    Console(file=out, width=30).print(table)

    assert [line.rstrip() for line in out.getvalue().splitlines()[1:]] == [
        "a b c d e f g h i j  becau   5",
        "                     se",
        "k                           12",
    ]
