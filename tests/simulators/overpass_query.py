"""The part of Overpass QL that asks for tagged things in a box."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

Box = tuple[float, float, float, float]  # south, west, north, east
TagTest = Callable[[Mapping[str, str]], bool]

_KINDS = {"n": "node", "w": "way", "r": "relation"}
_SETTINGS = re.compile(r"\s*((?:\[\s*\w+\s*:[^\]]*\]\s*)*);?")
_SETTING = re.compile(r"\[\s*(\w+)\s*:([^\]]*)\]")
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_STATEMENT = re.compile(
    rf"(node|way|rel(?:ation)?|nwr|nw|nr|wr)\s*((?:(?:\[(?:{_QUOTED}|[^\]\"])*\]|\([-\d.,\s]+\))\s*)*)"
    r"(?:->\s*\.\w+)?\s*;"
)
_OWN_BOX = re.compile(r"\(([-\d.,\s]+)\)")
_FILTER = re.compile(
    rf"\[\s*(!?)\s*({_QUOTED}|[\w:]+)\s*(?:(!=|!~|=|~)\s*({_QUOTED}|[\w:]+)\s*(,\s*i)?\s*)?\]"
)
_OUT = re.compile(r"(?:\.\w+\s+)?out\b([^;]*);")
_PASSED_OVER = re.compile(r"\(\s*\._\s*;\s*>\s*;\s*\)\s*;?|\(|\)\s*(?:->\s*\.\w+)?\s*;")


class QueryError(ValueError):
    """A query that Overpass would refuse as well."""


@dataclass(frozen=True)
class Selector:
    kinds: frozenset[str]
    tests: tuple[TagTest, ...]
    box: Box | None


@dataclass(frozen=True)
class Query:
    """What is asked for: any of the selectors, written out as the words of `out` say."""

    selectors: tuple[Selector, ...]
    out: frozenset[str]
    limit: int | None
    is_json: bool


@lru_cache(maxsize=256)
def parse_query(text: str) -> Query:
    """Raises QueryError with the line and what stands there."""
    head = _SETTINGS.match(text)
    settings = dict(_SETTING.findall(head[1])) if head else {}
    box = _box(settings["bbox"]) if "bbox" in settings else None
    selectors: list[Selector] = []
    out: list[str] | None = None
    at = head.end() if head else 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        if match := _STATEMENT.match(text, at):
            own = _OWN_BOX.search(re.sub(_QUOTED, "", match[2]))
            of = _box(own[1]) if own else box
            selectors.append(Selector(_kinds(match[1]), _tests(match[2]), of))
        elif match := _OUT.match(text, at):
            out = match[1].split()
        else:
            match = _PASSED_OVER.match(text, at)
        if not match:
            line = text.count("\n", 0, at) + 1
            raise QueryError(
                f"line {line}: parse error: Unknown query clause '{text[at : at + 20]}'"
            )
        at = match.end()
    if not selectors or out is None:
        raise QueryError("line 1: parse error: ';' expected - '<EOF>' found.")
    limit = next((int(word) for word in out if word.isdigit()), None)
    is_json = settings.get("out", "xml").strip() == "json"
    return Query(tuple(selectors), frozenset(out), limit, is_json)


def _kinds(word: str) -> frozenset[str]:
    if word in {"node", "way"}:
        return frozenset({word})
    return (
        frozenset({"relation"})
        if word.startswith("rel")
        else frozenset(_KINDS[letter] for letter in word)
    )


def _box(text: str) -> Box:
    try:
        south, west, north, east = (float(part) for part in text.split(","))
    except ValueError as error:
        raise QueryError(
            f"line 1: static error: bbox {text!r}: expected south,west,north,east"
        ) from error
    if south > north or not -90 <= south <= 90 or not -90 <= north <= 90:
        raise QueryError(f"line 1: static error: bbox {text!r}: south and north are out of range")
    return south, west, north, east


def _tests(text: str) -> tuple[TagTest, ...]:
    tests = tuple(_test(match) for match in _FILTER.finditer(text))
    if len(tests) != len(re.findall(rf"\[(?:{_QUOTED}|[^\]\"])*\]", text)):
        raise QueryError(f"line 1: parse error: a filter of {text.strip()!r} cannot be read")
    return tests


def _test(match: re.Match[str]) -> TagTest:
    absent, key, sign, value = match[1], _plain(match[2]), match[3], _plain(match[4] or "")
    if absent:
        return lambda tags: key not in tags
    if not sign:
        return lambda tags: key in tags
    if "~" not in sign:
        return (
            (lambda tags: tags.get(key) == value)
            if sign == "="
            else (lambda tags: tags.get(key) != value)
        )
    try:
        pattern = re.compile(value, re.IGNORECASE if match[5] else 0)
    except re.error as error:
        raise QueryError(f"line 1: static error: Invalid regular expression: {value!r}") from error
    if sign == "~":
        return lambda tags: key in tags and bool(pattern.search(tags[key]))
    return lambda tags: key not in tags or not pattern.search(tags[key])


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
