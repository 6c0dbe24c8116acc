"""The readable parts of a lens file, so that every gate can speak even when one has failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.findings import Finding
from pipeline.lens.contract import (
    Brand,
    CanonicalValue,
    ClassRule,
    ConnectorRule,
    Contract,
    FieldRule,
    MappingRule,
    ModuleTrigger,
    Place,
    ResolutionSection,
    Term,
    VocabularySection,
)
from pipeline.lens.document import Document, Key

Model = TypeVar("Model", bound=BaseModel)
_TERMS: dict[str, type[Term]] = {
    "activities": Term,
    "brands": Brand,
    "venue_words": Term,
    "places": Place,
}
_VOCABULARY = ("default_place", "filler")


@dataclass
class Parts:
    """Each valid part of a lens with its key in the file.

    `…_names` also name the parts that are not valid, so that what refers to one of them is
    not told to be wrong as well.
    """

    canonical: dict[str, CanonicalValue] = field(default_factory=dict)
    canonical_names: list[str] = field(default_factory=list)
    place_names: list[str] = field(default_factory=list)
    module_field_names: dict[str, list[str]] = field(default_factory=dict)
    mapping_rules: list[tuple[Key, MappingRule]] = field(default_factory=list)
    class_rules: list[tuple[Key, ClassRule]] = field(default_factory=list)
    field_rules: list[tuple[Key, FieldRule]] = field(default_factory=list)
    module_triggers: list[tuple[Key, ModuleTrigger]] = field(default_factory=list)
    connector_rules: dict[str, ConnectorRule] = field(default_factory=dict)
    vocabulary: VocabularySection | None = None
    resolution: ResolutionSection | None = None


def check_schema(document: Document) -> tuple[Contract | None, list[Finding]]:
    """Gate 1: the contract, or a finding per place where the file is no contract."""
    if document.findings and not document.data:
        return None, list(document.findings)
    try:
        return Contract.model_validate(document.data), list(document.findings)
    except ValidationError as error:
        return None, [*document.findings, *_schema_findings(document, error)]


def _schema_findings(document: Document, error: ValidationError) -> Iterator[Finding]:
    for item in error.errors():
        key: Key = item["loc"]
        name = ".".join(str(part) for part in key) or "the file"
        missing = item["type"] == "missing"
        found = "nothing" if missing else repr(item["input"])
        if len(found) > 80:
            found = found[:77] + "…"
        if item["type"] == "extra_forbidden":
            found, expected = (
                "a key that is not part of the contract",
                "only keys of the contract",
            )
        else:
            expected = "a value" if missing else _expected(item["msg"])
        yield Finding(document.file, document.line(key), 1, "error", name, found, expected)


def _expected(told: str) -> str:
    """What was expected, out of a sentence such as `Input should be a valid string`."""
    told = told.removeprefix("Value error, ").rpartition(", expected ")[2]
    told = re.sub(r"^Input should be (a valid )?", "", told)
    told = re.sub(r"dictionary( or instance of \w+)?", "mapping", told)
    return told[0].lower() + told[1:]


def read_parts(data: dict[str, Any]) -> Parts:
    """Whatever of a lens is valid on its own."""
    parts = Parts(
        canonical=_valid_items(CanonicalValue, data.get("canonical_values")),
        canonical_names=_names(data.get("canonical_values")),
        mapping_rules=_valid_list(MappingRule, data, "mapping_rules"),
        class_rules=_valid_list(ClassRule, data, "classification"),
        module_triggers=_valid_list(ModuleTrigger, data, "module_triggers"),
        connector_rules=_valid_items(ConnectorRule, data.get("connector_rules")),
        vocabulary=_valid(VocabularySection, _readable_vocabulary(data.get("vocabulary"))),
        resolution=_valid(ResolutionSection, data.get("resolution", {})),
    )
    vocabulary = data.get("vocabulary")
    if isinstance(vocabulary, dict):
        parts.place_names = _names(vocabulary.get("places"))
    modules = data.get("modules")
    for name, module in modules.items() if isinstance(modules, dict) else ():
        if isinstance(module, dict):
            parts.module_field_names[name] = _names(module.get("fields"))
            rules = _valid_list(FieldRule, module, "field_rules")
            parts.field_rules += [(("modules", name, *key), rule) for key, rule in rules]
    return parts


def _names(raw: Any) -> list[str]:
    return list(raw) if isinstance(raw, dict) else []


def _readable_vocabulary(raw: Any) -> Any:
    """The section without the terms, brands and places that are not valid."""
    if not isinstance(raw, dict):
        return raw
    terms = {name: _valid_items(model, raw.get(name)) for name, model in _TERMS.items()}
    return {key: value for key, value in raw.items() if key in _VOCABULARY} | terms


def _valid(model: type[Model], raw: Any) -> Model | None:
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None


def _valid_items(model: type[Model], raw: Any) -> dict[str, Model]:
    items = raw.items() if isinstance(raw, dict) else ()
    return {name: value for name, item in items if (value := _valid(model, item)) is not None}


def _valid_list(model: type[Model], data: dict[str, Any], section: str) -> list[tuple[Key, Model]]:
    raw = data.get(section)
    items = enumerate(raw) if isinstance(raw, list) else ()
    read = (((section, n), _valid(model, item)) for n, item in items)
    return [(key, value) for key, value in read if value is not None]
