"""Whether a node of the plan runs now: by the lens's rule, and by what it needs of the context."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.conditions import evaluate
from pipeline.conditions.evaluate import look_up
from pipeline.lens.contract import AnyKeywordMatch, ConditionTrigger, LocationMatch
from pipeline.lens.routing import CompiledRoute, spoken
from pipeline.lens.vocabulary import SECTION_KINDS
from pipeline.orchestration.plan import ConnectorNode, ExecutionPlan
from pipeline.orchestration.query_features import QueryFeatures


@dataclass(frozen=True)
class Verdict:
    """Whether a node is asked; `why` says what selected or ruled it out."""

    runs: bool
    why: str


def select(node: ConnectorNode, features: QueryFeatures, context: Mapping[str, Any]) -> Verdict:
    """What the lens's rule says, given the context of build_eval_context."""
    if node.rule is None:
        return Verdict(False, "the lens has no rule for it")
    for route in node.rule.routes:
        if evaluate(route.condition, context):
            return Verdict(True, _fired(route, features))
    wanted = "; ".join(route.wants for route in node.rule.routes)
    return Verdict(False, f"no trigger matched ({wanted})")


def lacks_context(node: ConnectorNode, plan: ExecutionPlan, context: Mapping[str, Any]) -> str:
    """Why a node that reads what others found is skipped; empty where it is not.

    It is skipped where nothing was found at all, a key it needs is missing, and it cannot
    work from the query alone.
    """
    found = context["context"]["candidates"] or context["context"]["accepted_entities"]
    missing = [key for key in node.operation.requires if not look_up(context, key)]
    is_lost = node.is_context_dependent and not found and missing
    if not is_lost or node.operation.supports_query_only:
        return ""
    return "; ".join(f"needs {key}, which {_provider(plan, key)}" for key in missing)


def forbidden_by_terms(node: ConnectorNode, own_terms: Collection[str]) -> str:
    """Why asking would be for nothing, as little of the answer may be stored; else empty."""
    spec = node.connector.spec
    if not (node.operation.only_whole and spec.kept_members(own_terms)):
        return ""
    return f"the terms of {spec.title} do not allow to store what it answers (docs/connectors.md)"


def _provider(plan: ExecutionPlan, key: str) -> str:
    provider = plan.best_provider(key)
    return f"{provider.name} did not give" if provider else "no connector gives"


def _fired(route: CompiledRoute, features: QueryFeatures) -> str:
    """The words of the query that made a route fire."""
    match route.trigger:
        case AnyKeywordMatch(keywords=keywords, vocabulary=sections):
            return _section_word(sections, features) or _keyword(keywords, features)
        case LocationMatch(places=places):
            held = sorted(set(places) & set(features.places))
            if held[0] in features.locations:
                return f"place {held[0]!r}"
            return f"place {(features.locations or ('asked for',))[0]!r} in {held[0]!r}"
        case ConditionTrigger():
            return f"condition {route.wants} holds"
        case _:
            return "always asked"


def _section_word(sections: list[Any], features: QueryFeatures) -> str:
    for section in sections:
        for word in features.words:
            if any(meaning.kind == SECTION_KINDS[section] for meaning in word.meanings):
                return f"{section} word {word.text!r}"
    return ""


def _keyword(keywords: list[str], features: QueryFeatures) -> str:
    held = next(keyword for keyword in keywords if spoken(keyword) in features.spoken)
    return f"keyword {held!r}"
