"""Every operator and composite against a plain oracle, on random contexts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.conditions import Operator, evaluate, parse_condition
from tests.oracles.conditions import answer, holds

numbers = st.sampled_from([-1, 0, 1, 2, 0.0, -0.0, 1.0, 0.5, float("inf"), 2**60])
scalars = st.text("abB1 ", max_size=3) | numbers | st.booleans()
lists = st.lists(scalars | st.none(), max_size=3)
nothing = st.sampled_from([None, float("nan")])
found = st.one_of(
    scalars, nothing, lists, lists.map(tuple), st.frozensets(scalars, max_size=3),
    st.sets(scalars, max_size=3), st.dictionaries(st.sampled_from("ab"), scalars, max_size=2),
)  # fmt: skip
WANTED: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(Operator, scalars) | {
    "IN": st.lists(scalars, min_size=1, max_size=3),
    "NOT_IN": st.lists(scalars, min_size=1, max_size=3),
    "INTERSECTS": st.lists(scalars, min_size=1, max_size=3),
    "EXISTS": st.sampled_from([None, True]),
    "MATCHES": st.sampled_from(["a", "^$", "B+", "(?i)b", r"\d", r"\s$"]),
}
contexts = st.recursive(
    st.dictionaries(st.sampled_from("ab"), found, max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("ab"), inner | found, max_size=2),
    max_leaves=4,
)
paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join)


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    operator = draw(st.sampled_from([str(operator) for operator in Operator]))
    return {"path": draw(paths), "operator": operator, "value": draw(WANTED[operator])}


conditions = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("operator", [str(operator) for operator in Operator])
def test_an_operator_answers_as_the_oracle(operator: str):
    @settings(max_examples=150, deadline=None)
    @given(found, WANTED[operator])
    def agrees(held: Any, value: Any) -> None:
        node = parse_condition({"path": "a.b", "operator": operator, "value": value})

        assert evaluate(node, {"a": {"b": held}}) is answer(operator, held, value)

    agrees()


@settings(max_examples=400, deadline=None)
@given(conditions, contexts)
def test_a_condition_answers_as_the_oracle(raw: dict[str, Any], context: dict[str, Any]):
    assert evaluate(parse_condition(raw), context) is holds(raw, context)


@settings(max_examples=100, deadline=None)
@given(leaves(), nothing)
def test_what_is_missing_answers_false_to_every_operator(raw: dict[str, Any], value: Any):
    node = parse_condition(raw)

    assert evaluate(node, {}) is False
    assert evaluate(node, {"a": value, "b": value, "c": value}) is False
