"""All gates speak together, then the load fails and nothing runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.connectors.registry import Connector
from pipeline.errors import LensError
from pipeline.lens.compiled import load_lens
from tests.conftest import Call
from tests.lens_edits import edited_text, findings_of, line_of, write_lens

# One fault per gate, in the order of the file's lines.
EDITS = (
    (
        "keywords: [leith], box: [55.963, -3.195, 55.990, -3.145]}",
        "keywords: [leith]}",
    ),
    (
        "dimension: canonical_activities, value: hockey, source",
        "dimension: canonical_activities, value: hocky, source",
    ),
    ("'^Ice Rink'", "'^Ice (Rink'"),
    ("{id: class-person,", "{id: class-organization,"),
    ("\n    budget_limit: 5", "\n    budget_limit: -5"),
    ("  open_charge_map:\n    priority", "  open_charge_maps:\n    priority"),
)


def test_one_fault_of_each_kind_gives_one_finding_of_each_in_line_order(tmp_path: Path):
    text = edited_text(*EDITS)

    findings = findings_of(tmp_path, text)

    assert [(f.gate, f.line) for f in findings] == [
        (7, line_of(text, "keywords: [leith]}")),
        (2, line_of(text, "value: hocky")),
        (5, line_of(text, "'^Ice (Rink'")),
        (4, text[: text.rindex("{id: class-organization")].count("\n") + 1),
        (1, line_of(text, "budget_limit: -5")),
        (3, line_of(text, "open_charge_maps:")),
    ]


def test_a_load_tells_every_finding_and_ends_with_ten(
    tmp_path: Path, connectors: dict[str, Connector]
):
    path = write_lens(tmp_path, edited_text(*EDITS))

    with pytest.raises(LensError) as raised:
        load_lens(path, connectors)

    told = str(raised.value).splitlines()
    assert raised.value.exit_code == 10
    assert told[0] == "the lens does not pass its gates:"
    assert told[1:] == [f"  {finding.message}" for finding in raised.value.findings]
    assert len(told) == 7
    assert told[2].endswith(
        "[gate 2] mapping rule register-hockey: found 'hocky', expected a canonical value of "
        "canonical_activities; did you mean 'hockey'?"
    )


@pytest.mark.parametrize(
    "text", [pytest.param("{}", id="an empty mapping"), pytest.param("", id="an empty file")]
)
def test_a_lens_that_says_nothing_is_refused_with_a_reason(
    tmp_path: Path, connectors: dict[str, Connector], text: str
):
    path = write_lens(tmp_path, text)

    with pytest.raises(LensError, match=r"\[gate 1\]"):
        load_lens(path, connectors)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(
            "athletics: {dimension: canonical_activities",
            "athletics: {dimension: canonical_hobbies",
            id="a canonical value that rules and words name",
        ),
        pytest.param(
            "[55.883, -3.450, 56.005, -3.077]", "[99.0, -3.450, 56.005, -3.077]",
            id="a place that holds all the others",
        ),
        pytest.param(
            "tennis_courts.total: {type: integer", "tennis_courts.total: {type: whole",
            id="a module field that rules fill",
        ),
    ],
)  # fmt: skip
def test_what_refers_to_a_broken_part_is_not_blamed(tmp_path: Path, old: str, new: str):
    text = edited_text((old, new))

    findings = findings_of(tmp_path, text)

    assert [(f.gate, f.line) for f in findings] == [(1, line_of(text, new))]


def test_a_broken_term_hides_no_other_fault_of_the_vocabulary(tmp_path: Path):
    text = edited_text(
        ("athletics: {keywords: [athletics, running track]}", "athletics: {keywords: []}"),
        ("default_place: edinburgh", "default_place: glasgow"),
    )

    findings = findings_of(tmp_path, text)

    assert [(f.gate, f.rule) for f in findings] == [
        (2, "default_place"),
        (1, "vocabulary.activities.athletics.keywords"),
    ]


def own_lens(home: Path, text: str) -> None:
    write_lens(home / "lenses", text, "edinburgh_finds")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("run", "padel edinburgh"), id="run"),
        pytest.param(("rebuild",), id="rebuild"),
    ],
)
def test_a_broken_lens_stops_a_command_before_anything_is_written(
    sample_home: Path, sightline: Call, command: tuple[str, ...]
):
    own_lens(sample_home, edited_text(*EDITS))
    before = sorted(sample_home.rglob("*"))

    called = sightline(*command)

    assert called.code == 10
    assert called.out == ""
    for gate in (1, 2, 3, 4, 5, 7):
        assert called.err.count(f"[gate {gate}]") == 1
    assert sorted(sample_home.rglob("*")) == before


def test_ones_own_lens_wins_over_the_shipped_one(sample_home: Path, sightline: Call):
    own_lens(sample_home, edited_text(("title: Edinburgh Finds", "title: Mine")))

    called = sightline("lens", "check", "edinburgh_finds", "--json")

    # It has no examples beside it, which only the shipped one has.
    assert called.code == 10
    assert [(row["gate"], row["found"]) for row in called.json() if "gate" in row] == [
        (6, "no example")
    ]


def test_lens_check_prints_the_findings_as_rows(tmp_path: Path, home: Path, sightline: Call):
    path = write_lens(tmp_path, edited_text(EDITS[1]))

    called = sightline("lens", "check", str(path), "--json")

    assert called.code == 10
    assert called.json() == [
        {
            "gate": 2,
            "level": "error",
            "file": "edinburgh_finds/lens.yaml",
            "line": line_of(path.read_text("utf-8"), "value: hocky"),
            "rule": "mapping rule register-hockey",
            "found": "'hocky'",
            "expected": "a canonical value of canonical_activities",
            "suggestion": "did you mean 'hockey'?",
            "message": called.json()[0]["message"],
        }
    ]
