"""Payloads to records: extract, classify, map, attach modules, fill them, collect claims.

The result is the table `extracted_entity`: one row per record as one lens reads it, with
every value it claims and where each value stood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.connectors.registry import Connector
from pipeline.fields import DIMENSIONS
from pipeline.lens.classification import classify
from pipeline.lens.compiled import CompiledLens
from pipeline.lens.field_rules import RuleFailure, apply_field_rules
from pipeline.lens.mapping import map_observations
from pipeline.lens.modules import attach_modules
from pipeline.records.claims import collect_claims
from pipeline.records.extracting import Extracted, combine, extract_payloads
from pipeline.workbench import Workbench

_POSITION = ("latitude", "longitude")


@dataclass(frozen=True)
class Reading:
    """What one lens read in some payloads.

    `records` has the columns of `extracted_entity`; `mapped` counts records with at least
    one canonical value; `failures` are field rules that gave no fitting value.
    """

    records: pl.DataFrame
    mapped: int
    failures: tuple[RuleFailure, ...]


@dataclass(frozen=True)
class Interpreted:
    """Extracted records with class, part_kind and dimensions, and what rules they are from.

    `mapped` has the columns of lens/mapping.py.
    """

    extracted: Extracted
    mapped: pl.DataFrame

    @property
    def records(self) -> pl.DataFrame:
        return self.extracted.records


def read_payloads(
    lens: CompiledLens,
    payloads: Mapping[str, pl.DataFrame],
    connectors: Mapping[str, Connector],
    bench: Workbench,
) -> Reading:
    """Records of the payloads (columns of the lake, by source) as the lens reads them.

    Of one record_key the newest payload counts. An item that cannot be read is a row with
    status `failed`, and costs nothing but itself.
    """
    return read_interpreted(lens, interpret(lens, extract_payloads(payloads, connectors)), bench)


def interpret(lens: CompiledLens, extracted: Extracted) -> Interpreted:
    """What the lens says each record is: enough to tell whether it answers a query."""
    records, observations = classified(lens, extracted)
    mapped = map_observations(lens, observations)
    whole = Extracted(with_dimensions(records, mapped), observations, extracted.failures)
    return Interpreted(whole, mapped)


def lay_together(parts: Sequence[Interpreted]) -> Interpreted:
    """Several phases' records as one; each record has a number of its own already."""
    return Interpreted(
        combine([part.extracted for part in parts]),
        pl.concat(part.mapped for part in parts),
    )


def read_interpreted(lens: CompiledLens, interpreted: Interpreted, bench: Workbench) -> Reading:
    """The records with their modules and claims."""
    records, observations = interpreted.records, interpreted.extracted.observations
    mapped = interpreted.mapped
    attached = attach_modules(lens, records, observations)
    values, failures = apply_field_rules(lens, observations, attached)
    bench.register("record", records)
    bench.register("observation", observations)
    bench.register("record_claim", collect_claims(records, observations, mapped, values))
    bench.register("attached_module", attached)
    bench.register("failed_item", interpreted.extracted.failures)
    bench.run("records", {"lens_id": lens.id, "lens_hash": lens.hash})
    rows = bench.fetch("extracted_entity")
    with_value = pl.any_horizontal(pl.col(name).list.len() > 0 for name in DIMENSIONS)
    return Reading(rows, rows.filter(with_value).height, tuple(failures))


def classified(lens: CompiledLens, extracted: Extracted) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records with class and part_kind, and observations with their record's class."""
    records, observations = extracted.records, extracted.observations
    entity_class = classify(lens, records, observations)
    records = records.with_columns(entity_class, _part_kind(lens, records, observations))
    of_record = records.select("record", "entity_class")
    return records, observations.join(of_record, on="record", maintain_order="left")


def _part_kind(lens: CompiledLens, records: pl.DataFrame, observations: pl.DataFrame) -> pl.Expr:
    """`unit` for one countable part, `area` for what is unnamed or named like a part.

    What says nothing but where it is may be anything, and is a part of nothing.
    """
    parts = lens.contract.resolution.parts
    units: set[int] = set()
    for field, values in parts.units.items():
        seen = observations.filter((pl.col("field") == field) & pl.col("value").is_in(values))
        units |= set(seen["record"])
    names = records["entity_name"]
    named_so = pl.Series([False]).new_from_index(0, len(names))
    for pattern in lens.part_names:
        named_so |= pattern.matches(names).fill_null(value=False)
    told = observations.filter(~pl.col("field").is_in(_POSITION))["record"].unique()
    is_listing = (pl.col("role") == "listing") & pl.col("record").is_in(told.implode())
    return (
        pl.when(is_listing & pl.col("record").is_in(sorted(units)))
        .then(pl.lit("unit"))
        .when(is_listing & (pl.col("entity_name").is_null() | pl.lit(named_so)))
        .then(pl.lit("area"))
        .alias("part_kind")
    )


def with_dimensions(records: pl.DataFrame, mapped: pl.DataFrame) -> pl.DataFrame:
    """The four dimension arrays: never null, sorted, without duplicates."""
    for dimension in DIMENSIONS:
        values = mapped.filter(pl.col("dimension") == dimension)
        arrays = values.group_by("record").agg(pl.col("value").unique().sort().alias(dimension))
        records = records.join(arrays, on="record", how="left", maintain_order="left")
    empty = pl.lit([], dtype=pl.List(pl.String))
    return records.with_columns(pl.col(name).fill_null(empty) for name in DIMENSIONS)
