"""The one context that the conditions of connector rules see."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pipeline.orchestration.execution_context import ExecutionContext
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.request import IngestRequest


def build_eval_context(
    request: IngestRequest, features: QueryFeatures, context: ExecutionContext
) -> dict[str, Any]:
    """`request.*`, `query_features.*`, `context.*` and the booleans; nothing else builds it.

    Money is a plain number here, so that conditions can compare it.
    """
    return {
        "request": asdict(request) | {"budget": float(request.budget)},
        "query_features": asdict(features),
        "context": context.as_dict()
        | {
            "candidate_count": len(context.candidates),
            "accepted_count": len(context.accepted_entities),
        },
        "has_geo_constraint": features.has_geo_intent,
        "is_resolve_one": features.mode == "RESOLVE_ONE",
        "is_discover_many": features.mode == "DISCOVER_MANY",
        "is_category_search": features.looks_like_category_search,
        "has_candidates": bool(context.candidates),
        "has_accepted_entities": bool(context.accepted_entities),
    }
