"""Links to clusters: union by falling score, never across a contradiction.

Plain connected components chain whole retail parks into one thing; here a link is left out
when it would bring two records together that contradict each other. The order is total, so
the same links in any order give the same clusters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter

Link = tuple[str, str, float]
Pair = tuple[str, str]


def cluster(
    keys: Iterable[str], links: Iterable[Link], contradictions: Iterable[Pair]
) -> dict[str, str]:
    """The smallest key of its cluster for every key.

    `links` are (left, right, score) of accepted pairs; `contradictions` are pairs that may
    not meet in one cluster, however they are linked.
    """
    head_of = {key: key for key in keys}
    members = {key: [key] for key in head_of}
    conflicts: dict[str, list[str]] = defaultdict(list)
    for left, right in contradictions:
        conflicts[left].append(right)
        conflicts[right].append(left)
    for left, right, _ in sorted(sorted(links), key=itemgetter(2), reverse=True):
        small, large = head_of[left], head_of[right]
        if len(members[small]) > len(members[large]):
            small, large = large, small
        if small == large or _conflict_between(members[small], large, head_of, conflicts):
            continue
        for key in members[small]:
            head_of[key] = large
        members[large] += members.pop(small)
    smallest = {head: min(keys) for head, keys in members.items()}
    return {key: smallest[head] for key, head in head_of.items()}


def _conflict_between(
    keys: Iterable[str], head: str, head_of: Mapping[str, str], conflicts: Mapping[str, list[str]]
) -> bool:
    """Whether one of the keys has a rival in the cluster of `head`."""
    return any(head_of.get(rival) == head for key in keys for rival in conflicts.get(key, ()))
