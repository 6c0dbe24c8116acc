"""Mapping rules over raw observations: which canonical values each record claims, and why.

Observations are a frame with one row per raw value: record (int), source, entity_class,
field, value, pointers (list of JSON pointers).
"""

from __future__ import annotations

import polars as pl

from pipeline.lens.compiled import CompiledLens, CompiledMappingRule

MAPPED = pl.Schema(
    {
        "record": pl.UInt32(),
        "dimension": pl.String(),
        "value": pl.String(),
        "rule_id": pl.String(),
        "confidence": pl.Float64(),
        "pointers": pl.List(pl.String()),
    }
)


def map_observations(lens: CompiledLens, observations: pl.DataFrame) -> pl.DataFrame:
    """One row per record, dimension and value (columns: MAPPED), by its surest rule.

    Every rule is tried on every distinct text of its fields once; ties go to the rule that
    stands first in the lens.
    """
    best = match_rules(lens, observations).sort(
        "record",
        "dimension",
        "value",
        -pl.col("confidence"),
        "order",
        maintain_order=True,
    )
    return best.unique(["record", "dimension", "value"], keep="first", maintain_order=True).select(
        list(MAPPED)
    )


def match_rules(lens: CompiledLens, observations: pl.DataFrame) -> pl.DataFrame:
    """One row per observation and rule that matches it: MAPPED and the rule's `order`."""
    distinct = {
        str(field): texts["value"].unique().sort()
        for (field,), texts in observations.partition_by("field", as_dict=True).items()
    }
    hits = [_hits(n, compiled, distinct) for n, compiled in enumerate(lens.mapping_rules)]
    if not hits:
        return pl.DataFrame(schema=MAPPED | {"order": pl.UInt32()})
    return (
        observations.join(pl.concat(hits), on=["field", "value"], maintain_order="left")
        .drop("value")
        .join(_rule_table(lens), on="order", maintain_order="left")
        .filter(_allows("source", "sources") & _allows("entity_class", "classes"))
    )


def _hits(
    order: int, compiled: CompiledMappingRule, distinct: dict[str, pl.Series]
) -> pl.DataFrame:
    """The texts a rule matches, by field."""
    rows = []
    for field in compiled.rule.source_fields:
        texts = distinct.get(field)
        if texts is not None:
            found = texts.filter(compiled.pattern.matches(texts))
            rows.append(pl.DataFrame({"value": found}).with_columns(field=pl.lit(field)))
    empty = pl.DataFrame(schema={"value": pl.String, "field": pl.String})
    return pl.concat([empty, *rows]).with_columns(order=pl.lit(order, pl.UInt32))


def _rule_table(lens: CompiledLens) -> pl.DataFrame:
    rules = [compiled.rule for compiled in lens.mapping_rules]
    return pl.DataFrame(
        {
            "order": range(len(rules)),
            "dimension": [rule.dimension for rule in rules],
            "value": [rule.value for rule in rules],
            "rule_id": [rule.id for rule in rules],
            "confidence": [rule.confidence for rule in rules],
            "sources": [rule.applicability.source for rule in rules],
            "classes": [rule.applicability.entity_class for rule in rules],
        },
        schema_overrides={
            "order": pl.UInt32,
            "confidence": pl.Float64,
            "sources": pl.List(pl.String),
            "classes": pl.List(pl.String),
        },
    )


def _allows(column: str, allowed: str) -> pl.Expr:
    """An empty list allows everything."""
    return (pl.col(allowed).list.len() == 0) | pl.col(allowed).list.contains(pl.col(column))
