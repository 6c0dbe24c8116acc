"""What each operator answers, in one context."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.conditions import CompositeCondition, Condition, Operator, evaluate

NAN = float("nan")
MISSING = object()


def holds(operator: str, found: Any, value: Any = None) -> bool:
    """The verdict on one value at `record.field`; MISSING leaves the field out."""
    record = {} if found is MISSING else {"field": found}
    return evaluate(Condition("record.field", Operator(operator), value), {"record": record})


@pytest.mark.parametrize(
    ("found", "operator", "value", "verdict"),
    [
        # EQ and NE
        pytest.param("cafe", "EQ", "cafe", True, id="equal text"),
        pytest.param("cafe", "EQ", "Cafe", False, id="case counts"),
        pytest.param("cafe", "NE", "bar", True, id="other text"),
        pytest.param("cafe", "NE", "cafe", False, id="not another text"),
        pytest.param(1, "EQ", 1.0, True, id="one is one point nought"),
        pytest.param(1, "EQ", "1", False, id="a number is no text"),
        pytest.param("1", "NE", 1, True, id="a text is another thing than a number"),
        pytest.param(True, "EQ", True, True, id="true is true"),
        pytest.param(True, "EQ", 1, False, id="true is not one"),
        pytest.param(1, "EQ", True, False, id="one is not true"),
        pytest.param(0, "EQ", False, False, id="nought is not false"),
        pytest.param(True, "NE", 1, True, id="true is another thing than one"),
        pytest.param(0.0, "EQ", 0, True, id="nought is a value"),
        pytest.param("", "EQ", "", True, id="empty text is a value"),
        pytest.param(["a"], "EQ", "a", False, id="a list is no text"),
        pytest.param(["a"], "NE", "a", True, id="a list is another thing than a text"),
        # order
        pytest.param(2, "GT", 1, True, id="more"),
        pytest.param(1, "GT", 1, False, id="not more than itself"),
        pytest.param(1, "GTE", 1, True, id="at least itself"),
        pytest.param(0.5, "GTE", 1, False, id="less is not at least"),
        pytest.param(0.0, "LT", 1, True, id="nought is less than one"),
        pytest.param(1, "LT", 1.0, False, id="not less than itself"),
        pytest.param(1, "LTE", 1.0, True, id="at most itself"),
        pytest.param(-3.45, "GTE", -3.5, True, id="negative degrees"),
        pytest.param("b", "GT", "a", True, id="texts in order"),
        pytest.param("2024-01-02", "LTE", "2024-01-10", True, id="dates as text"),
        pytest.param("2", "GT", 1, False, id="text against number has no order"),
        pytest.param(2, "GT", "1", False, id="number against text has no order"),
        pytest.param(True, "GT", 0, False, id="true has no size"),
        pytest.param(1, "GT", False, False, id="nothing is larger than false"),
        pytest.param([2], "GT", 1, False, id="a list has no size"),
        # IN and NOT_IN
        pytest.param("a", "IN", ["a", "b"], True, id="one of"),
        pytest.param("c", "IN", ["a", "b"], False, id="none of"),
        pytest.param("c", "NOT_IN", ["a", "b"], True, id="other than all"),
        pytest.param("a", "NOT_IN", ["a", "b"], False, id="not other than all"),
        pytest.param(1, "IN", [True, "1"], False, id="one is neither true nor a text"),
        pytest.param(1, "NOT_IN", [True, "1"], True, id="one is other than true and a text"),
        pytest.param(0, "IN", [0.0], True, id="nought among numbers"),
        # CONTAINS and INTERSECTS
        pytest.param(["a", "b"], "CONTAINS", "a", True, id="list with the item"),
        pytest.param(["ab"], "CONTAINS", "a", False, id="an item's part is no item"),
        pytest.param([], "CONTAINS", "a", False, id="empty list"),
        pytest.param([True], "CONTAINS", 1, False, id="a list of true holds no one"),
        pytest.param([None], "CONTAINS", "a", False, id="a list of nothing"),
        pytest.param("cafe bar", "CONTAINS", "fe b", True, id="text with the part"),
        pytest.param("cafe", "CONTAINS", "", True, id="every text holds the empty one"),
        pytest.param("12", "CONTAINS", 1, False, id="a text holds no number"),
        pytest.param(12, "CONTAINS", 1, False, id="a number holds nothing"),
        pytest.param(["a", "b"], "INTERSECTS", ["b", "c"], True, id="an item in common"),
        pytest.param(["a"], "INTERSECTS", ["b", "c"], False, id="no item in common"),
        pytest.param([], "INTERSECTS", ["b"], False, id="nothing in common with nothing"),
        pytest.param("ab", "INTERSECTS", ["a"], False, id="a text is no list"),
        pytest.param([1], "INTERSECTS", [True], False, id="one and true have nothing in common"),
        # EXISTS
        pytest.param("x", "EXISTS", None, True, id="text is there"),
        pytest.param(0, "EXISTS", None, True, id="nought is there"),
        pytest.param(False, "EXISTS", None, True, id="false is there"),
        pytest.param("", "EXISTS", None, True, id="empty text is there"),
        pytest.param([], "EXISTS", True, True, id="an empty list is there"),
        # MATCHES
        pytest.param("Golf Club", "MATCHES", "(?i)club$", True, id="pattern found"),
        pytest.param("clubhouse", "MATCHES", r"\bclub\b", False, id="pattern not found"),
        pytest.param(12, "MATCHES", r"\d+", False, id="a number has no text"),
        pytest.param(["club"], "MATCHES", "club", False, id="a list has no text"),
    ],
)
def test_an_operator_answers(found: Any, operator: str, value: Any, verdict: bool):
    assert holds(operator, found, value) is verdict


VALUES = {
    "IN": ["a", 1],
    "NOT_IN": ["a", 1],
    "INTERSECTS": ["a", 1],
    "EXISTS": None,
    "MATCHES": "^$|a|None",
}


@pytest.mark.parametrize("operator", list(Operator))
@pytest.mark.parametrize(
    "found",
    [
        pytest.param(MISSING, id="left out"),
        pytest.param(None, id="None"),
        pytest.param(NAN, id="NaN"),
    ],
)
def test_every_operator_is_false_of_what_is_missing(operator: Operator, found: Any):
    assert holds(operator, found, VALUES.get(operator, "a")) is False


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        pytest.param("request.box.south", True, id="nested"),
        pytest.param("request.box", True, id="a mapping is a value"),
        pytest.param("request.box.north", False, id="last part missing"),
        pytest.param("request.circle.south", False, id="middle part missing"),
        pytest.param("reply.box.south", False, id="first part missing"),
        pytest.param("request.text.south", False, id="a part of a text"),
        pytest.param("request.words.0", False, id="a part of a list"),
        pytest.param("request.", False, id="empty part"),
    ],
)
def test_a_path_is_followed_through_mappings_only(path: str, verdict: bool):
    context = {"request": {"box": {"south": 0.0}, "text": "south", "words": ["south"]}}

    assert evaluate(Condition(path, Operator.EXISTS), context) is verdict


TRUE = Condition("a", Operator.EXISTS)
FALSE = Condition("b", Operator.EXISTS)


@pytest.mark.parametrize(
    ("node", "verdict"),
    [
        pytest.param(CompositeCondition("all", (TRUE, TRUE)), True, id="all hold"),
        pytest.param(CompositeCondition("all", (TRUE, FALSE)), False, id="not all hold"),
        pytest.param(CompositeCondition("any", (FALSE, TRUE)), True, id="one holds"),
        pytest.param(CompositeCondition("any", (FALSE, FALSE)), False, id="none holds"),
        pytest.param(CompositeCondition("not", (FALSE,)), True, id="not what is missing"),
        pytest.param(CompositeCondition("not", (TRUE,)), False, id="not what is there"),
        pytest.param(
            CompositeCondition("not", (CompositeCondition("any", (FALSE, TRUE)),)),
            False,
            id="nested",
        ),
    ],
)
def test_composites_combine_verdicts(node: CompositeCondition, verdict: bool):
    assert evaluate(node, {"a": 1}) is verdict


def test_other_collections_are_lists_too():
    for found in (("a", "b"), {"a", "b"}, frozenset({"a"})):
        assert holds("CONTAINS", found, "a")
        assert holds("INTERSECTS", found, ["z", "a"])
