"""Files that are contracts: read strictly, and told precisely where they are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from yaml.constructor import ConstructorError

from pipeline.errors import SettingsError


class StrictModel(BaseModel):
    """The base of every part of a contract: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=StrictModel)


def load_contract(path: Path, model: type[Model], label: str = "") -> Model:
    """A YAML file of ours as `model`; SettingsError names the file as `label`, else its name."""
    return validated(model, load_yaml(path), label or path.name)


def validated(model: type[Model], data: Any, label: str) -> Model:
    """The data as `model`; SettingsError tells every complaint after `label`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise SettingsError(f"{label}: {describe_validation(error)}") from error


class _Loader(yaml.CSafeLoader):
    """Refuses a key that stands twice, of which one would be ignored in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # as the base class has it
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load_yaml(path: Path, *, strict: bool = True) -> Any:
    """A trusted YAML file of ours; SettingsError says where it is broken.

    `strict`: a key that stands twice is an error; else the last one counts.
    """
    try:
        loader = _Loader if strict else yaml.CSafeLoader
        return yaml.load(path.read_text("utf-8"), Loader=loader)  # noqa: S506  # both are safe
    except (OSError, ValueError, yaml.YAMLError) as error:  # ValueError: no UTF-8, no date
        raise SettingsError(f"{path}: cannot be read: {error}") from error


def describe_validation(error: ValidationError) -> str:
    """Every complaint of a validation in one line: `a.b is 3: Input should be …`."""
    told = []
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"]) or "the file"
        is_missing = item["type"] == "missing"  # its input is the whole mapping around it
        found = "missing" if is_missing else f"{item['input']!r}: {item['msg']}"
        told.append(f"{where} is {found}")
    return "; ".join(told)
