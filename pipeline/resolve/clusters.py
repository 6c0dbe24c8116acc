"""Links to clusters: union by falling score, never across a contradiction.

Plain connected components chain whole retail parks into one thing; here a link is left out
when it would bring two records together that contradict each other. The order is total, so
the same links in any order give the same clusters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

Link = tuple[str, str, float]
Pair = tuple[str, str]


def cluster(
    keys: Iterable[str], links: Iterable[Link], contradictions: Iterable[Pair]
) -> dict[str, str]:
    """The smallest key of its cluster for every key.

    `links` are (left, right, score) of accepted pairs; `contradictions` are pairs that may
    not meet in one cluster, however they are linked.
    """
    parent = {key: key for key in keys}
    members = {key: [key] for key in parent}
    enemies: dict[str, set[str]] = defaultdict(set)
    for left, right in contradictions:
        enemies[left].add(right)
        enemies[right].add(left)

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for left, right, _ in sorted(links, key=lambda link: (-link[2], link[0], link[1])):
        one, other = root(left), root(right)
        if one == other or _quarrel(members[one], members[other], enemies):
            continue
        low, high = min(one, other), max(one, other)
        parent[high] = low
        members[low] += members.pop(high)
    return {key: root(key) for key in parent}


def _quarrel(ours: list[str], theirs: list[str], enemies: dict[str, set[str]]) -> bool:
    few, many = sorted((ours, theirs), key=len)
    others = set(many)
    return any(not enemies[key].isdisjoint(others) for key in few if key in enemies)
