"""What a condition answers, said case by case over plain dictionaries."""

from __future__ import annotations

import re
from typing import Any

MANY = {list, tuple, set, frozenset}


def kind(value: Any) -> str:
    """What a value is compared as; `nothing` answers False to every operator."""
    if value is None or value != value:  # noqa: PLR0124  # NaN alone differs from itself
        return "nothing"
    if type(value) in MANY:
        return "many"
    return {bool: "truth", int: "number", float: "number", str: "text"}.get(type(value), "other")


def at(context: Any, path: str) -> Any:
    """The value at a dotted path through dictionaries, else None."""
    for part in path.split("."):
        context = context.get(part) if isinstance(context, dict) else None
    return context


def equal(left: Any, right: Any) -> bool:
    return kind(left) == kind(right) != "nothing" and left == right


def among(value: Any, many: Any) -> bool:
    return True in [equal(item, value) for item in many]


def answer(operator: str, found: Any, value: Any) -> bool:
    """One operator on one value."""
    if kind(found) == "nothing":
        return False
    comparable = kind(found) == kind(value) and kind(found) in {"number", "text"}
    answers = {
        "EXISTS": lambda: True,
        "EQ": lambda: equal(found, value),
        "NE": lambda: not equal(found, value),
        "IN": lambda: among(found, value),
        "NOT_IN": lambda: not among(found, value),
        "GT": lambda: comparable and found > value,
        "GTE": lambda: comparable and found >= value,
        "LT": lambda: comparable and found < value,
        "LTE": lambda: comparable and found <= value,
        "CONTAINS": lambda: (
            among(value, found) if kind(found) == "many"
            else kind(found) == kind(value) == "text" and found.find(value) >= 0
        ),
        "INTERSECTS": lambda: kind(found) == "many" and any(among(v, found) for v in value),
        "MATCHES": lambda: kind(found) == "text" and bool(re.search(value, found)),
    }  # fmt: skip
    return bool(answers[operator]())


def holds(raw: dict[str, Any], context: dict[str, Any]) -> bool:
    """A condition in the form in which contracts write it."""
    if "all" in raw:
        return False not in [holds(part, context) for part in raw["all"]]
    if "any" in raw:
        return True in [holds(part, context) for part in raw["any"]]
    if "not" in raw:
        return not holds(raw["not"], context)
    return answer(raw["operator"], at(context, raw["path"]), raw.get("value"))
