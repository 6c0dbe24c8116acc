"""The universal fields of every record and entity, as config/entity.yaml declares them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pipeline.contracts import StrictModel, load_contract

EntityClass = Literal["event", "place", "organization", "person", "thing"]
FieldType = Literal["string", "number", "timestamp", "list", "map"]
MergeGroup = Literal["identity", "address", "geo", "contact", "union"]

DIMENSIONS = (
    "canonical_access",
    "canonical_activities",
    "canonical_place_types",
    "canonical_roles",
)


class Field(StrictModel):
    """One universal field."""

    type: FieldType
    group: MergeGroup
    counts_for: tuple[EntityClass, ...]
    description: str


class _EntityModel(StrictModel):
    fields: dict[str, Field]


@cache
def universal_fields() -> dict[str, Field]:
    """Every universal field by name, in entity.yaml's order."""
    path = Path(__file__).parent / "config" / "entity.yaml"
    return load_contract(path, _EntityModel).fields
