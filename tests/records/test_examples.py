"""Gate 6: the shipped lens stands on its examples, and they notice whatever is changed in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pytest

from pipeline.conditions import Condition, Operator
from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import (
    CompiledFieldRule,
    CompiledLens,
    CompiledMappingRule,
)
from pipeline.lens.field_rules import apply_field_rules
from pipeline.lens.mapping import map_observations
from pipeline.lens.modules import attach_modules
from pipeline.patterns import compile_pattern
from pipeline.records.examples import (
    Evidence,
    Expectation,
    check_evidence,
    extract_examples,
    judge_lens,
    load_evidence,
)
from pipeline.records.extracting import Extracted
from pipeline.records.reading import classified, with_dimensions
from pipeline.workbench import Workbench
from tests.conftest import LENS

NEVER = compile_pattern(r"(?!)")


@dataclass(frozen=True)
class Bookshelf:
    """The shipped examples, extracted once: no change of a lens changes them."""

    evidence: Evidence
    extracted: Extracted
    observations: pl.DataFrame
    attached: pl.DataFrame
    expected: list[tuple[int, Expectation]]


@pytest.fixture(scope="module")
def shelf(lens: CompiledLens, connectors: dict[str, Connector]) -> Bookshelf:
    evidence = load_evidence(lens.folder / "examples", connectors)
    extracted = extract_examples(evidence, connectors)
    records, observations = classified(lens, extracted)
    mapped = map_observations(lens, observations)
    attached = attach_modules(lens, with_dimensions(records, mapped), observations)
    name = pl.coalesce("source_record_id", "entity_name")
    numbers = {
        (example, called): record
        for example, called, record in records.select("payload_id", name, "record").iter_rows()
    }
    expected = [
        (numbers[example.id, expectation.record], expectation)
        for example, _, _ in evidence.examples.values()
        for expectation in example.expect
    ]
    return Bookshelf(evidence, extracted, observations, attached, expected)


def test_the_shipped_lens_passes(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench
):
    assert check_evidence(lens, connectors, bench) == []


# --- mapping rules ---------------------------------------------------------------------


def changed_mapping(
    lens: CompiledLens, compiled: CompiledMappingRule
) -> Iterator[tuple[str, list[CompiledMappingRule], str]]:
    """Each change of one rule: what it is, the rule as it then stands, the value it then has."""
    rule = compiled.rule
    yield "deleted", [], rule.value
    yield "that never matches", [replace(compiled, pattern=NEVER)], rule.value
    same = [name for name, value in lens.canonical.items() if value.dimension == rule.dimension]
    other = same[same.index(rule.value) - 1]
    swapped = rule.model_copy(update={"value": other})
    yield f"that says {other}", [replace(compiled, rule=swapped)], other


def mapping_is_noticed(
    lens: CompiledLens, shelf: Bookshelf, rules: tuple[CompiledMappingRule, ...], values: set[str]
) -> bool:
    """Whether an expectation sees that records no longer have just these of the values."""
    dimension = lens.canonical[min(values)].dimension
    telling = tuple(c for c in rules if c.rule.dimension == dimension and c.rule.value in values)
    mapped = map_observations(replace(lens, mapping_rules=telling), shelf.observations)
    now = set(mapped.select("record", "value").iter_rows())
    return any(
        {value for value in values if (record, value) in now} != values & set(wanted)
        for record, expectation in shelf.expected
        if (wanted := getattr(expectation, dimension)) is not None
    )


def test_every_change_of_a_mapping_rule_is_noticed(lens: CompiledLens, shelf: Bookshelf):
    missed = []
    for n, compiled in enumerate(lens.mapping_rules):
        before, after = lens.mapping_rules[:n], lens.mapping_rules[n + 1 :]
        for change, stands, value in changed_mapping(lens, compiled):
            rules = (*before, *stands, *after)
            if not mapping_is_noticed(lens, shelf, rules, {compiled.rule.value, value}):
                missed.append(f"{compiled.rule.id} {change}")

    assert "\n".join(missed) == ""


# --- field rules -----------------------------------------------------------------------


def changed_field_rules(
    lens: CompiledLens, compiled: CompiledFieldRule
) -> Iterator[tuple[str, list[CompiledFieldRule], str]]:
    rule = compiled.rule
    yield "deleted", [], rule.target_path
    deaf = rule.model_copy(update={"source_fields": ["nothing like it"]})
    yield "that reads nothing", [replace(compiled, rule=deaf)], rule.target_path
    fields = lens.modules[compiled.module].fields
    same = [path for path, field in fields.items() if field.type == compiled.field.type]
    if len(same) > 1:
        other = same[same.index(rule.target_path) - 1]
        moved = rule.model_copy(update={"target_path": other})
        yield f"that fills {other}", [replace(compiled, rule=moved)], other


def leaves(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """The values of a nested mapping by dotted path."""
    found: dict[str, Any] = {}
    for name, value in tree.items():
        inner = leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else None
        found |= {prefix + name: value} if inner is None else inner
    return found


def fields_are_noticed(
    lens: CompiledLens,
    shelf: Bookshelf,
    rules: tuple[CompiledFieldRule, ...],
    module: str,
    paths: set[str],
) -> bool:
    telling = tuple(c for c in rules if c.module == module and c.rule.target_path in paths)
    filled, _ = apply_field_rules(
        replace(lens, field_rules=telling), shelf.observations, shelf.attached
    )
    now = {
        (record, path): value if kind == "string" else json.loads(value)
        for record, path, value, kind in filled.select(
            "record", "path", "value", "value_type"
        ).iter_rows()
    }
    return any(
        now.get((record, path)) != wanted.get(path)
        for record, expectation in shelf.expected
        if expectation.modules is not None
        for wanted in [leaves(expectation.modules.get(module, {}))]
        for path in paths
    )


def test_every_change_of_a_field_rule_is_noticed(lens: CompiledLens, shelf: Bookshelf):
    missed = []
    for n, compiled in enumerate(lens.field_rules):
        before, after = lens.field_rules[:n], lens.field_rules[n + 1 :]
        for change, stands, path in changed_field_rules(lens, compiled):
            rules = (*before, *stands, *after)
            paths = {compiled.rule.target_path, path}
            if not fields_are_noticed(lens, shelf, rules, compiled.module, paths):
                missed.append(f"{compiled.rule.rule_id} {change}")

    assert "\n".join(missed) == ""


# --- the whole of gate 6, on one change of each kind ------------------------------------


def without(rules: tuple[object, ...], rule_id: str) -> tuple[object, ...]:
    kept = tuple(
        c
        for c in rules
        if rule_id not in {getattr(c.rule, "id", ""), getattr(c.rule, "rule_id", "")}
    )
    assert len(kept) == len(rules) - 1
    return kept


@pytest.mark.parametrize(
    ("less", "rule", "found", "expected"),
    [
        pytest.param(
            ("mapping_rules", "register-curling"),
            "example register-golf-ice-studios, record Example Rink",
            "canonical_activities []", "['curling']",
            id="a mapping rule less",
        ),
        pytest.param(
            ("field_rules", "council-tennis-courts"), "example council-features, record {3}",
            "modules.sports_facility {}", '{"tennis_courts": {"total": 3}}',
            id="a field rule less",
        ),
        pytest.param(
            ("class_rules", "class-organization"),
            "example osm-people-and-bodies, record relation/401",
            "entity_class 'thing'", "'organization'",
            id="a class rule less",
        ),
    ],
)  # fmt: skip
def test_a_rule_less_is_a_finding_where_it_is_missed(
    lens: CompiledLens,
    shelf: Bookshelf,
    bench: Workbench,
    less: tuple[str, str],
    rule: str,
    found: str,
    expected: str,
):
    part, rule_id = less
    poorer = replace(lens, **{part: without(getattr(lens, part), rule_id)})

    findings = judge_lens(poorer, shelf.evidence, shelf.extracted, bench)

    missed = [f for f in findings if f.rule.startswith("example")]
    assert [(f.gate, f.level, f.rule, f.found, f.expected) for f in missed] == [
        (6, "error", rule, found, expected)
    ]
    assert missed[0].file.startswith("edinburgh_finds/examples/")


def test_a_class_rule_that_never_matches_is_told_by_its_own_line(
    lens: CompiledLens, shelf: Bookshelf, bench: Workbench
):
    deaf = tuple(replace(c, pattern=NEVER) for c in lens.class_rules)

    findings = judge_lens(replace(lens, class_rules=deaf), shelf.evidence, shelf.extracted, bench)

    told = {f.rule: f.line for f in findings if f.found == "no example it matches"}
    lines = LENS.read_text("utf-8").splitlines()
    assert {rule: lines[line - 1].split(",")[0].strip() for rule, line in told.items()} == {
        "rule class-organization": "- {id: class-organization",
        "rule class-person": "- {id: class-person",
        "rule name-coach-role": "- {id: name-coach-role",  # is for persons, and now there are none
    }


def test_a_lens_whose_triggers_never_fire_is_told_so(
    lens: CompiledLens, shelf: Bookshelf, bench: Workbench
):
    nobody = Condition("record.entity_name", Operator.EQ, "Nobody")
    silent = tuple(replace(trigger, condition=nobody) for trigger in lens.triggers)

    findings = judge_lens(replace(lens, triggers=silent), shelf.evidence, shelf.extracted, bench)

    assert ("module_triggers", "none that fires on an example") in {
        (f.rule, f.found) for f in findings
    }
