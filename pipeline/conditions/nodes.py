"""What a condition is: frozen nodes that refuse bad combinations when built."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from math import isnan
from typing import Any, Literal

from pipeline.patterns import compile_pattern

Scalar = str | int | float | bool


class Operator(StrEnum):
    """How a value is held against the condition's own. A missing value answers False."""

    EQ = "EQ"
    NE = "NE"
    GT = "GT"
    GTE = "GTE"
    LT = "LT"
    LTE = "LTE"
    IN = "IN"
    NOT_IN = "NOT_IN"
    CONTAINS = "CONTAINS"
    INTERSECTS = "INTERSECTS"
    EXISTS = "EXISTS"
    MATCHES = "MATCHES"


_TAKE_LIST = {Operator.IN, Operator.NOT_IN, Operator.INTERSECTS}


@dataclass(frozen=True)
class Condition:
    """`path operator value`; raises ValueError where the value does not fit the operator."""

    path: str
    operator: Operator
    value: Any = None

    def __post_init__(self) -> None:
        if not self.path:
            raise ValueError("path is empty, expected a dotted name")
        problem = _value_problem(self.operator, self.value)
        if problem:
            raise ValueError(f"{self.operator} takes {problem}, found {self.value!r}")
        if isinstance(self.value, list):
            object.__setattr__(self, "value", tuple(self.value))


@dataclass(frozen=True)
class CompositeCondition:
    """`all` or `any` of some nodes, or `not` exactly one."""

    kind: Literal["all", "any", "not"]
    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        if self.kind == "not" and len(self.nodes) != 1:
            raise ValueError(f"not takes one condition, found {len(self.nodes)}")
        if not self.nodes:
            raise ValueError(f"{self.kind} takes at least one condition, found none")


Node = Condition | CompositeCondition


def _value_problem(operator: Operator, value: Any) -> str:
    if operator is Operator.EXISTS:
        return "" if value is None or value is True else "no value"
    if operator in _TAKE_LIST:
        good = isinstance(value, list | tuple) and all(_is_scalar(item) for item in value)
        return "" if good and value else "a list of values"
    if not _is_scalar(value):
        return "one value"
    return _pattern_problem(value) if operator is Operator.MATCHES else ""


def _is_scalar(value: Any) -> bool:
    """NaN equals nothing, so nothing is held against it."""
    return isinstance(value, Scalar) and not (isinstance(value, float) and isnan(value))


def _pattern_problem(value: Any) -> str:
    if not isinstance(value, str):
        return "a pattern"
    try:
        compile_pattern(value)
    except re.error as error:
        return f"a pattern ({error})"
    return ""
