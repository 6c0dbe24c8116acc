"""What the paths of a lens's conditions may name, by the section the condition stands in."""

from __future__ import annotations

from pipeline.fields import DIMENSIONS, universal_fields

# What plan.py's build_eval_context lays out; a test holds both together.
_QUERY_PATHS = (
    "has_geo_constraint",
    "is_resolve_one",
    "request.query",
    "request.target_entity_count",
    "request.min_confidence",
    "request.budget_usd",
    "request.ingestion_mode",
    "query_features.query",
    "query_features.words",
    "query_features.activities",
    "query_features.implied_activities",
    "query_features.venue_types",
    "query_features.brands",
    "query_features.locations",
    "query_features.proper_words",
    "query_features.terms",
    "query_features.called",
    "query_features.area",
    "query_features.looks_like_category_search",
    "query_features.has_geo_intent",
    "query_features.is_named_search",
    "query_features.mode",
)


def known_paths(section: str) -> list[str]:
    """Every path that a condition in this section of the lens may name, sorted."""
    if section == "connector_rules":
        return sorted(_QUERY_PATHS)
    root = "entity" if section == "admission" else "record"
    return sorted({f"{root}.{name}" for name in (*universal_fields(), *DIMENSIONS)})
