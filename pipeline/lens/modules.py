"""Which modules of the lens attach to which records."""

from __future__ import annotations

import polars as pl

from pipeline.conditions import to_expression
from pipeline.lens.compiled import CompiledLens, CompiledTrigger
from pipeline.lens.contract import AnyKeywordMatch, ConditionTrigger, LocationMatch
from pipeline.lens.vocabulary import SECTION_KINDS
from pipeline.text import fold

ATTACHED = pl.Schema({"record": pl.UInt32(), "module": pl.String()})


def attach_modules(
    lens: CompiledLens, records: pl.DataFrame, observations: pl.DataFrame
) -> pl.DataFrame:
    """One row per record and module whose trigger fits it (columns: ATTACHED)."""
    rows = [
        records.filter(_fits(lens, trigger, records, observations)).select(
            "record", module=pl.lit(trigger.trigger.module)
        )
        for trigger in lens.triggers
    ]
    return pl.concat([pl.DataFrame(schema=ATTACHED), *rows]).unique(maintain_order=True)


def _fits(
    lens: CompiledLens,
    compiled: CompiledTrigger,
    records: pl.DataFrame,
    observations: pl.DataFrame,
) -> pl.Expr:
    match compiled.trigger.trigger:
        case ConditionTrigger() if compiled.condition is not None:
            return to_expression(compiled.condition, records.schema, "record")
        case LocationMatch(places=places):
            return pl.any_horizontal(_inside(lens, place) for place in places)
        case AnyKeywordMatch() as trigger:
            return pl.col("record").is_in(_with_keyword(lens, trigger, observations))
        case _:
            return pl.lit(value=True)


def _inside(lens: CompiledLens, place: str) -> pl.Expr:
    box = lens.vocabulary.area(place).box
    inside = pl.col("latitude").is_between(box.south, box.north) & pl.col("longitude").is_between(
        box.west, box.east
    )
    return inside.fill_null(value=False)


def _with_keyword(
    lens: CompiledLens, trigger: AnyKeywordMatch, observations: pl.DataFrame
) -> list[int]:
    phrases = {fold(keyword) for keyword in trigger.keywords}
    phrases |= lens.vocabulary.phrase_set(SECTION_KINDS[section] for section in trigger.vocabulary)
    if not phrases:
        return []
    texts = observations.filter(
        pl.col("field").is_in(["entity_name", "raw_categories", "description", "summary"])
    )
    distinct = texts["value"].unique().to_list()
    folded = pl.Series([f" {fold(text)} " for text in distinct], dtype=pl.String)
    hit = folded.str.contains_any([f" {phrase} " for phrase in sorted(phrases)])
    matching = pl.Series(distinct, dtype=pl.String).filter(hit)
    return sorted(set(texts.filter(pl.col("value").is_in(matching.to_list()))["record"]))
