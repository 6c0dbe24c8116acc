"""When a source is worth asking, as data: triggers compiled into the condition language.

The paths stand for what a query says (orchestration/eval_context.py lays them out).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.conditions import CompositeCondition, Condition, Node, Operator, parse_condition
from pipeline.lens.contract import (
    AnyKeywordMatch,
    ConditionTrigger,
    ConnectorRule,
    LocationMatch,
    Trigger,
)
from pipeline.text import fold

SECTIONS = "query_features.sections"
SPOKEN = "query_features.spoken"
PLACES = "query_features.places"


@dataclass(frozen=True)
class CompiledRoute:
    """A trigger of a connector rule as a condition; `wants` tells it on one line."""

    trigger: Trigger
    condition: Node
    wants: str


@dataclass(frozen=True)
class CompiledConnectorRule:
    """A connector rule: it fires where any of its routes does."""

    rule: ConnectorRule
    routes: tuple[CompiledRoute, ...]


def compile_connector_rule(rule: ConnectorRule) -> CompiledConnectorRule:
    """Raises ConditionError for a condition trigger that is none; gate 1 has told it before."""
    routes = (CompiledRoute(t, _to_condition(t), _wants(t)) for t in rule.triggers)
    return CompiledConnectorRule(rule, tuple(routes))


def spoken(text: str) -> str:
    """Text folded between blanks, so that a blank-framed phrase in it is whole words."""
    return f" {fold(text)} "


def _to_condition(trigger: Trigger) -> Node:
    match trigger:
        case AnyKeywordMatch(keywords=keywords, vocabulary=sections):
            words: list[Node] = [
                Condition(SPOKEN, Operator.CONTAINS, spoken(keyword)) for keyword in keywords
            ]
            if sections:
                words.insert(0, Condition(SECTIONS, Operator.INTERSECTS, list(sections)))
            return CompositeCondition("any", tuple(words))
        case LocationMatch(places=places):
            return Condition(PLACES, Operator.INTERSECTS, list(places))
        case ConditionTrigger(when=when):
            return parse_condition(when)
        case _:
            return Condition("request.query", Operator.EXISTS)


def _wants(trigger: Trigger) -> str:
    match trigger:
        case AnyKeywordMatch(keywords=keywords, vocabulary=vocabulary):
            return f"any keyword of {[*vocabulary, *keywords]}"
        case LocationMatch(places=places):
            return f"a place in {places}"
        case ConditionTrigger(when=when):
            return _told(when)
        case _:
            return "always"


def _told(when: Mapping[str, Any]) -> str:
    """A condition on one line: `(a.b EQ 1 and not a.c EXISTS)`."""
    for word, joint in (("all", " and "), ("any", " or ")):
        if word in when:
            return f"({joint.join(_told(part) for part in when[word])})"
    if "not" in when:
        return f"not {_told(when['not'])}"
    return " ".join(str(when[key]) for key in ("path", "operator", "value") if key in when)
