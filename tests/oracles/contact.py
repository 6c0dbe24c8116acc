"""Phones, e-mail addresses and pages: structural quality, then trust, priority, source name."""

from __future__ import annotations

import string
from collections.abc import Iterable
from urllib.parse import urlsplit

from tests.oracles.claims import Claim, best, priority, trust

_WEBMAIL = {"gmail", "hotmail", "outlook", "yahoo", "aol", "icloud"}


def winner(claims: Iterable[Claim]) -> Claim | None:
    """Of claims on one path."""
    return best(claims, _form, trust, priority)


def _form(claim: Claim) -> tuple[float, ...]:
    match claim.path:
        case "phone":
            return _phone(claim.value)
        case "email":
            return _email(claim.value)
        case _:
            return _page(claim.value)


def _phone(text: str) -> tuple[float, ...]:
    """E.164, else with a country code, else with enough digits."""
    digits = [c for c in text if c in string.digits]
    only_digits = len(digits) == len(text) - 1
    if text.startswith("+") and only_digits and 7 <= len(digits) <= 15 and digits[0] != "0":
        return (3,)
    if text.startswith(("+", "00")):
        return (2,)
    return (1,) if len(digits) >= 6 else (0,)


def _email(text: str) -> tuple[float, ...]:
    """Valid, then of an own domain, then length."""
    local, _, domain = text.partition("@")
    last = domain.rpartition(".")[2]
    host = domain.removesuffix("." + last)
    is_valid = (
        text.count("@") == 1
        and bool(local and host)
        and host != domain
        and not any(c.isspace() for c in text)
        and len(last) >= 2
        and all(c in string.ascii_lowercase for c in last)
    )
    is_own = is_valid and domain.split(".")[0] not in _WEBMAIL
    return (is_valid, is_own, len(text))


def _page(text: str) -> tuple[float, ...]:
    """https, then a deeper path, then no tracking, then length."""
    parts = urlsplit(text)
    depth = len([part for part in parts.path.split("/") if part])
    return (parts.scheme == "https", depth, not parts.query, len(text))
