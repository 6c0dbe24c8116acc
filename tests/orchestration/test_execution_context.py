"""The state of a run: accepted once, committed in an order that timing cannot change."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.orchestration.candidate import Candidate
from pipeline.orchestration.execution_context import Acceptance, Contribution, ExecutionContext
from pipeline.orchestration.keys import content_key
from pipeline.values import canonical_json
from tests.orchestration.things import candidate


def gives(connector: str, trust: int = 2, **seeds: Any) -> Contribution:
    return Contribution(connector, trust, seeds=seeds)


def seeds_of(*contributions: Contribution) -> dict[str, Any]:
    state = ExecutionContext()
    state.commit(contributions)
    return state.seeds


@pytest.mark.parametrize(
    ("offered", "seeds", "key"),
    [
        pytest.param(candidate(ids={"x": "1", "a": "2"}), {"x": "9"}, "x:1", id="its own id first"),
        pytest.param(candidate(), {"x": "9", "a": "8"}, "x:9", id="then an id of the seeds"),
        pytest.param(candidate(), {"x": ["9"]}, "a@55.9500,-3.1900", id="a list is no identity"),
        pytest.param(candidate(), {}, "a@55.9500,-3.1900", id="then name and place"),
        pytest.param(candidate(latitude=0.0, longitude=0.0), {}, "a@0.0000,0.0000", id="nought"),
        pytest.param(
            candidate(latitude=None, content={"phone": "1"}), {},
            content_key({"phone": "1", "name": "a"}), id="then content"),
    ],
)  # fmt: skip
def test_the_key_is_the_best_there_is(offered: Candidate, seeds: dict[str, Any], key: str):
    state = ExecutionContext(strong_ids=("x",), seeds=seeds)

    assert state.accept_entity(offered) == Acceptance(True, key, "")
    assert state.accepted_entity_keys == {key}
    assert state.accepted_entities == [offered]


def test_without_the_lens_s_precedence_the_first_scheme_by_name_counts():
    assert ExecutionContext().key_of(candidate(ids={"b": "1", "a": "2"})) == "a:2"


def test_a_duplicate_changes_nothing():
    state = ExecutionContext()
    first, key, _ = state.accept_entity(candidate("The Place"))
    before = deepcopy(state)

    again = state.accept_entity(candidate("the  place!", "two", content={"phone": "1"}))

    assert first
    assert again == (False, key, "duplicate")
    assert state == before


def test_who_is_not_believed_enough_is_not_accepted_and_may_come_again():
    state = ExecutionContext(least_confidence=0.5)

    refused = state.accept_entity(candidate(confidence=0.3))

    assert refused == (False, "a@55.9500,-3.1900", "confidence 0.3 is below 0.5")
    assert state == ExecutionContext(least_confidence=0.5)
    assert state.accept_entity(candidate(confidence=0.5)).accepted


@pytest.mark.parametrize(
    ("contributions", "seeds"),
    [
        pytest.param([gives("b", v=[2]), gives("a", v=[1, 3])], {"v": [1, 3, 2]}, id="lists append"),
        pytest.param([gives("a", v=(1,)), gives("b", v=[2])], {"v": [1, 2]}, id="tuples are lists"),
        pytest.param(
            [gives("a", v={"x": 1, "y": [1]}), gives("b", v={"z": 2, "y": [2]})],
            {"v": {"x": 1, "y": [1, 2], "z": 2}}, id="mappings merge by key"),
        pytest.param([gives("a", 3, v=1), gives("b", 2, v=2)], {"v": 1}, id="the higher trust"),
        pytest.param([gives("b", 2, v=2), gives("a", 3, v=1)], {"v": 1}, id="whoever came first"),
        pytest.param([gives("a", v=1), gives("b", v=2)], {"v": 2}, id="else the later name"),
        pytest.param(
            [gives("a", 3, v={"x": 1}), gives("b", 2, v={"x": 2, "y": 2})],
            {"v": {"x": 1, "y": 2}}, id="trust counts key by key"),
        pytest.param([gives("a", 3, v=[1]), gives("b", 2, v=2)], {"v": [1]}, id="a list is trusted more"),
        pytest.param([gives("a", 2, v=[1]), gives("b", 3, v=2)], {"v": 2}, id="one value is trusted more"),
        pytest.param([gives("a", v={"x": 1}), gives("b", v=[2])], {"v": [2]}, id="as trusted, and later"),
        pytest.param(
            [gives("a", 1, v=1), gives("b", 2, v=[2]), gives("c", 2, v=[3])],
            {"v": [2, 3]}, id="a list that won goes on as one"),
        pytest.param(
            [gives("a", 1, v=1), gives("b", 2, v=(2,)), gives("c", 2, v=[3])],
            {"v": [2, 3]}, id="so does a tuple"),
        pytest.param(
            [gives("a", 3, v={"x": 1}), gives("b", 3, v=0), gives("c", 3, v={"x": 2})],
            {"v": {"x": 2}}, id="what was replaced is forgotten"),
        pytest.param([gives("a", 2, v=1), gives("b", 3, v=None)], {"v": 1}, id="None says nothing"),
        pytest.param([gives("a", 2, v=0), gives("b", 1, v=5)], {"v": 0}, id="nought does"),
    ],
)  # fmt: skip
def test_conflicts_are_decided_by_rule(contributions: list[Contribution], seeds: dict[str, Any]):
    assert seeds_of(*contributions) == seeds


def test_a_later_phase_wins_only_if_it_is_trusted_as_much():
    state = ExecutionContext(seeds={"v": None})
    for trust, value in ((2, "first"), (1, "doubtful"), (2, "later")):
        state.commit([gives("any", trust, v=value, seen=[value])])
        if trust == 1:
            assert state.seeds["v"] == "first"

    assert state.seeds == {"v": "later", "seen": ["first", "doubtful", "later"]}


def test_candidates_and_evidence_come_in_the_order_of_names():
    two, one = candidate("B", "two"), candidate("A", "one")
    state = ExecutionContext()

    state.commit([Contribution("two", 3, (two,), {"two": {"n": 1}}),
                  Contribution("one", 1, (one,), {"one": {"n": 1}})])  # fmt: skip

    assert state.candidates == [one, two]
    assert state.as_dict()["evidence"] == {"one": {"n": 1}, "two": {"n": 1}}
    assert list(state.evidence) == ["one", "two"]


scalars = st.integers(0, 3) | st.text("ab", max_size=1) | st.booleans() | st.none()
trees = st.recursive(
    scalars | st.lists(scalars, max_size=2) | st.lists(scalars, max_size=2).map(tuple),
    lambda inner: st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=5,
)
phases = st.lists(
    st.dictionaries(
        st.sampled_from("abcde"),
        st.tuples(st.integers(1, 3), st.dictionaries(st.sampled_from("xy"), trees, max_size=2)),
        max_size=4,
    ),
    max_size=3,
)


def committed(asked: Any, luck: Any) -> ExecutionContext:
    """The state after these phases, each phase's connectors answering in an order of luck."""
    state = ExecutionContext()
    for phase in asked:
        brought = [
            Contribution(name, trust, (candidate(name, name),), {name: said}, said)
            for name, (trust, said) in phase.items()
        ]
        luck.shuffle(brought)
        state.commit(brought)
        for offered in list(state.candidates):
            state.accept_entity(offered)
    return state


@settings(max_examples=300, deadline=None)
@given(phases, st.randoms(use_true_random=False), st.randoms(use_true_random=False))
def test_any_order_of_the_same_contributions_gives_the_same_context(asked: Any, one: Any, two: Any):
    before = deepcopy(asked)

    left, right = committed(asked, one).as_dict(), committed(asked, two).as_dict()

    assert canonical_json(left) == canonical_json(right)
    assert asked == before  # and what the connectors brought is still theirs
