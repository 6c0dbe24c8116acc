"""A lens made runnable: patterns compiled, conditions parsed, immutable, with a content hash."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.conditions import Node, parse_condition
from pipeline.errors import LensError
from pipeline.findings import Finding, nearest
from pipeline.lens.contract import (
    CanonicalValue,
    ClassRule,
    ConditionTrigger,
    Contract,
    FieldRule,
    MappingRule,
    Module,
    ModuleField,
    ModuleTrigger,
)
from pipeline.lens.document import load_document
from pipeline.lens.gates import KnownConnector, check_gates
from pipeline.lens.routing import CompiledConnectorRule, compile_connector_rule
from pipeline.lens.soundness import warn_of_slow_patterns
from pipeline.lens.vocabulary import Vocabulary
from pipeline.patterns import Pattern, compile_pattern
from pipeline.text import fold
from pipeline.values import canonical_json, digest


@dataclass(frozen=True)
class CompiledMappingRule:
    """A mapping rule and its pattern."""

    rule: MappingRule
    pattern: Pattern


@dataclass(frozen=True)
class CompiledClassRule:
    rule: ClassRule
    pattern: Pattern


@dataclass(frozen=True)
class CompiledFieldRule:
    """A field rule and the module it fills."""

    module: str
    rule: FieldRule
    field: ModuleField


@dataclass(frozen=True)
class CompiledTrigger:
    """A module trigger; `condition` is its parsed form where it is a condition."""

    trigger: ModuleTrigger
    condition: Node | None


@dataclass(frozen=True)
class CompiledLens:
    """All domain knowledge of a run. `hash` stands on every row the lens touched."""

    id: str
    hash: str
    folder: Path
    contract: Contract
    vocabulary: Vocabulary
    canonical: Mapping[str, CanonicalValue]
    mapping_rules: tuple[CompiledMappingRule, ...]
    class_rules: tuple[CompiledClassRule, ...]
    field_rules: tuple[CompiledFieldRule, ...]
    modules: Mapping[str, Module]
    triggers: tuple[CompiledTrigger, ...]
    connector_rules: Mapping[str, CompiledConnectorRule]
    admission: Node
    part_names: tuple[Pattern, ...]
    abbreviations: Mapping[str, str]


def find_lens(name: str, folders: Collection[Path]) -> Path:
    """The lens.yaml of an id, a folder or a file. LensError lists the known ids."""
    given = Path(name)
    if given.suffix in {".yaml", ".yml"} or given.is_dir():
        return given / "lens.yaml" if given.is_dir() else given
    for folder in folders:
        if (folder / name / "lens.yaml").is_file():
            return folder / name / "lens.yaml"
    known = sorted({path.parent.name for f in folders for path in f.glob("*/lens.yaml")})
    hint = nearest(name, known)
    raise LensError(f"lens is {name!r}, expected one of {known}{'; ' if hint else ''}{hint}")


def check_lens(
    path: Path, connectors: Mapping[str, KnownConnector]
) -> tuple[CompiledLens | None, list[Finding]]:
    """The lens where it compiles, and every finding of gates 1 to 5 and 7.

    A lens is called after its folder: a copy that keeps the id of its original would write
    into the original's directory.
    """
    path = path.resolve()
    label = f"{path.parent.name}/{path.name}" if path.parent.name else path.name
    document = load_document(path, label)
    contract, findings = check_gates(document, connectors)
    folder = path.parent.name
    if contract is not None and contract.lens != folder:
        expected = f"{folder!r}, the folder's name"
        findings.append(document.finding(1, ("lens",), "lens", repr(contract.lens), expected))
    if contract is None or any(finding.level == "error" for finding in findings):
        return None, findings
    findings += warn_of_slow_patterns(document, contract.mapping_rules)
    return _compile(contract, digest(canonical_json(document.data)), path.parent), findings


def load_lens(path: Path, connectors: Mapping[str, KnownConnector]) -> CompiledLens:
    """The compiled lens. Raises LensError, which carries and tells every finding."""
    lens, findings = check_lens(path, connectors)
    if lens is None:
        complaints = "\n".join(f"  {finding.message}" for finding in findings)
        raise LensError(f"the lens does not pass its gates:\n{complaints}", findings)
    return lens


def _compile(contract: Contract, content_hash: str, folder: Path) -> CompiledLens:
    resolution = contract.resolution
    return CompiledLens(
        id=contract.lens,
        hash=content_hash,
        folder=folder,
        contract=contract,
        vocabulary=Vocabulary(contract.vocabulary, resolution.generic_words),
        canonical=contract.canonical_values,
        mapping_rules=tuple(
            CompiledMappingRule(rule, compile_pattern(rule.pattern))
            for rule in contract.mapping_rules
        ),
        class_rules=tuple(
            CompiledClassRule(rule, compile_pattern(rule.pattern))
            for rule in contract.classification
        ),
        field_rules=tuple(
            CompiledFieldRule(name, rule, module.fields[rule.target_path])
            for name, module in contract.modules.items()
            for rule in module.field_rules
        ),
        modules=contract.modules,
        triggers=tuple(_compile_trigger(trigger) for trigger in contract.module_triggers),
        connector_rules={
            name: compile_connector_rule(rule) for name, rule in contract.connector_rules.items()
        },
        admission=parse_condition(contract.admission, "admission"),
        part_names=tuple(compile_pattern(name) for name in resolution.parts.names),
        abbreviations={fold(k): fold(v) for k, v in resolution.abbreviations.items()},
    )


def _compile_trigger(trigger: ModuleTrigger) -> CompiledTrigger:
    inner = trigger.trigger
    condition = parse_condition(inner.when) if isinstance(inner, ConditionTrigger) else None
    return CompiledTrigger(trigger, condition)
