"""Dimension arrays: union, dedupe, sort; always four of them, never null."""

from __future__ import annotations

from collections.abc import Iterable

from tests.oracles.claims import Claim

NAMES = ("canonical_activities", "canonical_roles", "canonical_place_types", "canonical_access")


def arrays(claims: Iterable[Claim]) -> dict[str, list[str]]:
    """Each array in the order of its characters' code points."""
    said = list(claims)
    return {name: sorted({c.value for c in said if c.path == name}) for name in NAMES}
