"""Clusters obey every contradiction, whatever the order, and are components without any."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.resolve.clusters import cluster
from tests.oracles import clusters as oracle
from tests.oracles.clusters import Clusters, Link, Pair

KEYS = "abcdefgh"
QUICK = settings(max_examples=300, deadline=None)


def pairs() -> st.SearchStrategy[list[Pair]]:
    return st.lists(
        st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).filter(lambda p: p[0] < p[1]),
        unique=True,
        max_size=16,
    )


@st.composite
def links(draw: st.DrawFn) -> list[Link]:
    """Few scores, so that ties are common."""
    return [(a, b, draw(st.sampled_from([0.0, 1.5, 3.0]))) for a, b in draw(pairs())]


def grouped(found: Mapping[str, str]) -> Clusters:
    heads = set(found.values())
    return frozenset(frozenset(k for k, head in found.items() if head == h) for h in heads)


@QUICK
@given(links=links(), contradictions=pairs())
def test_clusters_are_those_of_the_oracle(links: list[Link], contradictions: list[Pair]):
    found = cluster(KEYS, links, contradictions)

    assert grouped(found) == oracle.cut(KEYS, links, contradictions)


@QUICK
@given(links=links(), contradictions=pairs())
def test_no_contradiction_is_inside_a_cluster(links: list[Link], contradictions: list[Pair]):
    found = cluster(KEYS, links, contradictions)

    assert [pair for pair in contradictions if found[pair[0]] == found[pair[1]]] == []


@QUICK
@given(links=links())
def test_without_contradictions_clusters_are_components(links: list[Link]):
    found = cluster(KEYS, links, [])

    assert grouped(found) == oracle.components(KEYS, links)


@QUICK
@given(links=links(), contradictions=pairs(), seed=st.integers(0, 99))
def test_order_and_direction_change_nothing(
    links: list[Link], contradictions: list[Pair], seed: int
):
    shuffle = random.Random(seed).shuffle
    keys = list(KEYS)
    turned = [(b, a) for a, b in contradictions]
    before = cluster(keys, links, contradictions)
    for rows in (keys, links, turned):
        shuffle(rows)

    after = cluster(keys, links, turned)

    assert after == before


@QUICK
@given(links=links(), contradictions=pairs())
def test_a_cluster_is_called_after_its_smallest_key(links: list[Link], contradictions: list[Pair]):
    found = cluster(KEYS, links, contradictions)

    for head in set(found.values()):
        assert head == min(key for key, own in found.items() if own == head)


@pytest.mark.parametrize(
    ("links", "contradictions", "expected"),
    [
        pytest.param(
            [("a", "b", 5.0), ("b", "c", 4.0)],
            [("a", "c")],
            {"a": "a", "b": "a", "c": "c"},
            id="the stronger link of a chain that may not close",
        ),
        pytest.param(
            [("a", "b", 4.0), ("b", "c", 5.0)],
            [("a", "c")],
            {"a": "a", "b": "b", "c": "b"},
            id="the stronger link wins wherever it stands",
        ),
        pytest.param(
            [("a", "b", 5.0), ("c", "d", 5.0), ("b", "c", 4.0)],
            [("a", "d")],
            {"a": "a", "b": "a", "c": "c", "d": "c"},
            id="two clusters whose far ends quarrel",
        ),
        pytest.param(
            [("a", "b", 9.0)],
            [("a", "b")],
            {"a": "a", "b": "b"},
            id="a pair that is linked and contradicted at once",
        ),
        pytest.param([], [("a", "z")], {"a": "a"}, id="a contradiction with a stranger"),
    ],
)
def test_a_contradiction_is_never_bridged(
    links: list[Link], contradictions: list[Pair], expected: dict[str, str]
):
    assert cluster(sorted(expected), links, contradictions) == expected


def test_a_long_chain_is_one_cluster():
    keys = [f"{n:05}" for n in range(20_000)]
    chain = [(a, b, 1.0) for a, b in pairwise(keys)]

    found = cluster(keys, chain, [])

    assert set(found.values()) == {"00000"}
