"""Field rules: which rule fills a field, with what type, and what it costs when one cannot."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.lens.field_rules import FIELD_VALUES, apply_field_rules
from tests.lens_edits import attached, observations, small_lens

TYPES = {
    "count": "integer",
    "least": "integer",
    "size": "number",
    "note": "string",
    "open": "boolean",
    "kinds": "array",
    "pair.left": "string",
    "pair.right": "string",
}


def rule(rule_id: str, target: str, fields: str | list[str], extractor: Any, **rest: Any) -> Any:
    return {
        "rule_id": rule_id,
        "target_path": target,
        "source_fields": fields,
        "extractor": extractor,
        **rest,
    }


def apply(
    folder: Path, rules: list[Any], seen: pl.DataFrame, having: pl.DataFrame | None = None
) -> tuple[dict[tuple[int, str], str], list[tuple[str, str, int, str]], pl.DataFrame]:
    """Filled fields by record and path, failures, and the whole frame."""
    fields: dict[str, Any] = {
        name: {"type": kind, "description": name} for name, kind in TYPES.items()
    }
    fields["least"]["minimum"] = 0
    module = {"description": "m", "fields": fields, "field_rules": rules}
    lens = small_lens(folder, modules={"m": module})
    everyone = attached(*sorted(set(seen["record"])), module="m")
    filled, failed = apply_field_rules(lens, seen, everyone if having is None else having)
    values = {(r["record"], r["path"]): r["value"] for r in filled.to_dicts()}
    return values, [(f.rule_id, f.source, f.records, f.error) for f in failed], filled


@pytest.mark.parametrize(
    ("target", "extractor", "text", "expected"),
    [
        pytest.param("count", "numeric_parser", "3", "3", id="an integer"),
        pytest.param("count", "coalesce", "3.0", "3", id="a whole number written with a point"),
        pytest.param("size", "numeric_parser", "2.5", "2.5", id="a fraction"),
        pytest.param("note", "coalesce", 'say "hi"', 'say "hi"', id="a text"),
        pytest.param("open", "boolean_coercion", "yes", "true", id="a truth value"),
        pytest.param(
            "kinds", {"type": "array_builder", "split": ";"}, "b;a;b", '["a","b"]',
            id="an array, sorted, each once",
        ),
        pytest.param("kinds", "coalesce", 'a"b', '["a\\"b"]', id="one text as an array"),
    ],
)  # fmt: skip
def test_a_value_has_the_fields_type(
    tmp_path: Path, target: str, extractor: Any, text: str, expected: str
):
    values, failed, filled = apply(
        tmp_path,
        [rule("r", target, "raw", extractor, confidence=0.4)],
        observations((5, "raw", text)),
    )

    assert values == {(5, target): expected}
    assert failed == []
    assert filled.schema == FIELD_VALUES
    row = filled.row(0, named=True)
    assert (row["module"], row["rule_id"], row["confidence"]) == ("m", "r", 0.4)
    assert (row["value_type"], row["pointers"]) == (TYPES[target], ["/0/raw"])


@pytest.mark.parametrize(
    ("target", "extractor", "text", "expected"),
    [
        pytest.param("count", "numeric_parser", "2.5", "integer", id="a fraction for an integer"),
        pytest.param("count", "coalesce", "many", "integer", id="a word for an integer"),
        pytest.param("least", "numeric_parser", "-5", "integer from 0", id="less than the least"),
        pytest.param("size", "coalesce", "wide", "number", id="a word for a number"),
        pytest.param("size", "coalesce", "NaN", "number", id="no number at all"),
        pytest.param("size", "coalesce", "1e999", "number", id="a number without end"),
        pytest.param("open", "coalesce", "yes", "boolean", id="a word for a truth value"),
        pytest.param("note", "array_builder", "x", "string", id="a list for a text"),
    ],
)
def test_a_value_of_the_wrong_type_is_reported_and_the_next_rule_has_its_turn(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    target: str,
    extractor: Any,
    text: str,
    expected: str,
):
    spare = {
        "integer": "1",
        "integer from 0": "1",
        "number": "1.0",
        "boolean": "true",
        "string": "spare",
    }[expected]
    kind = {"boolean": "boolean_coercion", "string": "coalesce"}.get(expected, "numeric_parser")
    rules = [rule("first", target, "raw", extractor), rule("second", target, "other", kind)]

    with caplog.at_level(logging.WARNING):
        values, failed, filled = apply(
            tmp_path,
            rules,
            observations((0, "raw", text), (0, "other", spare), (1, "other", spare)),
        )

    assert values == {(0, target): spare, (1, target): spare}
    assert filled["rule_id"].to_list() == ["second", "second"]
    assert [(f[0], f[1], f[2]) for f in failed] == [("first", "openstreetmap", 1)]
    assert failed[0][3].startswith("found ")
    assert failed[0][3].endswith(f"expected {expected}")
    assert [(r.__dict__["rule_id"], r.__dict__["source"]) for r in caplog.records] == [
        ("first", "openstreetmap")
    ]


def test_a_failure_is_told_for_each_source_with_its_count(tmp_path: Path):
    seen = pl.concat(
        [
            observations((0, "raw", "x"), (1, "raw", "y"), (2, "raw", "4")),
            observations((3, "raw", "z"), source="serper"),
        ]
    )

    values, failed, _ = apply(tmp_path, [rule("r", "count", "raw", "coalesce")], seen)

    assert values == {(2, "count"): "4"}
    assert sorted((f[0], f[1], f[2]) for f in failed) == [
        ("r", "openstreetmap", 2),
        ("r", "serper", 1),
    ]


def test_the_first_rule_that_gives_a_value_wins(tmp_path: Path):
    rules = [
        rule("sure", "note", ["b"], "coalesce"),
        rule("spare", "note", ["a"], "coalesce"),
        rule("last", "note", ["a", "b"], "coalesce"),
    ]

    values, _, filled = apply(
        tmp_path, rules, observations((0, "a", "A"), (0, "b", "B"), (1, "a", "A"), (2, "c", "C"))
    )

    assert values == {(0, "note"): "B", (1, "note"): "A"}
    assert dict(filled.select("record", "rule_id").iter_rows()) == {0: "sure", 1: "spare"}


def test_source_fields_are_asked_in_the_rules_order(tmp_path: Path):
    seen = observations((0, "a", "A"), (0, "b", "B"), (1, "a", "A"))

    values, _, filled = apply(tmp_path, [rule("r", "note", ["b", "a"], "coalesce")], seen)

    assert values == {(0, "note"): "B", (1, "note"): "A"}
    assert filled["pointers"].to_list() == [["/1/b"], ["/2/a"]]


def test_a_sum_points_to_every_row_it_counts(tmp_path: Path):
    extractor = {"type": "numeric_parser", "combine": "sum"}
    seen = observations((0, "b", "2"), (0, "a", "3"), (0, "c", "none"))

    values, _, filled = apply(tmp_path, [rule("r", "count", ["a", "b", "c"], extractor)], seen)

    assert values == {(0, "count"): "5"}  # 3 + 2
    assert filled["pointers"].to_list() == [["/1/a", "/0/b"]]


def test_normalizers_run_before_the_type_is_held_against_the_field(tmp_path: Path):
    rules = [
        rule("c", "count", "raw", "coalesce", normalizers=["round_integer"]),
        rule("k", "kinds", "list", "coalesce", normalizers=["lowercase", "comma_split"]),
        rule("n", "note", "blank", "coalesce", normalizers=["trim"]),
    ]
    seen = observations((0, "raw", "2.7"), (0, "list", "B, a,b"), (0, "blank", "  "))

    values, failed, _ = apply(tmp_path, rules, seen)

    assert values == {(0, "count"): "3", (0, "kinds"): '["a","b"]'}
    assert failed == []


@pytest.mark.parametrize(
    ("applies", "filled"),
    [
        pytest.param({"source": ["openstreetmap"]}, True, id="its source"),
        pytest.param({"source": ["serper"]}, False, id="another source"),
        pytest.param({"entity_class": ["place", "event"]}, True, id="one of its classes"),
        pytest.param({"entity_class": ["person"]}, False, id="another class"),
        pytest.param({"source": ["openstreetmap"], "entity_class": ["person"]}, False, id="half"),
    ],
)
def test_a_rule_keeps_to_its_sources_and_classes(
    tmp_path: Path, applies: dict[str, list[str]], filled: bool
):
    rules = [rule("r", "note", "a", "coalesce", applicability=applies)]

    values, _, _ = apply(tmp_path, rules, observations((0, "a", "A")))

    assert bool(values) is filled


def test_only_records_that_have_the_module_are_filled(tmp_path: Path):
    seen = observations((0, "a", "A"), (1, "a", "B"))

    values, _, _ = apply(
        tmp_path, [rule("r", "note", "a", "coalesce")], seen, attached(1, module="m")
    )

    assert values == {(1, "note"): "B"}


@pytest.mark.parametrize(
    ("condition", "filled"),
    [
        pytest.param(
            {"type": "field_not_populated", "fields": "pair.left"}, {2}, id="field not populated"
        ),
        pytest.param(
            {"type": "field_not_populated", "fields": ["pair.left", "pair.right"]}, {2},
            id="none of several populated",
        ),
        pytest.param(
            {"type": "any_field_missing", "fields": ["pair.left", "pair.right"]}, {1, 2},
            id="any field missing",
        ),
        pytest.param(
            {"type": "source_has_field", "fields": ["right", "nowhere"]}, {0}, id="source has field"
        ),
        pytest.param(
            {"type": "value_present", "fields": ["left"], "values": ["l1"]}, {1},
            id="value present, whatever its case",
        ),
        pytest.param(
            {"type": "value_present", "fields": ["left", "right"], "values": ["L0", "R0"]}, {0},
            id="one of several values in one of several fields",
        ),
        pytest.param(
            {"type": "value_present", "fields": ["left"], "values": []}, set(), id="no value listed"
        ),
    ],
)  # fmt: skip
def test_conditions(tmp_path: Path, condition: dict[str, Any], filled: set[int]):
    # Record 0 fills both sides of the pair, record 1 the left one, record 2 neither.
    seen = observations(
        (0, "left", "L0"), (0, "right", "R0"), (1, "left", "L1"), (0, "a", "A"), (1, "a", "A"), (2, "a", "A"),
    )  # fmt: skip
    rules = [
        rule("left", "pair.left", "left", "coalesce"),
        rule("right", "pair.right", "right", "coalesce"),
        rule("r", "note", "a", "coalesce", conditions=[condition]),
    ]

    values, _, _ = apply(tmp_path, rules, seen)

    assert {record for record, path in values if path == "note"} == filled


def test_every_condition_must_hold(tmp_path: Path):
    both = [
        {"type": "source_has_field", "fields": "a"},
        {"type": "source_has_field", "fields": "b"},
    ]
    seen = observations((0, "a", "A"), (1, "a", "A"), (1, "b", "B"))

    values, _, _ = apply(tmp_path, [rule("r", "note", "a", "coalesce", conditions=both)], seen)

    assert values == {(1, "note"): "A"}


def test_no_rule_and_no_observation_fill_nothing(tmp_path: Path):
    assert apply(tmp_path, [], observations((0, "a", "A")))[0] == {}
    assert apply(tmp_path, [rule("r", "note", "a", "coalesce")], observations())[0] == {}
