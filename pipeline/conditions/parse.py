"""Reading a condition from the mapping that a contract file holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.conditions.nodes import CompositeCondition, Condition, Node, Operator
from pipeline.findings import nearest

_KINDS = ("all", "any", "not")


class ConditionError(ValueError):
    """A mapping that is no condition; the message says which part and why."""


def parse_condition(raw: Any, where: str = "condition") -> Node:
    """A node from `{path, operator, value}`, `{all: […]}`, `{any: […]}` or `{not: …}`."""
    if not isinstance(raw, Mapping):
        raise ConditionError(f"{where} is {raw!r}, expected a mapping")
    kinds = [kind for kind in _KINDS if kind in raw]
    try:
        if not kinds:
            return _parse_leaf(raw, where)
        if len(raw) != 1:
            raise ConditionError(f"{where} has {_keys(raw)}, expected {kinds[0]!r} alone")
        return _parse_composite(kinds[0], raw[kinds[0]], where)
    except ConditionError:
        raise
    except ValueError as error:
        raise ConditionError(f"{where}: {error}") from error


def _parse_composite(kind: Any, raw: Any, where: str) -> CompositeCondition:
    items = [raw] if kind == "not" else raw
    if not isinstance(items, list):
        raise ConditionError(f"{where}.{kind} is {raw!r}, expected a list")
    nodes = (parse_condition(item, f"{where}.{kind}.{n}") for n, item in enumerate(items))
    return CompositeCondition(kind, tuple(nodes))


def _parse_leaf(raw: Mapping[str, Any], where: str) -> Condition:
    if set(raw) - {"path", "operator", "value"} or not isinstance(raw.get("path"), str):
        raise ConditionError(f"{where} has {_keys(raw)}, expected path, operator and value")
    found = raw.get("operator")
    try:
        operator = Operator(str(found))
    except ValueError:
        hint = nearest(str(found), Operator)
        raise ConditionError(
            f"{where}.operator is {found!r}, expected one of {[str(o) for o in Operator]}"
            f"{'; ' if hint else ''}{hint}"
        ) from None
    return Condition(raw["path"], operator, raw.get("value"))


def _keys(raw: Mapping[Any, Any]) -> list[str]:
    """YAML keys may be of any type, and mixed types do not sort."""
    return sorted(str(key) for key in raw)
