"""Field rules over raw observations: one typed value per record and module field."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import polars as pl

from pipeline.columns import json_list
from pipeline.lens.compiled import CompiledFieldRule, CompiledLens
from pipeline.lens.contract import ModuleField, RuleCondition
from pipeline.lens.normalizers import normalize

_log = logging.getLogger(__name__)

FIELD_VALUES = pl.Schema(
    {
        "record": pl.UInt32(),
        "module": pl.String(),
        "path": pl.String(),
        "value": pl.String(),
        "value_type": pl.String(),
        "rule_id": pl.String(),
        "confidence": pl.Float64(),
        "pointers": pl.List(pl.String()),
    }
)


@dataclass(frozen=True)
class RuleFailure:
    """A rule that could not give a value of the declared type on some records."""

    rule_id: str
    source: str
    records: int
    error: str


def apply_field_rules(
    lens: CompiledLens, observations: pl.DataFrame, attached: pl.DataFrame
) -> tuple[pl.DataFrame, list[RuleFailure]]:
    """One row per record and filled module field (columns: FIELD_VALUES), and what failed.

    Observations as in mapping.py; `attached` says which modules a record has. Rules of one
    path run in the lens's order and the first that gives a value wins; a value that does
    not fit the field's type is skipped, reported, and leaves the path to the next rule.
    """
    filled = pl.DataFrame(schema=FIELD_VALUES)
    failures: list[RuleFailure] = []
    for compiled in lens.field_rules:
        found = _observations_of(compiled, observations, attached, filled)
        if found.is_empty():
            continue
        values = compiled.rule.extractor.extract(found)
        values = values.with_columns(normalize(values["value"], compiled.rule.normalizers))
        typed = values.with_columns(_as_text(values["value"], compiled.field))
        failures += _failures(compiled, values, typed, found)
        filled.extend(_rows(compiled, typed.drop_nulls("value")))
    return filled, failures


def _observations_of(
    compiled: CompiledFieldRule,
    observations: pl.DataFrame,
    attached: pl.DataFrame,
    filled: pl.DataFrame,
) -> pl.DataFrame:
    rule = compiled.rule
    order = {field: n for n, field in enumerate(rule.source_fields)}
    found = observations.filter(pl.col("field").is_in(rule.source_fields))
    if rule.applicability.source:
        found = found.filter(pl.col("source").is_in(rule.applicability.source))
    if rule.applicability.entity_class:
        found = found.filter(pl.col("entity_class").is_in(rule.applicability.entity_class))
    having = attached.filter(pl.col("module") == compiled.module)
    found = found.join(having, on="record", how="semi")
    done = filled.filter(
        (pl.col("module") == compiled.module) & (pl.col("path") == rule.target_path)
    )
    found = found.join(done, on="record", how="anti")
    for condition in rule.conditions:
        allowed = _records_meeting(condition, compiled.module, observations, filled)
        found = found.filter(allowed)
    rank = pl.col("field").replace_strict(order, return_dtype=pl.UInt32)
    return found.sort("record", rank, maintain_order=True)


def _records_meeting(
    condition: RuleCondition,
    module: str,
    observations: pl.DataFrame,
    filled: pl.DataFrame,
) -> pl.Expr:
    """A filter on `record`."""
    if condition.type in {"field_not_populated", "any_field_missing"}:
        done = filled.filter((pl.col("module") == module) & pl.col("path").is_in(condition.fields))
        needed = 1 if condition.type == "field_not_populated" else len(condition.fields)
        full = done.group_by("record").len().filter(pl.col("len") >= needed)
        return ~pl.col("record").is_in(full["record"].to_list())
    having = observations.filter(pl.col("field").is_in(condition.fields))
    if condition.type == "value_present":
        wanted = [value.casefold() for value in condition.values]
        having = having.filter(pl.col("value").str.to_lowercase().is_in(wanted))
    return pl.col("record").is_in(having["record"].unique().to_list())


def _as_text(values: pl.Series, field: ModuleField) -> pl.Series:
    """The value as claims hold it, null where it does not fit the declared type."""
    frame = values.to_frame("value")
    column = pl.col("value")
    if field.type == "array":
        items = column if isinstance(values.dtype, pl.List) else pl.concat_list(column)
        texts = items.cast(pl.List(pl.String)).list.drop_nulls().list.unique().list.sort()
        known = pl.when(column.is_not_null()).then(texts)
        return frame.select(json_list(known).alias("value")).to_series()
    if isinstance(values.dtype, pl.List):
        return pl.Series("value", [None] * len(values), dtype=pl.String)
    if field.type == "boolean":
        fits = column if values.dtype == pl.Boolean else pl.lit(None, pl.Boolean)
        return frame.select(fits.cast(pl.String).alias("value")).to_series()
    if field.type == "string":
        return frame.select(column.cast(pl.String)).to_series()
    number = column.cast(pl.Float64, strict=False)
    number = pl.when(number.is_finite()).then(number)
    if field.minimum is not None:
        number = pl.when(number >= field.minimum).then(number)
    if field.type == "integer":
        whole = pl.when(number == number.round(0)).then(number).cast(pl.Int64, strict=False)
        return frame.select(whole.cast(pl.String).alias("value")).to_series()
    return frame.select(number.cast(pl.String).alias("value")).to_series()


def _failures(
    compiled: CompiledFieldRule,
    values: pl.DataFrame,
    typed: pl.DataFrame,
    found: pl.DataFrame,
) -> list[RuleFailure]:
    unfit = values.filter(values["value"].is_not_null() & typed["value"].is_null())
    if unfit.is_empty():
        return []
    sources = found.join(unfit, on="record", how="semi").unique("record", maintain_order=True)
    failures = []
    for (source,), rows in sources.partition_by("source", as_dict=True).items():
        sample = unfit["value"][0]
        error = f"found {sample!r}, expected {compiled.field}"
        failures.append(RuleFailure(compiled.rule.rule_id, str(source), rows.height, error))
        _log.warning(
            "field rule skipped",
            extra={"rule_id": compiled.rule.rule_id, "source": source, "error": error},
        )
    return failures


def _rows(compiled: CompiledFieldRule, values: pl.DataFrame) -> pl.DataFrame:
    rule = compiled.rule
    return values.select(
        pl.col("record").cast(pl.UInt32),
        pl.lit(compiled.module).alias("module"),
        pl.lit(rule.target_path).alias("path"),
        "value",
        pl.lit(compiled.field.type).alias("value_type"),
        pl.lit(rule.rule_id).alias("rule_id"),
        pl.lit(rule.confidence, pl.Float64).alias("confidence"),
        "pointers",
    )
