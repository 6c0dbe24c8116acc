"""The entity class of each record, by fixed rules in a fixed order."""

from __future__ import annotations

import polars as pl

from pipeline.lens.compiled import CompiledLens


def classify(lens: CompiledLens, records: pl.DataFrame, observations: pl.DataFrame) -> pl.Series:
    """`entity_class` of each record (column `record`), the first that fits.

    Time-bounded → event; any geographic anchor → place; then what the lens's class rules say:
    organization, person; else thing.
    """
    organizations = _matching(lens, observations, "organization")
    persons = _matching(lens, observations, "person")
    anchors = ("latitude", "street_address", "postcode")
    entity_class = (
        pl.when(pl.col("time_start").is_not_null())
        .then(pl.lit("event"))
        .when(pl.any_horizontal(pl.col(anchor).is_not_null() for anchor in anchors))
        .then(pl.lit("place"))
        .when(pl.col("record").is_in(organizations))
        .then(pl.lit("organization"))
        .when(pl.col("record").is_in(persons))
        .then(pl.lit("person"))
        .otherwise(pl.lit("thing"))
    )
    return records.select(entity_class.alias("entity_class")).to_series()


def _matching(lens: CompiledLens, observations: pl.DataFrame, entity_class: str) -> list[int]:
    found: set[int] = set()
    for compiled in lens.class_rules:
        if compiled.rule.entity_class == entity_class:
            texts = observations.filter(pl.col("field").is_in(compiled.rule.source_fields))
            found |= set(texts.filter(compiled.pattern.matches(texts["value"]))["record"])
    return sorted(found)
