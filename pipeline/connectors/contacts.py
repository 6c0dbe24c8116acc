"""Phones, e-mail addresses, URLs and opening hours in the one form libraries agree on.

What a library cannot read stays as the source wrote it: a malformed value is worth less in
the merge, but it is not lost.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import polars as pl

from pipeline.columns import map_distinct

_TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|msclkid|mc_[ce]id|g_mp|y_source)$")
_SEVERAL = re.compile(r"\s*[;,/]\s*|\s+or\s+")
_SEVERAL_EMAILS = re.compile(r"\s*[;,]\s*")
_HOST = re.compile(r"^[^\s@]+\.[^\s@]+$")


def normalize_phones(texts: pl.Series, region: str) -> pl.Series:
    """E.164, of the first number where a field holds several; `region` is ISO 3166-1."""
    return map_distinct(texts, partial(_phone, region=region))


def normalize_emails(texts: pl.Series) -> pl.Series:
    """Lower case, of the first address where a field holds several; none is looked up."""
    return map_distinct(texts, _email)


def normalize_urls(texts: pl.Series) -> pl.Series:
    """Absolute, without default port, dot segments, fragment or tracking parameters."""
    return map_distinct(texts, _url)


def normalize_hours(texts: pl.Series) -> pl.Series:
    """OpenStreetMap's opening_hours syntax in its canonical form, where the text parses."""
    return map_distinct(texts, _hours)


def _phone(text: str, region: str) -> str | None:
    import phonenumbers  # 50 ms that only rows with a phone should cost

    candidate = _SEVERAL.split(text)[0]
    try:
        number = phonenumbers.parse(candidate, region)
    except phonenumbers.NumberParseException:
        return text if sum(map(str.isdigit, text)) >= 6 else None
    verdict = phonenumbers.is_possible_number_with_reason(number)
    if verdict != phonenumbers.ValidationResult.IS_POSSIBLE:  # local numbers lack their area
        return text
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _email(text: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    candidate = _SEVERAL_EMAILS.split(text.strip().removeprefix("mailto:"))[0]
    try:
        return validate_email(candidate, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return candidate if "@" in candidate else None


def _url(text: str) -> str | None:
    from url_normalize import url_normalize

    try:
        url = url_normalize(text, default_scheme="https")
        parts = urlsplit(url or "")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.match(parts.netloc):
        return None
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = [pair for pair in pairs if not _TRACKING.match(pair[0])]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


@lru_cache(maxsize=4096)
def _hours(text: str) -> str | None:
    from opening_hours import (  # type: ignore[attr-defined]  # no stub
        OpeningHours,
        ParserError,
    )

    try:
        return str(OpeningHours(text).normalize())
    except ParserError:
        return text
