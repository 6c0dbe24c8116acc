"""Which sources a query is worth asking, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf
from typing import Any

from pipeline.conditions import evaluate, parse_condition
from pipeline.connectors.registry import Connector
from pipeline.connectors.spec import Phase
from pipeline.lens.compiled import CompiledLens
from pipeline.lens.contract import (
    AnyKeywordMatch,
    ConditionTrigger,
    ConnectorRule,
    LocationMatch,
    Trigger,
)
from pipeline.lens.vocabulary import SECTION_KINDS
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.request import IngestRequest
from pipeline.text import fold

_PHASES = list(Phase)


@dataclass(frozen=True)
class PlannedConnector:
    """A connector with its place in the plan; `why` tells what selected or ruled it out.

    `priority` is the lens's, smallest first; `call_limit` its bound on the calls of one run.
    """

    connector: Connector
    phase: Phase
    priority: float
    is_selected: bool
    why: str
    parameters: Mapping[str, Any]
    call_limit: int | None = None


def plan_connectors(
    lens: CompiledLens,
    connectors: Mapping[str, Connector],
    request: IngestRequest,
    features: QueryFeatures,
) -> list[PlannedConnector]:
    """Every connector, by phase, then lens priority, then name."""
    context = build_eval_context(request, features)
    planned = []
    for name, connector in connectors.items():
        rule = lens.contract.connector_rules.get(name)
        selected, why = _decide(rule, lens, features, context)
        parameters = rule.parameters if rule else {}
        limit = rule.budget_limit if rule else None
        priority = rule.priority if rule else inf
        phase = connector.spec.phase
        planned.append(
            PlannedConnector(connector, phase, priority, selected, why, parameters, limit)
        )
    return sorted(planned, key=lambda p: (_PHASES.index(p.phase), p.priority, p.connector.name))


def build_eval_context(request: IngestRequest, features: QueryFeatures) -> dict[str, Any]:
    """The one context that connector conditions see."""
    return {
        "request": asdict(request),
        "query_features": asdict(features),
        "has_geo_constraint": features.has_geo_intent,
        "is_resolve_one": features.mode == "RESOLVE_ONE",
    }


def _decide(
    rule: ConnectorRule | None,
    lens: CompiledLens,
    features: QueryFeatures,
    context: Mapping[str, Any],
) -> tuple[bool, str]:
    if rule is None:
        return False, "the lens has no rule for it"
    for trigger in rule.triggers:
        reason = _fires(trigger, lens, features, context)
        if reason:
            return True, reason
    wanted = "; ".join(_wants(trigger) for trigger in rule.triggers)
    return False, f"no trigger matched ({wanted})"


def _fires(
    trigger: Trigger,
    lens: CompiledLens,
    features: QueryFeatures,
    context: Mapping[str, Any],
) -> str:
    """Why the trigger fires, empty where it does not."""
    match trigger:
        case AnyKeywordMatch():
            return _keyword(trigger, features)
        case LocationMatch(places=places):
            return _location(places, lens, features)
        case ConditionTrigger(when=when):
            node = parse_condition(when)
            return f"condition {_wants(trigger)} holds" if evaluate(node, context) else ""
        case _:
            return "always asked"


def _keyword(trigger: AnyKeywordMatch, features: QueryFeatures) -> str:
    for section in trigger.vocabulary:
        for word in features.words:
            if any(meaning.kind == SECTION_KINDS[section] for meaning in word.meanings):
                return f"{section} word {word.text!r}"
    folded = f" {fold(features.query)} "
    for keyword in trigger.keywords:
        if f" {fold(keyword)} " in folded:
            return f"keyword {keyword!r}"
    return ""


def _location(places: list[str], lens: CompiledLens, features: QueryFeatures) -> str:
    for name in features.locations:
        holding = {name, *lens.vocabulary.area(name).ancestors} & set(places)
        if holding:
            return f"place {name!r}" + ("" if name in holding else f" in {min(holding)!r}")
    return ""


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
