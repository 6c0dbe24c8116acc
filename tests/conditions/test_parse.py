"""Reading conditions from a contract: what is refused, and with which words."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.conditions import (
    CompositeCondition,
    Condition,
    ConditionError,
    Operator,
    parse_condition,
)


def leaf(operator: Any = "EQ", value: Any = 1, path: Any = "a") -> dict[str, Any]:
    return {"path": path, "operator": operator, "value": value}


def test_a_leaf_is_parsed():
    assert parse_condition(leaf("GTE", 55.9, "entity.latitude")) == Condition(
        "entity.latitude", Operator.GTE, 55.9
    )


def test_a_nested_condition_is_parsed():
    raw = {"all": [leaf("EXISTS", None), {"any": [leaf("IN", ["x"]), {"not": leaf()}]}]}

    assert parse_condition(raw) == CompositeCondition(
        "all",
        (
            Condition("a", Operator.EXISTS),
            CompositeCondition(
                "any",
                (
                    Condition("a", Operator.IN, ("x",)),
                    CompositeCondition("not", (Condition("a", Operator.EQ, 1),)),
                ),
            ),
        ),
    )


def test_conditions_are_values_that_can_be_shared_and_compared():
    one, other = parse_condition(leaf("IN", ["x", "y"])), parse_condition(leaf("IN", ["x", "y"]))

    assert one == other
    assert len({one, other}) == 1


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        pytest.param(None, "when is None, expected a mapping", id="nothing"),
        pytest.param(["a"], "when is ['a'], expected a mapping", id="a list"),
        pytest.param({}, "when has [], expected path, operator and value", id="empty"),
        pytest.param(
            {"path": "a", "operater": "EQ"},
            "when has ['operater', 'path'], expected path, operator and value",
            id="misspelt key",
        ),
        pytest.param(
            {"path": "a", 1: "EQ"},
            "when has ['1', 'path'], expected path, operator and value",
            id="a key that is no text",
        ),
        pytest.param(leaf(path=3), "when has ['operator', 'path', 'value'], expected", id="path is no text"),
        pytest.param(leaf(path=""), "when: path is empty, expected a dotted name", id="empty path"),
        pytest.param(leaf("EQUALS"), "when.operator is 'EQUALS', expected one of ['EQ', 'NE',", id="unknown operator"),
        pytest.param(leaf("CONTAIN"), "; did you mean 'CONTAINS'?", id="misspelt operator"),
        pytest.param(leaf("eq"), "when.operator is 'eq'", id="operator in small letters"),
        pytest.param({"path": "a"}, "when.operator is None", id="no operator"),
        pytest.param(leaf(["EQ"]), "when.operator is ['EQ']", id="operator in a list"),
        pytest.param(leaf("EQ", None), "when: EQ takes one value, found None", id="no value"),
        pytest.param(leaf("GT", [1]), "when: GT takes one value, found [1]", id="a list for one value"),
        pytest.param(leaf("EQ", float("nan")), "when: EQ takes one value, found nan", id="NaN equals nothing"),
        pytest.param(leaf("IN", "x"), "when: IN takes a list of values, found 'x'", id="one value for a list"),
        pytest.param(leaf("NOT_IN", []), "when: NOT_IN takes a list of values, found []", id="empty list"),
        pytest.param(
            leaf("INTERSECTS", [["x"]]), "when: INTERSECTS takes a list of values, found [['x']]", id="list of lists"
        ),
        pytest.param(leaf("EXISTS", False), "when: EXISTS takes no value, found False", id="EXISTS false"),
        pytest.param(leaf("EXISTS", 1), "when: EXISTS takes no value, found 1", id="EXISTS one"),
        pytest.param(leaf("MATCHES", 5), "when: MATCHES takes a pattern, found 5", id="a number for a pattern"),
        pytest.param(leaf("MATCHES", "("), "when: MATCHES takes a pattern (missing )", id="broken pattern"),
        pytest.param(leaf("MATCHES", "a{99999999999}"), "when: MATCHES takes a pattern (the rep", id="endless pattern"),
        pytest.param({"all": leaf()}, "when.all is {'path': 'a',", id="all without a list"),
        pytest.param({"any": []}, "when: any takes at least one condition, found none", id="any of nothing"),
        pytest.param(
            {"all": [leaf()], "any": [leaf()]}, "when has ['all', 'any'], expected 'all' alone", id="two kinds"
        ),
        pytest.param(
            {"not": leaf(), "path": "a"}, "when has ['not', 'path'], expected 'not' alone", id="kind and leaf mixed"
        ),
        pytest.param({"not": [leaf()]}, "when.not.0 is [{", id="not of a list"),
        pytest.param({"all": [leaf(), "b"]}, "when.all.1 is 'b', expected a mapping", id="names the item"),
        pytest.param(
            {"any": [{"not": leaf("GT", None)}]}, "when.any.0.not.0: GT takes one value", id="names the inner place"
        ),
    ],
)  # fmt: skip
def test_what_is_no_condition_is_refused_with_its_place(raw: Any, told: str):
    with pytest.raises(ConditionError) as refused:
        parse_condition(raw, "when")

    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "count", "told"),
    [
        pytest.param("not", 0, "not takes one condition, found 0", id="not of nothing"),
        pytest.param("not", 2, "not takes one condition, found 2", id="not of two"),
        pytest.param("all", 0, "all takes at least one condition, found none", id="all of nothing"),
    ],
)
def test_a_composite_refuses_a_wrong_number_of_conditions(kind: Any, count: int, told: str):
    with pytest.raises(ValueError, match=told):
        CompositeCondition(kind, (Condition("a", Operator.EXISTS),) * count)
