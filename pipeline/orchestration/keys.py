"""The key under which a candidate is accepted once: strong id, else name and place, else content.

Keys are text that anybody can compute again; never Python's `hash()`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import sha1
from math import isfinite
from typing import Any
from unicodedata import normalize

from pipeline.values import canonical_json

_PUNCTUATION = re.compile(r"[^\w\s]|_")
_DECIMALS = 4  # of a degree: about 11 m north-south
_MISSING: tuple[Any, ...] = (None, "", [], {})


class Strictness(StrEnum):
    """What becomes of punctuation: kept, read as a blank, or left out."""

    KEEP = "keep"
    BLANK = "blank"
    DROP = "drop"


def normalize_name(name: str, strictness: Strictness = Strictness.BLANK) -> str:
    """A name case-folded, without outer or repeated blanks, punctuation by strictness.

    A letter with its accent is one letter, however it is encoded.
    """
    folded = normalize("NFC", name.casefold())
    if strictness is not Strictness.KEEP:
        folded = _PUNCTUATION.sub(" " if strictness is Strictness.BLANK else "", folded)
    return " ".join(folded.split())


def strong_id_key(ids: Mapping[str, Any], precedence: Sequence[str]) -> str | None:
    """`scheme:value` of the first scheme of the precedence; other schemes follow by name."""
    known = {scheme: str(value).strip() for scheme, value in ids.items() if value is not None}
    others = sorted(set(known) - set(precedence))
    for scheme in (*precedence, *others):
        if known.get(scheme):
            return f"{scheme}:{known[scheme]}"
    return None


def place_key(
    name: str | None,
    latitude: float | None,
    longitude: float | None,
    strictness: Strictness = Strictness.BLANK,
) -> str | None:
    """The normalised name at a position to four decimals; None where either is missing.

    0.0 is a coordinate, and so is -0.0, which is the same one.
    """
    normal = normalize_name(name or "", strictness)
    if not normal or latitude is None or longitude is None:
        return None
    if not (isfinite(latitude) and isfinite(longitude)):
        return None
    where = (
        f"{round(degrees, _DECIMALS) + 0.0:.{_DECIMALS}f}" for degrees in (latitude, longitude)
    )
    return f"{normal}@{','.join(where)}"


def content_key(content: Mapping[str, Any]) -> str:
    """SHA-1 of what is known, canonical: keys sorted, texts normalised, nothing missing."""
    return (
        "sha1:" + sha1(canonical_json(_normal(content)).encode(), usedforsecurity=False).hexdigest()
    )


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return normalize_name(value, Strictness.KEEP)
    if isinstance(value, float):
        return round(value, 6) + 0.0 if isfinite(value) else None
    if isinstance(value, Mapping):
        known = {str(key): _normal(item) for key, item in value.items()}
        return {key: item for key, item in known.items() if item not in _MISSING}
    if isinstance(value, list | tuple | set | frozenset):
        items = (_normal(item) for item in value)
        return sorted((item for item in items if item not in _MISSING), key=canonical_json)
    return value
