"""The universal fields of every record and entity, as config/entity.yaml declares them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import SettingsError
from pipeline.settings import describe_validation, load_yaml

EntityClass = Literal["event", "place", "organization", "person", "thing"]
FieldType = Literal["string", "number", "timestamp", "list", "map"]
MergeGroup = Literal["identity", "address", "geo", "contact", "union"]

DIMENSIONS = (
    "canonical_access",
    "canonical_activities",
    "canonical_place_types",
    "canonical_roles",
)


class Field(BaseModel):
    """One universal field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: FieldType
    group: MergeGroup
    counts_for: tuple[EntityClass, ...]
    description: str


class _EntityModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: dict[str, Field]


@cache
def universal_fields() -> dict[str, Field]:
    """Every universal field by name, in entity.yaml's order."""
    path = Path(__file__).parent / "config" / "entity.yaml"
    try:
        return _EntityModel.model_validate(load_yaml(path)).fields
    except ValidationError as error:
        raise SettingsError(f"{path.name}: {describe_validation(error)}") from error
