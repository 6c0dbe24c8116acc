"""A lens's examples as files: what is wrong with them, and when they are read again."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import load_lens
from pipeline.records.examples import check_evidence, check_evidence_cached, load_evidence
from pipeline.workbench import Workbench
from tests.conftest import Call
from tests.lens_edits import edited_text, write_lens

PROVENANCE = "{kind: authored, source: made up, date: '2026-11-20', licence: authored, why: to see}"
NODE = "{type: node, id: 1, lat: 55.9, lon: -3.2, tags: {name: Example, sport: tennis}}"


def example(
    name: str = "one",
    connector: str = "openstreetmap",
    provenance: str = PROVENANCE,
    record: str = "node/1",
    activities: str = "[tennis]",
) -> str:
    """One example as it stands in a file."""
    return (
        f"  - id: {name}\n    connector: {connector}\n    provenance: {provenance}\n"
        f"    payload: {{elements: [{NODE}]}}\n"
        f"    expect: [{{record: {record}, canonical_activities: {activities}}}]\n"
    )


def written(folder: Path, *examples: str, name: str = "a.yaml") -> Path:
    """A lens folder's examples."""
    path = folder / "edinburgh_finds" / "examples" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("examples:\n" + "".join(examples), "utf-8")
    return path.parent


@pytest.mark.parametrize(
    ("second", "line", "rule", "found"),
    [
        pytest.param(
            example("two", connector="overpass"), 7, "example two", "connector 'overpass'",
            id="a connector that there is not",
        ),
        pytest.param(example("one"), 7, "example one", "the id twice", id="an id twice"),
        pytest.param(
            example("two", provenance="{kind: guessed}"), 7, "example 1", "provenance.kind is",
            id="a provenance of no known kind",
        ),
        pytest.param(
            example("two").replace(f"    provenance: {PROVENANCE}\n", ""), 7, "example 1",
            "provenance is", id="no provenance",
        ),
        pytest.param(
            example("two").replace("expect: [", "expect: []\n    spare: ["), 7, "example 1",
            "expect is []", id="no expectation",
        ),
    ],
)  # fmt: skip
def test_a_broken_example_is_told_and_the_others_count(
    tmp_path: Path, connectors: dict[str, Connector], second: str, line: int, rule: str, found: str
):
    evidence = load_evidence(written(tmp_path, example(), second), connectors)

    assert list(evidence.examples) == ["one"]
    assert [(f.gate, f.line, f.rule) for f in evidence.findings] == [(6, line, rule)]
    assert found in evidence.findings[0].found
    assert evidence.findings[0].file == "edinburgh_finds/examples/a.yaml"


def test_a_file_that_is_no_yaml_is_told(tmp_path: Path, connectors: dict[str, Connector]):
    folder = written(tmp_path, "  - [\n")

    evidence = load_evidence(folder, connectors)

    assert evidence.examples == {}
    assert [(f.file, f.gate) for f in evidence.findings] == [("edinburgh_finds/examples/a.yaml", 1)]


@pytest.mark.parametrize(
    ("told", "rule", "found", "expected"),
    [
        pytest.param(
            example(activities="[padel]"), "example one, record node/1",
            "canonical_activities ['tennis']", "['padel']", id="another value",
        ),
        pytest.param(
            example(activities="[]"), "example one, record node/1",
            "canonical_activities ['tennis']", "[]", id="a value more",
        ),
        pytest.param(
            example(activities="[padel, tennis]"), "example one, record node/1",
            "canonical_activities ['tennis']", "['padel', 'tennis']", id="a value less",
        ),
        pytest.param(
            example(record="node/2"), "example one, record node/2",
            "0 such records", "one of ['node/1']", id="a record that there is not",
        ),
    ],
)  # fmt: skip
def test_an_expectation_that_does_not_hold_is_told(
    tmp_path: Path,
    connectors: dict[str, Connector],
    bench: Workbench,
    told: str,
    rule: str,
    found: str,
    expected: str,
):
    lens = load_lens(write_lens(tmp_path, edited_text()), connectors)
    written(tmp_path, told)

    findings = check_evidence(lens, connectors, bench)

    first = findings[0]
    assert (first.gate, first.rule, first.found, first.expected) == (6, rule, found, expected)
    assert (first.file, first.line) == ("edinburgh_finds/examples/a.yaml", 2)


def test_a_rule_without_an_example_is_told_by_its_line(
    tmp_path: Path, connectors: dict[str, Connector], bench: Workbench
):
    path = write_lens(tmp_path, edited_text())
    written(tmp_path, example())

    findings = check_evidence(load_lens(path, connectors), connectors, bench)

    lines = path.read_text("utf-8").splitlines()
    told = {f.rule.removeprefix("rule "): f for f in findings}
    assert {f.found for f in findings} == {"no example it matches", "none that fires on an example"}
    assert "osm-tennis" not in told
    assert "osm-courts" not in told
    assert "{id: register-football," in lines[told["register-football"].line - 1]
    assert "{rule_id: register-five-total," in lines[told["register-five-total"].line - 1]


def test_a_lens_without_examples_is_told_once(
    tmp_path: Path, connectors: dict[str, Connector], bench: Workbench
):
    lens = load_lens(write_lens(tmp_path, edited_text()), connectors)

    findings = check_evidence(lens, connectors, bench)

    assert [(f.file, f.gate, f.found) for f in findings] == [
        ("edinburgh_finds/examples", 6, "no example")
    ]


def test_evidence_is_remembered_until_an_example_or_the_lens_changes(
    tmp_path: Path, connectors: dict[str, Connector], bench: Workbench
):
    path = write_lens(tmp_path, edited_text())
    lens, cache = load_lens(path, connectors), tmp_path / "cache"
    written(tmp_path, example(activities="[padel]"))

    first = check_evidence_cached(lens, connectors, lambda: nullcontext(bench), cache)
    again = check_evidence_cached(lens, connectors, lambda: nullcontext(bench), cache)
    written(tmp_path, example())
    mended = check_evidence_cached(lens, connectors, lambda: nullcontext(bench), cache)

    assert again == first
    assert len(mended) == len(first) - 1
    assert len(list(cache.iterdir())) == 2


def test_a_run_without_evidence_goes_on_and_says_so(sample_home: Path, sightline: Call):
    write_lens(sample_home / "lenses", edited_text(), "edinburgh_finds")

    report = sightline("run", "Powerleague Portobello", "--json").json()

    assert [e["slug"] for e in report["entities"]] == ["powerleague-portobello"]
    warning = next(w for w in report["warnings"] if w.startswith("gate 6"))
    assert "gate 6 fails (1)" in warning
    assert "found no example" in warning
