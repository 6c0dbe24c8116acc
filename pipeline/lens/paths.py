"""What the paths of a lens's conditions may name, by the section the condition stands in."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.fields import DIMENSIONS, universal_fields

# What orchestration/eval_context.py lays out; a test holds both together.
_QUERY_PATHS = (
    "has_geo_constraint",
    "is_resolve_one",
    "is_discover_many",
    "is_category_search",
    "has_candidates",
    "has_accepted_entities",
    "request.query",
    "request.target_entity_count",
    "request.min_confidence",
    "request.budget",
    "request.ingestion_mode",
    "request.bounding_box",
    "request.point",
    "request.radius_m",
    "query_features.query",
    "query_features.spoken",
    "query_features.sections",
    "query_features.words",
    "query_features.activities",
    "query_features.implied_activities",
    "query_features.venue_types",
    "query_features.brands",
    "query_features.locations",
    "query_features.places",
    "query_features.proper_words",
    "query_features.terms",
    "query_features.called",
    "query_features.area",
    "query_features.asked_area",
    "query_features.looks_like_category_search",
    "query_features.has_geo_intent",
    "query_features.is_named_search",
    "query_features.mode",
    "context.candidates",
    "context.candidate_count",
    "context.accepted_entities",
    "context.accepted_entity_keys",
    "context.accepted_count",
    "context.evidence",
    "context.seeds",
)


def known_paths(section: str, provided: Iterable[str] = ()) -> list[str]:
    """Every path that a condition in this section of the lens may name, sorted.

    `provided` are the context keys that connectors fill.
    """
    if section == "connector_rules":
        return sorted({*_QUERY_PATHS, *provided})
    root = "entity" if section == "admission" else "record"
    return sorted({f"{root}.{name}" for name in (*universal_fields(), *DIMENSIONS)})
