"""Pure steps, left to right; one that does not fit a value leaves it as it is."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from pipeline.lens.normalizers import normalize


@pytest.mark.parametrize(
    ("steps", "value", "expected"),
    [
        pytest.param(["trim"], " a  b ", "a  b", id="trim"),
        pytest.param(["lowercase"], "Äb", "äb", id="lowercase"),
        pytest.param(["uppercase"], "äb", "ÄB", id="uppercase"),
        pytest.param(["collapse_whitespace"], " a \n\t b ", "a b", id="collapse whitespace"),
        pytest.param(["trim"], "   ", None, id="what is left empty is nothing"),
        pytest.param([], "", None, id="empty from the start"),
        pytest.param(["comma_split"], "a, b,,c", ["a", "b", "c"], id="comma split"),
        pytest.param(["list_wrap"], "a", ["a"], id="list wrap"),
        pytest.param(["round_integer"], "2.6", 3, id="round"),
        pytest.param(["round_integer"], "-1.6", -2, id="round below zero"),
        pytest.param(["round_integer"], "2.5", 2, id="a half goes to the even number"),
        pytest.param(["round_integer"], "some", None, id="no number"),
        pytest.param(["round_integer"], "1e30", None, id="a number too large"),
        pytest.param(["uppercase", "lowercase"], "aB", "ab", id="the last one has the last word"),
        pytest.param(["comma_split", "uppercase"], "a, b", ["A", "B"], id="item by item"),
        pytest.param(["lowercase", "list_wrap", "trim"], " A", ["a"], id="three in a row"),
    ],
)
def test_steps_run_left_to_right(steps: list[Any], value: str, expected: Any):
    found = normalize(pl.Series("value", [value, None], dtype=pl.String), steps)

    assert found.to_list() == [expected, None]


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        pytest.param(["trim", "lowercase", "comma_split"], 1.5, id="text steps on a number"),
        pytest.param(["uppercase"], True, id="a text step on a truth value"),
        pytest.param(["comma_split", "list_wrap"], ["a,b"], id="list steps on a list"),
        pytest.param(["round_integer"], [1.5], id="rounding a list"),
    ],
)
def test_a_step_that_does_not_fit_changes_nothing(steps: list[Any], value: Any):
    assert normalize(pl.Series("value", [value]), steps).to_list() == [value]


def test_nothing_stays_nothing():
    assert normalize(pl.Series("value", [], dtype=pl.String), ["trim", "comma_split"]).len() == 0
