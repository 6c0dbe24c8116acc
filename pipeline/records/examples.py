"""Gate 6, evidence: a lens's examples run through its rules.

`examples/*.yaml` hold excerpts of payloads, each with its provenance and what the lens must
read in it. Every rule must match one of them, every expectation must hold.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import Field, ValidationError

from pipeline import __version__
from pipeline.connectors.registry import Connector
from pipeline.contracts import StrictModel, describe_validation
from pipeline.fields import DIMENSIONS
from pipeline.findings import Finding
from pipeline.lens.compiled import CompiledLens
from pipeline.lens.document import load_document
from pipeline.lens.mapping import match_rules
from pipeline.records.extracting import Extracted, extract_payloads
from pipeline.records.reading import interpret, read_interpreted
from pipeline.values import fingerprint
from pipeline.workbench import Workbench

_OF = "\x1f"
_SEEN_ON = datetime(2026, 1, 1)  # naive UTC; examples have no time of their own


class Provenance(StrictModel):
    """Where an example comes from."""

    kind: Literal["recorded", "authored"]
    source: str = Field(min_length=1, description="whose answer, or whose facts")
    date: str
    licence: str = Field(min_length=1)
    why: str = Field(min_length=1, description="what it shows")


class Expectation(StrictModel):
    """What the lens must read of one record; what is not named is not compared."""

    record: str = Field(description="the source's own id, or the name where it has none")
    entity_class: str | None = None
    canonical_activities: list[str] | None = None
    canonical_roles: list[str] | None = None
    canonical_place_types: list[str] | None = None
    canonical_access: list[str] | None = None
    modules: dict[str, Any] | None = None


class Example(StrictModel):
    """One excerpt: JSON data, or CSV text."""

    id: str = Field(min_length=1)
    connector: str
    endpoint: str = "example"
    provenance: Provenance
    payload: dict[str, Any] | list[Any] | str
    expect: list[Expectation] = Field(min_length=1)


@dataclass(frozen=True)
class Evidence:
    """Examples by id with their place in the files, and what is wrong with them."""

    examples: dict[str, tuple[Example, str, int]]
    findings: list[Finding]


def check_evidence(
    lens: CompiledLens, connectors: Mapping[str, Connector], bench: Workbench
) -> list[Finding]:
    """Every finding of gate 6: broken examples, unmet expectations, rules without one."""
    evidence = load_evidence(lens.folder / "examples", connectors)
    if not evidence.examples:
        file = f"{lens.folder.name}/examples"
        missing = Finding(file, 1, 6, "error", "the lens", "no example", "an example per rule")
        return [*evidence.findings, missing]
    extracted = extract_examples(evidence, connectors)
    return [*evidence.findings, *judge_lens(lens, evidence, extracted, bench)]


def extract_examples(evidence: Evidence, connectors: Mapping[str, Connector]) -> Extracted:
    """The examples' records and observations, which no lens changes."""
    return extract_payloads(_payloads(evidence), connectors)


def judge_lens(
    lens: CompiledLens, evidence: Evidence, extracted: Extracted, bench: Workbench
) -> list[Finding]:
    """What the lens reads in the examples against what they expect, and rules none matches."""
    interpreted = interpret(lens, _apart(extracted))
    observations = interpreted.extracted.observations
    read = read_interpreted(lens, interpreted, bench).records
    records = read.with_columns(pl.col("source_record_id").str.split(_OF).list.last())
    return [*unmet(evidence, records), *_unmatched(lens, observations, records)]


def _apart(extracted: Extracted) -> Extracted:
    """Each example by itself: two of them may tell of one record, on different days."""
    own = (
        pl.concat_str("payload_id", pl.lit(_OF), name).alias(name)
        for name in ("source_record_id", "identity_text")
    )
    return replace(extracted, records=extracted.records.with_columns(own))


def check_evidence_cached(
    lens: CompiledLens,
    connectors: Mapping[str, Connector],
    open_bench: Callable[[], AbstractContextManager[Workbench]],
    cache: Path,
) -> list[Finding]:
    """As `check_evidence`, once per edition of the lens and its examples."""
    texts = [path.read_text("utf-8") for path in sorted(lens.folder.glob("examples/*.yaml"))]
    stamp = cache / f"evidence-{lens.id}-{fingerprint(lens.hash, __version__, *texts)}.json"
    if stamp.is_file():
        return [Finding(**row) for row in json.loads(stamp.read_text("utf-8"))]
    with open_bench() as bench:
        findings = check_evidence(lens, connectors, bench)
    with suppress(OSError):  # a home that cannot be written: checked again next time
        cache.mkdir(parents=True, exist_ok=True)
        fresh = stamp.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps([vars(finding) for finding in findings]), "utf-8")
        fresh.replace(stamp)
    return findings


def load_evidence(folder: Path, connectors: Mapping[str, Connector]) -> Evidence:
    """The examples of a folder; broken ones are findings."""
    examples: dict[str, tuple[Example, str, int]] = {}
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.yaml")):
        label = f"{folder.parent.name}/examples/{path.name}"
        document = load_document(path, label)
        findings += document.findings
        for n, raw in enumerate(document.data.get("examples") or []):
            line = document.line(("examples", n))
            try:
                example = Example.model_validate(raw)
            except ValidationError as error:
                told = describe_validation(error)
                findings.append(_finding(label, line, f"example {n}", told, "an example"))
                continue
            rule = f"example {example.id}"
            if example.connector not in connectors:
                found = f"connector {example.connector!r}"
                findings.append(_finding(label, line, rule, found, f"{sorted(connectors)}"))
            elif example.id in examples:
                findings.append(_finding(label, line, rule, "the id twice", "an id of its own"))
            else:
                examples[example.id] = (example, label, line)
    return Evidence(examples, findings)


def _payloads(evidence: Evidence) -> dict[str, pl.DataFrame]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for example, _, _ in evidence.examples.values():
        is_text = isinstance(example.payload, str)
        body = example.payload if is_text else json.dumps(example.payload, ensure_ascii=False)
        rows.setdefault(example.connector, []).append(
            {
                "payload_id": example.id,
                "endpoint": example.endpoint,
                "content_type": "text/csv" if is_text else "application/json",
                "body": str(body).encode(),
                "licence": example.provenance.licence,
                "fetched_at": _SEEN_ON,
            }
        )
    return {source: pl.DataFrame(items) for source, items in rows.items()}


def unmet(evidence: Evidence, records: pl.DataFrame) -> Iterator[Finding]:
    """Expectations that do not hold of the records (columns of `extracted_entity`)."""
    name = pl.coalesce("source_record_id", "entity_name").alias("name")
    columns = ("payload_id", name, "entity_class", *DIMENSIONS, "modules")
    by_example: dict[str, list[dict[str, Any]]] = {}
    for row in records.select(columns).iter_rows(named=True):
        by_example.setdefault(row["payload_id"], []).append(row)
    for example, file, line in evidence.examples.values():
        mine = by_example.get(example.id, [])
        for expected in example.expect:
            rule = f"example {example.id}, record {expected.record}"
            found = [row for row in mine if row["name"] == expected.record]
            if len(found) != 1:
                known = [row["name"] for row in mine]
                yield _finding(file, line, rule, f"{len(found)} such records", f"one of {known}")
                continue
            yield from _differences(expected, found[0], (file, line, rule))


def _differences(
    expected: Expectation, found: dict[str, Any], where: tuple[str, int, str]
) -> Iterator[Finding]:
    for name in ("entity_class", *DIMENSIONS):
        wanted = getattr(expected, name)
        if wanted is not None and wanted != found[name]:
            yield _finding(*where, f"{name} {found[name]!r}", repr(wanted))
    if expected.modules is None:
        return
    modules = json.loads(found["modules"])
    for module, leaves in expected.modules.items():
        if modules.get(module) != leaves:
            got = json.dumps(modules.get(module), sort_keys=True)
            yield _finding(*where, f"modules.{module} {got}", json.dumps(leaves, sort_keys=True))


def _unmatched(
    lens: CompiledLens, observations: pl.DataFrame, records: pl.DataFrame
) -> Iterator[Finding]:
    """Rules that no example matches, and a lens none of whose module triggers fires."""
    claims = records.select("claims").explode("claims", empty_as_null=False).unnest("claims")
    matched = {*match_rules(lens, observations)["rule_id"], *claims["rule_id"]}
    for compiled in lens.class_rules:
        texts = observations.filter(pl.col("field").is_in(compiled.rule.source_fields))["value"]
        if compiled.pattern.matches(texts).any():
            matched.add(compiled.rule.id)
    file = f"{lens.folder.name}/lens.yaml"
    document = load_document(lens.folder / "lens.yaml", file)
    rules = [
        *((c.rule.id, ("mapping_rules", n)) for n, c in enumerate(lens.mapping_rules)),
        *((c.rule.id, ("classification", n)) for n, c in enumerate(lens.class_rules)),
        *(
            (rule.rule_id, ("modules", module, "field_rules", n))
            for module, section in lens.modules.items()
            for n, rule in enumerate(section.field_rules)
        ),
    ]
    for rule_id, key in rules:
        if rule_id not in matched:
            line = document.line(key)
            yield _finding(file, line, f"rule {rule_id}", "no example it matches", "one")
    fired = any(any(f'"{m}":' in text for m in lens.modules) for text in records["modules"])
    if lens.triggers and not fired:
        yield _finding(file, 1, "module_triggers", "none that fires on an example", "one")


def _finding(file: str, line: int, rule: str, found: str, expected: str) -> Finding:
    return Finding(file, line, 6, "error", rule, found, expected)
