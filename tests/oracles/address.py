"""The parts of an address follow the winner of the street address."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracles import identity
from tests.oracles.claims import Claim, best, priority, trust

PARTS = ("city", "locality", "postcode", "country")


def winners(claims: Sequence[Claim]) -> dict[str, Claim]:
    """The winning claim on each part; a part that nobody may state is absent."""
    lead = _lead(claims)
    found = {}
    for part in PARTS:
        stated = [claim for claim in claims if claim.path == part]
        own = [c for c in stated if lead and c.record_key == lead.record_key]
        same = [c for c in stated if lead and lead.street and c.street == lead.street]
        winner = best(own or same, trust, priority)
        if winner:
            found[part] = winner
    return found


def _lead(claims: Sequence[Claim]) -> Claim | None:
    """Who won the street; where no street is stated the postcode, else the city."""
    streets = [claim for claim in claims if claim.path == "street_address"]
    if streets:
        return identity.winner(streets)
    for part in ("postcode", "city"):
        stated = [claim for claim in claims if claim.path == part]
        if stated:
            return best(stated, trust, priority)
    return None
