"""Things are counted, not keys: one thing under several keys is one group."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.candidate import Candidate
from pipeline.orchestration.grouping import group_candidates
from pipeline.values import GeoPoint
from tests.orchestration.things import candidate

DEGREE_M = 111_195.0  # of latitude, on the sphere that distances are measured on


def names(lens: CompiledLens, *candidates: Candidate) -> list[list[str | None]]:
    found = group_candidates(candidates, lens.vocabulary)
    return sorted(sorted(c.source for c in group) for group in found)


def north(metres: float, name: str = "Acme Arena", source: str = "two", **more: Any) -> Candidate:
    return candidate(name, source, latitude=55.95 + metres / DEGREE_M, **more)


def test_one_venue_under_three_keys_counts_once(lens: CompiledLens):
    three = (
        candidate("Powerleague Portobello", "one", ids={"x": "1"}),
        north(40, "Powerleague Edinburgh Portobello", "two"),
        north(-60, "Powerleague, Portobello", "three", ids={"y": "7"}),
    )

    assert names(lens, *three) == [["one", "three", "two"]]


def test_two_branches_of_a_chain_are_two(lens: CompiledLens):
    near, far = candidate("PureGym"), north(900, "PureGym")

    assert names(lens, near, far) == [["one"], ["two"]]


@pytest.mark.parametrize(
    ("other", "is_one"),
    [
        pytest.param(north(140), True, id="within reach of each other"),
        pytest.param(north(160), False, id="out of reach"),
        pytest.param(north(160, accuracy_m=200), True, id="a vague position reaches farther"),
        pytest.param(north(5_000, accuracy_m=6_000), True, id="however vague it is"),
        pytest.param(north(0, "Other Arms"), False, id="another name"),
        pytest.param(north(0, "ACME  arena!"), True, id="the name written otherwise"),
        pytest.param(north(0, "Acme"), True, id="the telling word alone"),
        pytest.param(north(0, None), True, id="no name: a part"),
        pytest.param(candidate("Acme Arena", "two", latitude=None), False, id="no position"),
        pytest.param(
            candidate("Else", "two", latitude=None, ids={"x": "1"}), True, id="the same id"),
        pytest.param(north(0, "Else", ids={"x": "2"}), False, id="another id"),
        pytest.param(north(0, "Else", ids={"y": "1"}), False, id="an id of another kind"),
    ],
)  # fmt: skip
def test_two_are_one_by_id_or_by_name_and_place(lens: CompiledLens, other: Candidate, is_one: bool):
    grouped = names(lens, candidate("Acme Arena", ids={"x": "1"}), other)

    assert (len(grouped) == 1) is is_one


@pytest.mark.parametrize("latitude", [0.0, 55.95, -70.0, 85.0])
def test_reach_is_metres_at_every_latitude(lens: CompiledLens, latitude: float):
    here = GeoPoint(latitude, 10.0)
    one = candidate("Acme", latitude=latitude, longitude=10.0)
    wide = here.box_around(1.0).east - 10.0
    beside, away = (
        candidate("Acme", "two", latitude=latitude, longitude=10.0 + metres * wide)
        for metres in (148, 152)
    )

    assert names(lens, one, beside) == [["one", "two"]]
    assert names(lens, one, away) == [["one"], ["two"]]


def test_who_is_one_with_a_third_is_one(lens: CompiledLens):
    chain = [north(metres, source=str(metres)) for metres in (0, 100, 200, 300)]

    assert len(names(lens, *chain)) == 1
    assert len(names(lens, chain[0], chain[3])) == 2


def test_nothing_makes_no_group(lens: CompiledLens):
    assert group_candidates([], lens.vocabulary) == []


some = st.builds(
    candidate,
    st.sampled_from([None, "Acme", "Acme Arena", "Other", "PureGym Leith"]),
    st.sampled_from("ab"),
    latitude=st.sampled_from([None, 0.0, 55.95, 55.951, 55.9525, -55.95]),
    longitude=st.sampled_from([0.0, -3.19, -3.1885]),
    accuracy_m=st.sampled_from([0.0, 20.0, 120.0, 900.0]),
    ids=st.dictionaries(st.sampled_from("xy"), st.sampled_from("12"), max_size=2),
)


def partition(lens: CompiledLens, things: list[Candidate]) -> set[frozenset[int]]:
    found = group_candidates(things, lens.vocabulary)
    return {frozenset(id(thing) for thing in group) for group in found}


def oracle(lens: CompiledLens, things: list[Candidate]) -> set[frozenset[int]]:
    """Every pair on its own, then whatever is linked through others."""
    groups = [{id(thing)} for thing in things]
    for left, right in combinations(things, 2):
        if len(group_candidates([left, right], lens.vocabulary)) == 1:
            joined = [g for g in groups if id(left) in g or id(right) in g]
            groups = [g for g in groups if g not in joined] + [set().union(*joined)]
    return {frozenset(group) for group in groups}


@settings(max_examples=150, deadline=None)
@given(st.lists(some, max_size=6), st.randoms())
def test_the_groups_are_those_of_the_pairs_in_any_order(
    lens: CompiledLens, things: list[Candidate], luck: Any
):
    found = partition(lens, things)
    shuffled = luck.sample(things, len(things))

    assert partition(lens, shuffled) == found
    assert oracle(lens, things) == found
