"""How many of the long cases run: a seeded few by default, every one with `just torture`."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")
_CHOSEN = os.environ.get("SIGHTLINE_TORTURE", "")  # `all`, or the seed of another sample
IS_WHOLE = _CHOSEN == "all"


def sampled(cases: Sequence[Case], few: int) -> list[Case]:
    """All of the cases in their order, or so many that the seed picks."""
    if IS_WHOLE:
        return list(cases)
    picked = set(random.Random(f"torture {_CHOSEN}").sample(range(len(cases)), few))
    return [case for number, case in enumerate(cases) if number in picked]


def often(whole: int, few: int) -> int:
    """How often something is repeated."""
    return whole if IS_WHOLE else few
