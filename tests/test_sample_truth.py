"""The sample against data/sample/truth.json: what `just test` prints and holds it to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.fields import DIMENSIONS
from tests.conftest import ROOT, Call

TRUTH = json.loads((ROOT / "data" / "sample" / "truth.json").read_text("utf-8"))["venues"]
SUMMARY = pytest.StashKey[list[str]]()


@dataclass
class Rate:
    """How many of how many."""

    good: int = 0
    all: int = 0
    missing: list[str] = field(default_factory=list)

    def count(self, *, good: bool, what: str) -> None:
        self.good += good
        self.all += 1
        if not good:
            self.missing.append(what)

    @property
    def share(self) -> float:
        return self.good / self.all if self.all else 0.0

    def __str__(self) -> str:
        return f"{self.share:7.2%}  ({self.good} of {self.all})"


@pytest.fixture
def rows(sample_home: Path, sightline: Call) -> dict[str, list[dict[str, Any]]]:
    """The warehouse after a rebuild of the sample, as rows."""
    assert sightline("rebuild").code == 0
    queries = {
        "entities": "SELECT * FROM entity",
        "members": (
            "SELECT source, coalesce(source_record_id, entity_name) AS record, entity_id "
            "FROM entity_member JOIN extracted_entity USING (lens_id, record_key)"
        ),
        "pieces": (
            "SELECT source, source_record_id AS record, to_id AS entity_id FROM entity_relation "
            "JOIN extracted_entity ON from_id = record_key WHERE relation = 'part_of'"
        ),
    }
    return {name: sightline("sql", query, "--json").json() for name, query in queries.items()}


def homes(rows: dict[str, list[dict[str, Any]]], venue: dict[str, Any]) -> Counter[str]:
    """The entities that hold the venue's records, and how many each holds."""
    placed = {(r["source"], r["record"]): r["entity_id"] for r in rows["members"]}
    pieces = {(r["source"], r["record"]): r["entity_id"] for r in rows["pieces"]}
    found: Counter[str] = Counter()
    for source, records in venue["records"].items():
        known = pieces if source == "openstreetmap_parts" else placed
        for record in records:
            found[known.get((source.removesuffix("_parts"), record), "nowhere")] += 1
    return found


def test_every_venue_is_one_entity_and_every_entity_one_venue(rows):
    found = {venue["key"]: homes(rows, venue) for venue in TRUTH}

    split = {key: dict(where) for key, where in found.items() if len(where) != 1}
    assert split == {}
    owners = Counter(next(iter(where)) for where in found.values())
    assert {entity: n for entity, n in owners.items() if n > 1} == {}
    assert {entity["entity_id"] for entity in rows["entities"]} == set(owners)


def test_the_sample_shows_what_the_truth_says(rows, pytestconfig: pytest.Config):
    entities = {entity["entity_id"]: entity for entity in rows["entities"]}
    rates = {
        name: Rate()
        for name in (
            "names as expected",
            "universal fields populated",
            "dimensions populated",
            "dimensions right",
            "modules attached",
            "module fields right",
            "entity class right",
        )
    }

    for venue in TRUTH:
        entity = entities[homes(rows, venue).most_common(1)[0][0]]
        for name, good, what in judge(venue, entity):
            rates[name].count(good=good, what=f"{venue['key']}: {what}")

    pytestconfig.stash[SUMMARY] = [f"{name:28}{rate}" for name, rate in rates.items()]
    assert rates["names as expected"].missing == []
    assert rates["universal fields populated"].share > 0.95, rates[
        "universal fields populated"
    ].missing
    assert rates["dimensions populated"].share > 0.90, rates["dimensions populated"].missing
    assert rates["dimensions right"].share > 0.99, rates["dimensions right"].missing
    assert rates["modules attached"].missing == []
    assert rates["module fields right"].share > 0.80, rates["module fields right"].missing
    assert rates["entity class right"].missing == []


def judge(venue: dict[str, Any], entity: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """One verdict per fact that the truth states of a venue."""
    name = entity["entity_name"]
    yield "names as expected", name == venue["entity_name"], name
    yield "entity class right", entity["entity_class"] == venue["entity_class"], "class"
    for field_name in venue["stated"]:
        yield "universal fields populated", entity[field_name] is not None, field_name
    for dimension in DIMENSIONS:
        found, expected = entity[dimension], venue["dimensions"][dimension]
        yield "dimensions populated", bool(found), dimension
        if found:
            yield "dimensions right", found == expected, f"{dimension} {found}"
    for module, leaves in venue["modules"].items():
        yield "modules attached", module in entity["modules"], module
        for path, expected in leaves.items():
            value: Any = entity["modules"].get(module, {})
            for part in path.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            yield "module fields right", value == expected, f"{path} {value}"
