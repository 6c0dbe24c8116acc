"""A condition over a frame says the same as over one context: `evaluate` is its oracle."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.conditions import (
    CompositeCondition,
    Condition,
    Node,
    Operator,
    evaluate,
    to_expression,
)

# Whole numbers that a float column tells apart.
whole = st.integers(-1, 2) | st.integers(-(2**53), 2**53)
decimal = st.sampled_from([0.0, -0.0, 1.0, 0.5, float("inf")]) | st.floats(-3, 3)
words = st.text("aé1", max_size=2) | st.text("aAbé1 .", max_size=3)
scalars = words | whole | decimal | st.booleans()
nan = st.just(float("nan"))

COLUMNS: dict[str, tuple[pl.DataType, st.SearchStrategy[Any]]] = {
    "text": (pl.String(), words),
    "whole": (pl.Int64(), whole),
    "small": (pl.UInt8(), st.integers(0, 3)),
    "decimal": (pl.Float64(), decimal | nan),
    "flag": (pl.Boolean(), st.booleans()),
    "nothing": (pl.Null(), st.none()),
    "words": (pl.List(pl.String()), st.lists(st.none() | words, max_size=3)),
    "wholes": (pl.List(pl.Int64()), st.lists(st.none() | whole, max_size=3)),
    "decimals": (pl.List(pl.Float64()), st.lists(st.none() | decimal | nan, max_size=3)),
    "flags": (pl.List(pl.Boolean()), st.lists(st.none() | st.booleans(), max_size=3)),
}
TAKE_ONE = ["EQ", "NE", "GT", "GTE", "LT", "LTE", "CONTAINS"]
TAKE_LIST = ["IN", "NOT_IN", "INTERSECTS"]

paths = st.sampled_from([*(f"record.{name}" for name in COLUMNS), "record.gone", "other.text"])
leaves = st.one_of(
    st.builds(Condition, paths, st.sampled_from([Operator(name) for name in TAKE_ONE]), scalars),
    st.builds(
        Condition,
        paths,
        st.sampled_from([Operator(name) for name in TAKE_LIST]),
        st.lists(scalars, min_size=1, max_size=3),
    ),
    st.builds(Condition, paths, st.just(Operator.EXISTS)),
    st.builds(
        Condition,
        paths,
        st.just(Operator.MATCHES),
        st.sampled_from(["a", "^$", "é", "(?=b)", r"\s"]),
    ),
)
nodes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(
            lambda kind, parts: CompositeCondition(kind, tuple(parts)),
            st.sampled_from(["all", "any"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        st.builds(lambda part: CompositeCondition("not", (part,)), inner),
    ),
    max_leaves=4,
)
rows = st.fixed_dictionaries({name: st.none() | values for name, (_, values) in COLUMNS.items()})


def frame_of(records: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(records, schema={name: dtype for name, (dtype, _) in COLUMNS.items()})


def verdicts(node: Node, frame: pl.DataFrame) -> list[bool | None]:
    expression = to_expression(node, frame.schema, "record")
    return frame.with_columns(expression.alias("verdict"))["verdict"].to_list()


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(nodes, st.lists(rows, min_size=1, max_size=3))
def test_a_frame_is_judged_as_its_rows_one_by_one(node: Node, records: list[dict[str, Any]]):
    assert verdicts(node, frame_of(records)) == [evaluate(node, {"record": row}) for row in records]


@pytest.mark.parametrize("operator", TAKE_ONE)
@pytest.mark.parametrize(
    "column",
    [
        pytest.param(pl.Series([None, float("nan")], dtype=pl.Float64), id="numbers"),
        pytest.param(pl.Series([None, None], dtype=pl.String), id="texts"),
        pytest.param(pl.Series([None, None], dtype=pl.List(pl.String)), id="lists"),
        pytest.param(pl.Series([None, None], dtype=pl.Null), id="nothing at all"),
    ],
)
def test_every_operator_is_false_of_what_is_missing(operator: str, column: pl.Series):
    frame = column.alias("field").to_frame()

    for value in (1, "a", True):
        assert verdicts(Condition("record.field", Operator(operator), value), frame) == [False] * 2
    assert verdicts(Condition("record.field", Operator.EXISTS), frame) == [False] * 2
    assert verdicts(Condition("record.field", Operator.NOT_IN, ["a", 1]), frame) == [False] * 2


@pytest.mark.parametrize("operator", ["GT", "GTE", "LT", "LTE"])
def test_true_and_false_have_no_order(operator: str):
    frame = pl.DataFrame({"flag": [True, False], "number": [1, 0]})

    for path, value in (("flag", True), ("flag", 1), ("flag", False), ("number", True)):
        assert (
            verdicts(Condition(f"record.{path}", Operator(operator), value), frame) == [False] * 2
        )


def test_a_condition_selects_rows_and_leaves_no_null():
    frame = pl.DataFrame(
        {
            "kind": ["place", "person", None],
            "uses": [["golf"], ["golf", "tennis"], None],
            "latitude": [55.9, None, 0.0],
        }
    )
    node = CompositeCondition(
        "all",
        (
            Condition("record.latitude", Operator.GTE, 0),
            CompositeCondition("not", (Condition("record.uses", Operator.CONTAINS, "tennis"),)),
        ),
    )

    assert verdicts(node, frame) == [True, False, True]


@pytest.mark.parametrize(
    ("found", "value"),
    [
        pytest.param([2.0, 0.5], 2, id="a whole number among decimals"),
        pytest.param([2, 3], 2.0, id="a decimal among whole numbers"),
    ],
)
def test_a_list_of_numbers_contains_the_equal_number_of_another_type(found: list[Any], value: Any):
    frame = pl.DataFrame({"numbers": [found]})

    assert verdicts(Condition("record.numbers", Operator.CONTAINS, value), frame) == [True]
    assert verdicts(Condition("record.numbers", Operator.CONTAINS, 2.5), frame) == [False]


def test_an_empty_frame_gives_no_verdicts():
    assert verdicts(Condition("record.text", Operator.EXISTS), frame_of([])) == []
