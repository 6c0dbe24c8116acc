"""Mapping rules against plain Python's `re`, and which rule speaks for a value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.connectors.registry import load_connectors
from pipeline.lens.compiled import CompiledLens, load_lens
from pipeline.lens.mapping import MAPPED, map_observations
from pipeline.records.extracting import OBSERVATIONS
from tests.conftest import LENS
from tests.lens_edits import edited_lens, observations

# Raw values as the sources write them, and near misses of the rules' patterns.
VALUES = [
    "Pitch - Football (5-a-side)", "Pitch - Full Size", "Indoor Tennis Court", "Squash Court",
    "Swimming Pool - Main", "Fitness Suite - Weights", "Sports Hall 6+", "Bowling Green",
    "Leisure Trust", "Sport Club", "soccer", " padel ", "tennis\n", "Tennis", "golf_course",
    "sports_centre", "fitness_centre", "pitch", "customers", "yes", "private", "sport", "gym",
    "swimming_pool", "sports_complex", "Leisure Centre", "Public", "Swimming, Fitness",
    "Table Tennis", "Table Tennis and Tennis", "table  tennis", "Example Tennis Club",
    "POWERLEAGUE", "Powerleagues", "Padelzone", "İnter Golf Club", "Craiglockhart Baths",
    "Alex, tennis coach", "Pay & play", "7-a-side", "Type 2 (Socket Only)", "Edinburgh Leisure",
    "edinburgh leisure\n", "Café", "",
]  # fmt: skip
SOURCES = sorted(load_connectors())
CLASSES = ["event", "place", "organization", "person", "thing"]
SHIPPED = load_lens(LENS, load_connectors())
FIELDS = sorted({f for c in SHIPPED.mapping_rules for f in c.rule.source_fields} | {"other"})


def oracle(lens: CompiledLens, seen: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """Each rule on each value, one after the other; the surest rule, then the first one."""
    best: dict[tuple[int, str, str], tuple[Any, ...]] = {}
    for order, compiled in enumerate(lens.mapping_rules):
        rule = compiled.rule
        for n, row in enumerate(seen):
            if row["field"] not in rule.source_fields:
                continue
            if rule.applicability.source and row["source"] not in rule.applicability.source:
                continue
            classes = rule.applicability.entity_class
            if classes and row["entity_class"] not in classes:
                continue
            if re.search(rule.pattern, row["value"]) is None:
                continue
            key = (row["record"], rule.dimension, rule.value)
            claim = (-rule.confidence, order, n, rule.id, tuple(row["pointers"]))
            best[key] = min(best.get(key, claim), claim)
    return {(*key, claim[3], -claim[0], claim[4]) for key, claim in best.items()}


def mapped(lens: CompiledLens, frame: pl.DataFrame) -> set[tuple[Any, ...]]:
    rows = map_observations(lens, frame).rows()
    return {(*row[:5], tuple(row[5])) for row in rows}


@st.composite
def observed(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 3), st.sampled_from(FIELDS), st.sampled_from(VALUES)),
            max_size=14,
        )
    )
    of_record = [(draw(st.sampled_from(SOURCES)), draw(st.sampled_from(CLASSES))) for _ in range(4)]
    return [
        {
            "record": record,
            "source": of_record[record][0],
            "field": field,
            "value": value,
            "pointers": [f"/{n}"],
            "entity_class": of_record[record][1],
        }
        for n, (record, field, value) in enumerate(rows)
    ]


@settings(max_examples=60, deadline=None)
@given(observed())
def test_the_fast_way_and_plain_python_agree(seen: list[dict[str, Any]]):
    frame = pl.DataFrame(seen, schema=OBSERVATIONS | {"entity_class": pl.String()})

    assert mapped(SHIPPED, frame) == oracle(SHIPPED, seen)


def test_they_agree_on_every_value_in_every_field(lens: CompiledLens):
    pairs = [(n, f, v) for n, (f, v) in enumerate((f, v) for f in FIELDS for v in VALUES)]
    frame = observations(*pairs)

    found = mapped(lens, frame)

    assert found == oracle(lens, frame.to_dicts())
    assert len(found) > 100


def test_every_value_comes_once_in_a_fixed_order(lens: CompiledLens):
    frame = observations(
        (1, "entity_name", "Example Tennis Club"), (1, "sport", "tennis"), (0, "sport", "padel")
    )

    found = map_observations(lens, frame)

    assert found.schema == MAPPED
    assert found.select("record", "dimension", "value").rows() == [
        (0, "canonical_activities", "padel"),
        (0, "canonical_place_types", "courts"),
        (1, "canonical_access", "members"),
        (1, "canonical_activities", "tennis"),
        (1, "canonical_place_types", "courts"),
        (1, "canonical_roles", "sports_club"),
    ]


def test_the_surest_rule_speaks_for_a_value_with_its_own_pointer(lens: CompiledLens):
    frame = observations((7, "entity_name", "Example Tennis Club"), (7, "sport", "tennis"))

    row = map_observations(lens, frame).filter(pl.col("value") == "tennis").row(0, named=True)

    # The tag is surer (0.95) than the name (0.8), though the name was seen first.
    assert (row["rule_id"], row["confidence"]) == ("osm-tennis", 0.95)
    assert row["pointers"] == ["/1/sport"]


def test_a_tie_goes_to_the_rule_that_stands_first(tmp_path: Path):
    twin = (
        "  - {id: twin, pattern: tennis, dimension: canonical_activities, value: tennis, "
        "source_fields: [sport], confidence: 0.95}\n"
    )
    before = edited_lens(tmp_path, ("mapping_rules:\n", f"mapping_rules:\n{twin}"))
    after = edited_lens(tmp_path, ("classification:\n", f"{twin}classification:\n"))
    frame = observations((0, "sport", "tennis"))

    rules = [
        map_observations(lens, frame).filter(pl.col("value") == "tennis")["rule_id"].to_list()
        for lens in (before, after)
    ]

    assert rules == [["twin"], ["osm-tennis"]]


@pytest.mark.parametrize(
    ("source", "entity_class", "field", "value", "claimed"),
    [
        pytest.param("openstreetmap", "place", "entity_name", "Padel", {"padel"}, id="a source it is for"),
        pytest.param("serper", "place", "entity_name", "Padel", set(), id="a source it is not for"),
        pytest.param("serper", "thing", "title", "Padel", {"padel"}, id="the rule of that source"),
        pytest.param("serper", "person", "description", "A coach", {"coach"}, id="a class it is for"),
        pytest.param("serper", "place", "description", "A coach", set(), id="a class it is not for"),
        pytest.param("openstreetmap", "place", "other", "Padel", set(), id="a field it does not read"),
    ],
)  # fmt: skip
def test_a_rule_keeps_to_its_sources_classes_and_fields(
    lens: CompiledLens, source: str, entity_class: str, field: str, value: str, claimed: set[str]
):
    frame = observations((0, field, value), source=source, entity_class=entity_class)

    assert set(map_observations(lens, frame)["value"]) == claimed


@pytest.mark.parametrize(
    ("name", "is_tennis"),
    [
        pytest.param("Table Tennis", False, id="table tennis is another game"),
        pytest.param("Example Table Tennis Centre", False, id="in a longer name"),
        pytest.param("Tennis", True, id="tennis alone"),
        pytest.param("Table Tennis and Tennis", True, id="both games"),
    ],
)
@pytest.mark.parametrize("field", ["entity_name", "title"])
def test_table_tennis_is_no_tennis(lens: CompiledLens, name: str, is_tennis: bool, field: str):
    source = "serper" if field == "title" else "openstreetmap"
    frame = observations((0, field, name), source=source)

    found = map_observations(lens, frame)

    assert ("tennis" in found["value"].to_list()) is is_tennis


def test_a_pattern_that_looks_behind_is_known_to_be_slow(lens: CompiledLens):
    slow = {c.rule.id for c in lens.mapping_rules if not c.pattern.is_fast}

    assert slow == {"name-tennis", "web-tennis"}


def test_no_observation_and_no_rule_map_to_nothing(lens: CompiledLens, tmp_path: Path):
    start, end = "mapping_rules:\n", "classification:\n"
    text = LENS.read_text("utf-8")
    without = edited_lens(
        tmp_path, (text[text.index(start) : text.index(end)], "mapping_rules: []\n\n")
    )

    assert map_observations(lens, observations()).is_empty()
    assert map_observations(without, observations((0, "sport", "tennis"))).schema == MAPPED
