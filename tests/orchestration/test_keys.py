"""The key under which a thing is accepted once: the same for the same thing, everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.orchestration.keys import (
    Strictness,
    content_key,
    normalize_name,
    place_key,
    strong_id_key,
)
from tests.conftest import ROOT
from tests.oracles import keys as oracle

NAN = float("nan")
names = st.text("aBéß1 .'&-_\t\u0301\u00a0", max_size=8) | st.text(max_size=8)
numbers = st.floats(-180, 180) | st.sampled_from([0.0, -0.0, 0.00005, -0.00004, NAN, float("inf")])
schemes = st.sampled_from(["a", "b", "c", "d"])
values = st.none() | st.text("x1 ", max_size=3) | st.integers(0, 3)
content = st.dictionaries(
    st.text("abc", min_size=1, max_size=2),
    st.none() | names | numbers | st.integers(-2, 2) | st.lists(names, max_size=3),
    max_size=4,
)


@pytest.mark.parametrize(
    ("name", "keep", "blank", "drop"),
    [
        pytest.param("The MEADOWS", "the meadows", "the meadows", "the meadows", id="case"),
        pytest.param(" a \t\n b ", "a b", "a b", "a b", id="blanks"),
        pytest.param("St. Mary's", "st. mary's", "st mary s", "st marys", id="punctuation"),
        pytest.param("5-a-side", "5-a-side", "5 a side", "5aside", id="hyphens"),
        pytest.param("a_b", "a_b", "a b", "ab", id="an underscore is punctuation"),
        pytest.param("Straße", "strasse", "strasse", "strasse", id="case folding"),
        pytest.param("Cafe\u0301", "caf\u00e9", "caf\u00e9", "caf\u00e9", id="an accent apart"),
        pytest.param("—", "—", "", "", id="nothing but punctuation"),
    ],
)
def test_a_name_is_normalized_by_strictness(name: str, keep: str, blank: str, drop: str):
    assert [normalize_name(name, strictness) for strictness in Strictness] == [keep, blank, drop]


@settings(max_examples=400, deadline=None)
@given(names, st.sampled_from(Strictness))
def test_a_name_is_normalized_as_the_oracle_does_and_only_once(name: str, strictness: Strictness):
    normal = normalize_name(name, strictness)

    assert normal == oracle.name(name, str(strictness))
    assert normalize_name(normal, strictness) == normal


@pytest.mark.parametrize(
    ("ids", "precedence", "key"),
    [
        pytest.param({"a": "1", "b": "2"}, ["b", "a"], "b:2", id="the lens's order"),
        pytest.param({"b": "2", "a": "1"}, [], "a:1", id="else by name"),
        pytest.param({"z": "1", "c": "2", "b": "3"}, ["z"], "z:1", id="named ones first"),
        pytest.param({"c": "2", "b": "3"}, ["z"], "b:3", id="the others by name"),
        pytest.param({"a": "", "b": " 2 "}, ["a"], "b:2", id="a blank id is none"),
        pytest.param({"a": None}, ["a"], None, id="no id"),
        pytest.param({"a": 7}, [], "a:7", id="a number"),
        pytest.param({}, ["a"], None, id="no ids"),
    ],
)
def test_the_first_strong_id_counts(ids: dict[str, Any], precedence: list[str], key: str | None):
    assert strong_id_key(ids, precedence) == key


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(schemes, values), st.lists(schemes, unique=True), st.randoms())
def test_a_strong_id_is_chosen_as_the_oracle_does(ids: dict[str, Any], order: list[str], luck: Any):
    shuffled = list(ids.items())
    luck.shuffle(shuffled)

    assert strong_id_key(dict(shuffled), order) == oracle.strong(ids, order)


@pytest.mark.parametrize(
    ("latitude", "longitude", "key"),
    [
        pytest.param(55.95664, -3.11786, "a@55.9566,-3.1179", id="four decimals"),
        pytest.param(0.0, 0.0, "a@0.0000,0.0000", id="nought is a coordinate"),
        pytest.param(-0.0, -0.00004, "a@0.0000,0.0000", id="minus nought is nought"),
        pytest.param(None, -3.1, None, id="no latitude"),
        pytest.param(55.9, None, None, id="no longitude"),
        pytest.param(NAN, -3.1, None, id="NaN is missing"),
        pytest.param(55.9, float("inf"), None, id="infinity is nowhere"),
        pytest.param(1, 2, "a@1.0000,2.0000", id="whole degrees"),
    ],
)
def test_a_place_is_a_name_and_a_rounded_position(
    latitude: float | None, longitude: float | None, key: str | None
):
    assert place_key(" A. ", latitude, longitude) == key


@pytest.mark.parametrize("name", [None, "", " ", "!?"])
def test_what_has_no_name_has_no_place_key(name: str | None):
    assert place_key(name, 55.9, -3.1) is None


def test_a_place_key_follows_the_strictness_asked_for():
    assert place_key("A-b", 1.0, 2.0, Strictness.KEEP) == "a-b@1.0000,2.0000"
    assert place_key("A-b", 1.0, 2.0, Strictness.DROP) == "ab@1.0000,2.0000"


@settings(max_examples=400, deadline=None)
@given(st.none() | names, st.none() | numbers, st.none() | numbers)
def test_a_place_key_is_made_as_the_oracle_does(
    name: str | None, latitude: float | None, longitude: float | None
):
    assert place_key(name, latitude, longitude) == oracle.place(name, latitude, longitude)


@settings(max_examples=300, deadline=None)
@given(content, st.randoms())
def test_content_is_digested_as_the_oracle_does_in_any_order(known: dict[str, Any], luck: Any):
    shuffled = [
        (key, luck.sample(value, len(value)) if isinstance(value, list) else value)
        for key, value in luck.sample(list(known.items()), len(known))
    ]

    assert content_key(dict(shuffled)) == content_key(known) == oracle.content(known)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param({"a": "X y"}, {"a": " x  Y "}, id="case and blanks"),
        pytest.param({"a": "x", "b": None}, {"a": "x"}, id="None is missing"),
        pytest.param({"a": "x", "b": NAN}, {"a": "x"}, id="NaN is missing"),
        pytest.param({"a": "x", "b": " "}, {"a": "x"}, id="blank is missing"),
        pytest.param({"a": ["x", None, ""]}, {"a": ["x"]}, id="in lists too"),
        pytest.param({"a": {"b": 1, "c": {}}}, {"a": {"b": 1}}, id="in mappings too"),
        pytest.param({"a": {"x", "y"}}, {"a": ("y", "x")}, id="any collection"),
        pytest.param({"a": -0.0}, {"a": 0.0}, id="minus nought"),
    ],
)
def test_the_same_content_has_the_same_key(left: dict[str, Any], right: dict[str, Any]):
    assert content_key(left) == content_key(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param({"a": 0.0}, {}, id="nought is a value"),
        pytest.param({"a": False}, {}, id="false is a value"),
        pytest.param({"a": "x"}, {"b": "x"}, id="the key counts"),
        pytest.param({"a": "x."}, {"a": "x"}, id="punctuation counts"),
        pytest.param({"a": "1"}, {"a": 1}, id="a text is no number"),
    ],
)
def test_other_content_has_another_key(left: dict[str, Any], right: dict[str, Any]):
    assert content_key(left) != content_key(right)


def test_keys_are_the_same_in_another_interpreter():
    """Python shuffles its sets by PYTHONHASHSEED; no key may notice."""
    script = (
        "from pipeline.orchestration.keys import *\n"
        "words = {'b', 'a', 'd', 'c', 'ab', 'cd'}\n"
        "print(strong_id_key(dict.fromkeys(words, 'x'), []), place_key('A b', 1.0, -0.0))\n"
        "print(content_key({word: words for word in words}))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    }  # fmt: skip

    assert len(told) == 1
    assert told.pop().startswith(b"a:x a b@1.0000,0.0000\nsha1:")
