"""A claim as the oracles see it, and the one rule they share: criterion by criterion.

The oracles are plain and slow, and written from design.md §8, not from the SQL they judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Criterion = Callable[["Claim"], Any]


@dataclass(frozen=True)
class Claim:
    """One value of one path. `trust` is 3 for high; a low `priority` comes first; `day` is when."""

    number: int
    path: str
    value: str
    source: str
    record_key: str
    trust: int = 2
    priority: int = 1
    day: int = 1
    confidence: float | None = None
    accuracy_m: float | None = 20.0
    street: str | None = None
    is_name_doubled: bool = False
    value_type: str = "string"


def best(claims: Iterable[Claim], *criteria: Criterion) -> Claim | None:
    """The claim that is left when each criterion in turn keeps those it marks highest."""
    left = list(claims)
    for criterion in criteria:
        if left:
            highest = max(criterion(claim) for claim in left)
            left = [claim for claim in left if criterion(claim) == highest]
    return min(left, key=lambda claim: (claim.source, -claim.day, claim.number), default=None)


def trust(claim: Claim) -> int:
    return claim.trust


def priority(claim: Claim) -> int:
    return -claim.priority
