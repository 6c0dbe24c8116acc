"""Positions: accuracy, then trust, decimals, priority, source name; never an average."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

from tests.oracles.claims import Claim, best, priority, trust


def winners(claims: Sequence[Claim]) -> dict[str, Claim]:
    """The winning claim on each coordinate: both are the same record's."""

    def decimals(claim: Claim) -> int:
        own = [c.value for c in claims if c.record_key == claim.record_key]
        return max(len(value.partition(".")[2]) for value in own)

    record = best(_one_per_record(claims), _accuracy, trust, decimals, priority)
    return {c.path: c for c in claims if record and c.record_key == record.record_key}


def _accuracy(claim: Claim) -> float:
    """Fewer metres are better; an unknown accuracy is the worst."""
    return -inf if claim.accuracy_m is None else -claim.accuracy_m


def _one_per_record(claims: Iterable[Claim]) -> list[Claim]:
    """Any claim of each record, the records in the order of their keys."""
    by_record = {claim.record_key: claim for claim in claims}
    return [by_record[key] for key in sorted(by_record)]
