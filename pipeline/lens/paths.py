"""What the paths of a lens's conditions may name, by the section the condition stands in."""

from __future__ import annotations

from pipeline.fields import DIMENSIONS, universal_fields

_QUERY_ROOTS = (
    "context",
    "has_geo_constraint",
    "is_resolve_one",
    "query_features",
    "request",
)


def known_paths(section: str, path: str) -> list[str]:
    """Every path that would be right where `path` stands; empty where `path` is."""
    if section == "connector_rules":
        return [] if path.partition(".")[0] in _QUERY_ROOTS else list(_QUERY_ROOTS)
    root = "entity" if section == "admission" else "record"
    paths = [f"{root}.{name}" for name in (*universal_fields(), *DIMENSIONS)]
    return [] if path in paths else sorted(set(paths))
