"""Names, texts and streets: usable, then trust, quality, priority, source name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from fractions import Fraction

from tests.oracles.claims import Claim, best, priority, trust


def winner(claims: Iterable[Claim]) -> Claim | None:
    """Of claims on one path."""
    return best(claims, _is_usable, trust, _quality, priority)


def _is_usable(claim: Claim) -> bool:
    text = claim.value
    if not text.strip() or text.isupper():
        return False
    if claim.path != "entity_name":
        return True
    return not (_has_tail(text) or claim.is_name_doubled)


def _has_tail(text: str) -> bool:
    """A dash between blanks, with something behind it."""
    for n, character in enumerate(text):
        apart = text[n - 1 : n].isspace() and text[n + 1 : n + 2].isspace()
        if character in "-–—" and apart and text[n + 1 :].strip():
            return True
    return False


def _quality(claim: Claim) -> Fraction:
    match claim.path:
        case "entity_name":
            concise = 3 <= len(claim.value) <= 60
            return _title_share(_words(claim.value)) + Fraction(int(concise), 2)
        case "street_address":
            return Fraction(int(any(c in "0123456789" for c in claim.value)))
        case _:
            return Fraction(min(len(claim.value), 280), 280)


def _words(text: str) -> list[str]:
    """Runs of letters with their marks."""
    spaced = "".join(c if unicodedata.category(c)[0] in "LM" else " " for c in text)
    return spaced.split()


def _title_share(words: list[str]) -> Fraction:
    """How many of the words begin with a capital; short ones need none."""
    if not words:
        return Fraction(1)
    fine = [word for word in words if len(word) < 3 or word[0] == word[0].upper()]
    return Fraction(len(fine), len(words))
