"""The key of a candidate, said step by step."""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any


def name(text: str, strictness: str) -> str:
    """Letter by letter: what is no letter, digit or blank is punctuation."""
    said = ""
    for letter in unicodedata.normalize("NFC", text.casefold()):
        if letter.isalnum() or letter.isspace() or strictness == "keep":
            said += letter
        elif strictness == "blank":
            said += " "
    return " ".join(word for word in said.split() if word)


def degrees(value: float) -> str:
    """Four decimals of the very number that the float is; there is no minus nought."""
    rounded = Decimal(value).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    return str(abs(rounded) if rounded == 0 else rounded)


def strong(ids: dict[str, Any], precedence: list[str]) -> str | None:
    order = precedence + sorted(scheme for scheme in ids if scheme not in precedence)
    for scheme in order:
        if ids.get(scheme) is not None and str(ids[scheme]).strip():
            return scheme + ":" + str(ids[scheme]).strip()
    return None


def place(called: str | None, latitude: float | None, longitude: float | None) -> str | None:
    if not called or not name(called, "blank"):
        return None
    for value in (latitude, longitude):
        if value is None or math.isnan(value) or math.isinf(value):
            return None
    return f"{name(called, 'blank')}@{degrees(latitude or 0.0)},{degrees(longitude or 0.0)}"


def content(known: dict[str, Any]) -> str:
    """Of flat content: texts, numbers, and lists of texts."""
    normal = {key: _normal(value) for key, value in known.items()}
    kept = {key: value for key, value in normal.items() if value not in (None, "", [])}
    return "sha1:" + hashlib.sha1(_as_json(kept).encode()).hexdigest()


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return name(value, "keep")
    if isinstance(value, list):
        said = [name(text, "keep") for text in value]
        return sorted((text for text in said if text), key=_as_json)
    if isinstance(value, float):
        return None if math.isnan(value) or math.isinf(value) else round(value, 6) + 0.0
    return value


def _as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
