"""Whether a condition holds in one context of nested mappings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isnan
from typing import Any

from pipeline.conditions.nodes import CompositeCondition, Node, Operator


def evaluate(node: Node, context: Mapping[str, Any]) -> bool:
    """True where the condition holds; a missing value (None, NaN) makes every operator False."""
    if isinstance(node, CompositeCondition):
        verdicts = (evaluate(child, context) for child in node.nodes)
        if node.kind == "all":
            return all(verdicts)
        return any(verdicts) if node.kind == "any" else not next(verdicts)
    found = look_up(context, node.path)
    return not _is_missing(found) and _holds(node.operator, found, node.value)


def look_up(context: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, None where any part of it is missing."""
    value: Any = context
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _is_missing(found: Any) -> bool:
    return found is None or (isinstance(found, float) and isnan(found))


def _holds(operator: Operator, found: Any, value: Any) -> bool:
    match operator:
        case Operator.EXISTS:
            return True
        case Operator.EQ | Operator.NE:
            return same(found, value) == (operator is Operator.EQ)
        case Operator.IN | Operator.NOT_IN:
            return any(same(found, item) for item in value) == (operator is Operator.IN)
        case Operator.CONTAINS:
            return _contains(found, value)
        case Operator.INTERSECTS:
            return _is_list(found) and any(_contains(found, item) for item in value)
        case Operator.MATCHES:
            return isinstance(found, str) and re.search(value, found) is not None
        case _:
            return _ordered(operator, found, value)


def same(left: Any, right: Any) -> bool:
    """Equality that keeps True apart from 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _is_list(found: Any) -> bool:
    return isinstance(found, list | tuple | set | frozenset)


def _contains(found: Any, value: Any) -> bool:
    if isinstance(found, str):
        return isinstance(value, str) and value in found
    return _is_list(found) and any(same(item, value) for item in found)


def _ordered(operator: Operator, found: Any, value: Any) -> bool:
    numbers = _is_number(found) and _is_number(value)
    if not numbers and not (isinstance(found, str) and isinstance(value, str)):
        return False
    match operator:
        case Operator.GT:
            return bool(found > value)
        case Operator.GTE:
            return bool(found >= value)
        case Operator.LT:
            return bool(found < value)
        case _:
            return bool(found <= value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
