"""Which modules attach to which records, and the four that every record has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.lens.modules import ATTACHED, attach_modules
from pipeline.records.reading import read_payloads
from pipeline.workbench import Workbench
from tests.lens_edits import observations, records_like, small_lens
from tests.source_answers import payloads

MODULES = {
    name: {"description": name, "fields": {"x": {"type": "string", "description": "x"}}}
    for name in ("m", "n")
}
TOWN_WORDS = {
    "default_place": "town",
    "places": {
        "town": {"keywords": ["town"], "box": [50.0, 0.0, 51.0, 1.0]},
        "park": {"keywords": ["park"], "inside": "town", "box": [50.2, 0.2, 50.4, 0.4]},
    },
    "activities": {"golf": {"keywords": ["golf", "pitch and putt"]}},
    "brands": {"acme": {"keywords": ["acme"], "implies": ["golf"]}},
}
GOLF = {
    "dimension": "canonical_activities",
    "display_name": "Golf",
    "seo_slug": "golf",
    "description": "golf",
}


def with_module(folder: Path, trigger: dict[str, Any], rows: list[Any], *seen: Any) -> set[int]:
    """The records to which a trigger attaches its module."""
    lens = small_lens(
        folder,
        modules=MODULES,
        vocabulary=TOWN_WORDS,
        canonical_values={"golf": GOLF},
        module_triggers=[{"module": "m", "trigger": trigger}],
    )
    frame = attach_modules(lens, records_like(rows), observations(*seen))
    assert frame.schema == ATTACHED
    assert set(frame["module"]) <= {"m"}
    return set(frame["record"])


def test_always_is_every_record(tmp_path: Path):
    assert with_module(tmp_path, {"type": "always"}, [{}, {}]) == {0, 1}


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        pytest.param({"keywords": ["Putting Green"]}, {0}, id="a keyword, folded"),
        pytest.param({"keywords": ["green", "café"]}, {0, 1}, id="any of several"),
        pytest.param({"keywords": ["gre"]}, set(), id="half a word is none"),
        pytest.param({"vocabulary": ["activities"]}, {2}, id="a section of the vocabulary"),
        pytest.param({"vocabulary": ["activities", "brands"]}, {2, 3}, id="two sections"),
        pytest.param({"vocabulary": ["venue_words"]}, set(), id="a section without words"),
        pytest.param({"keywords": ["hidden"]}, set(), id="only names, texts and categories count"),
    ],
)
def test_any_keyword_match(tmp_path: Path, trigger: dict[str, Any], expected: set[int]):
    seen = (
        (0, "entity_name", "The PUTTING-green"),
        (0, "operator", "hidden"),
        (1, "raw_categories", "cafe"),
        (2, "description", "A pitch & putt course"),
        (3, "summary", "by Acme"),
    )

    found = with_module(tmp_path, {"type": "any_keyword_match"} | trigger, [{}] * 5, *seen)

    assert found == expected


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        pytest.param(["park"], {0}, id="one place"),
        pytest.param(["town"], {0, 1}, id="with the places inside it"),
        pytest.param(["park", "town"], {0, 1}, id="any of several"),
    ],
)
def test_location_match(tmp_path: Path, places: list[str], expected: set[int]):
    rows = [
        {"latitude": 50.3, "longitude": 0.3},
        {"latitude": 51.0, "longitude": 1.0},  # on the town's corner
        {"latitude": 51.1, "longitude": 0.3},
        {},
    ]

    assert with_module(tmp_path, {"type": "location_match", "places": places}, rows) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param(
            {"path": "record.entity_class", "operator": "EQ", "value": "place"}, {0}, id="a class"
        ),
        pytest.param({"path": "record.postcode", "operator": "EXISTS"}, {1}, id="a value there"),
        pytest.param(
            {"not": {"path": "record.postcode", "operator": "EXISTS"}}, {0, 2}, id="the contrary"
        ),
        pytest.param(
            {
                "any": [
                    {"path": "record.latitude", "operator": "GTE", "value": 50},
                    {"path": "record.postcode", "operator": "MATCHES", "value": "^EH"},
                ]
            },
            {0, 1},
            id="either of two",
        ),
    ],
)
def test_a_condition(tmp_path: Path, when: dict[str, Any], expected: set[int]):
    rows = [
        {"entity_class": "place", "latitude": 50.0},
        {"entity_class": "person", "postcode": "EH1 1AA"},
        {},
    ]

    assert with_module(tmp_path, {"type": "condition", "when": when}, rows) == expected


def test_two_triggers_of_a_module_attach_it_once(tmp_path: Path):
    always = {"module": "m", "trigger": {"type": "always"}}
    lens = small_lens(
        tmp_path, modules=MODULES, module_triggers=[always, always | {"module": "n"}, always]
    )

    frame = attach_modules(lens, records_like([{}]), observations())

    assert frame.rows() == [(0, "m"), (0, "n")]


def test_the_four_base_modules_are_always_there(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench
):
    bare = {"type": "relation", "id": 1, "tags": {"name": "Example Cup"}}
    full = {
        "type": "node",
        "id": 2,
        "lat": 55.95,
        "lon": -3.2,
        "tags": {
            "name": "Example Pitch",
            "leisure": "pitch",
            "addr:postcode": "EH1 1AA",
            "phone": "0131 496 0001",
            "opening_hours": "Mo 09:00-17:00",
        },
    }

    records = read_payloads(
        lens, {"openstreetmap": payloads({"elements": [bare, full]})}, connectors, bench
    ).records.sort("record_key")

    found = dict(zip(records["source_record_id"], map(json.loads, records["modules"]), strict=True))
    assert found == {
        "relation/1": {
            "core": {"entity_name": "Example Cup", "entity_class": "thing"},
            "location": {},
            "contact": {},
            "hours": {},
        },
        "node/2": {
            "core": {"entity_name": "Example Pitch", "entity_class": "place"},
            "location": {"latitude": 55.95, "longitude": -3.2, "postcode": "EH1 1AA"},
            "contact": {"phone": "+441314960001"},
            "hours": {"opening_hours": "Mo 09:00-17:00"},
            "sports_facility": {},
        },
    }
