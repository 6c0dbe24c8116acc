"""Clusters of linked records: plain components, and components that contradictions cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable

Link = tuple[str, str, float]
Pair = tuple[str, str]
Clusters = frozenset[frozenset[str]]


def components(keys: Iterable[str], links: Iterable[Link]) -> Clusters:
    """What can be reached from each key, step by step."""
    near: dict[str, set[str]] = {key: {key} for key in keys}
    for left, right, _ in links:
        near[left].add(right)
        near[right].add(left)
    found = set()
    for key in near:
        reached, border = {key}, {key}
        while border:
            border = {other for one in border for other in near[one]} - reached
            reached |= border
        found.add(frozenset(reached))
    return frozenset(found)


def cut(keys: Iterable[str], links: Collection[Link], contradictions: Collection[Pair]) -> Clusters:
    """The strongest link that may join two clusters joins them, until none may."""
    clusters = {frozenset([key]) for key in keys}
    quarrels = {frozenset(pair) for pair in contradictions}
    while True:
        allowed = []
        for left, right, score in links:
            one = next(c for c in clusters if left in c)
            other = next(c for c in clusters if right in c)
            peaceful = not any(frozenset((a, b)) in quarrels for a in one for b in other)
            if one != other and peaceful:
                allowed.append((-score, left, right, one, other))
        if not allowed:
            return frozenset(clusters)
        *_, one, other = min(allowed, key=lambda link: link[:3])
        clusters = (clusters - {one, other}) | {one | other}
