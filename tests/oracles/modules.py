"""Modules: deep merge per leaf by trust, confidence, completeness, priority, source name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.oracles.claims import Claim, best, priority, trust


def merged(claims: Sequence[Claim]) -> dict[str, Any]:
    """The modules as one nested document."""
    document: dict[str, Any] = {}
    for path in sorted({claim.path for claim in claims}):
        leaves = [claim for claim in claims if claim.path == path]
        inner = document
        *outer, last = path.split(".")[1:]
        for step in outer:
            inner = inner.setdefault(step, {})
        inner[last] = _leaf(leaves, claims)
    return document


def _leaf(leaves: Sequence[Claim], claims: Sequence[Claim]) -> Any:
    if leaves[0].value_type == "array":
        return sorted({item for claim in leaves for item in json.loads(claim.value)})
    winner = leaf_winner(leaves, claims)
    return winner.value if winner.value_type == "string" else json.loads(winner.value)


def leaf_winner(leaves: Sequence[Claim], claims: Sequence[Claim]) -> Claim:
    """Of claims on one scalar leaf, among all claims on modules."""

    def confidence(claim: Claim) -> float:
        """Skipped where one of the equally trusted states none."""
        equals = [c.confidence for c in leaves if c.trust == claim.trust]
        return 0.0 if None in equals or claim.confidence is None else claim.confidence

    def completeness(claim: Claim) -> int:
        module = claim.path.split(".")[1]
        return sum(
            c.record_key == claim.record_key and c.path.split(".")[1] == module for c in claims
        )

    winner = best(leaves, trust, confidence, completeness, priority)
    assert winner is not None
    return winner
