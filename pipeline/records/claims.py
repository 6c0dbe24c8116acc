"""Every leaf of every record as a claim: path, value, where it stood, which rule gave it."""

from __future__ import annotations

import polars as pl

from pipeline.columns import json_list, json_text
from pipeline.fields import DIMENSIONS, universal_fields

CLAIMS = (
    "record",
    "path",
    "value",
    "value_type",
    "method",
    "rule_id",
    "confidence",
    "pointers",
)
# A page speaks of a thing; all it may claim for it is where it stands and what is said there.
_MENTION_PATHS = ["website_url", *DIMENSIONS]
_VALUE_TYPES = {
    "string": "string",
    "number": "number",
    "timestamp": "string",
    "list": "array",
    "map": "object",
}


def collect_claims(
    records: pl.DataFrame,
    observations: pl.DataFrame,
    mapped: pl.DataFrame,
    field_values: pl.DataFrame,
) -> pl.DataFrame:
    """One row per claimed value (columns: CLAIMS); `pointers` lists where it stood."""
    claims = pl.concat(
        [
            _universal_claims(records, observations),
            _mapped_claims(mapped),
            _module_claims(field_values),
        ]
    )
    mentions = records.filter(pl.col("role") == "mention")["record"].to_list()
    is_mention = pl.col("record").is_in(mentions)
    return claims.filter(~is_mention | pl.col("path").is_in(_MENTION_PATHS))


def _universal_claims(records: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    places = observations.group_by("record", "field", maintain_order=True).agg(
        pl.col("pointers")
        .list.explode(keep_nulls=False, empty_as_null=False)
        .unique(maintain_order=True)
    )
    rows = []
    for name, field in universal_fields().items():
        values = records.select(
            "record", "json_pointer", _text(pl.col(name), field.type).alias("value")
        ).drop_nulls("value")
        seen = places.filter(pl.col("field") == name).drop("field")
        rows.append(
            values.join(seen, on="record", how="left", maintain_order="left").select(
                "record",
                pl.lit(name).alias("path"),
                "value",
                pl.lit(_VALUE_TYPES[field.type]).alias("value_type"),
                pl.lit("classify" if name == "entity_class" else "extract").alias("method"),
                pl.lit(f"extract.{name}").alias("rule_id"),
                pl.lit(None, pl.Float64).alias("confidence"),
                pl.coalesce("pointers", pl.concat_list("json_pointer")).alias("pointers"),
            )
        )
    return pl.concat(rows)


def _mapped_claims(mapped: pl.DataFrame) -> pl.DataFrame:
    return mapped.with_columns(
        pl.col("dimension").alias("path"),
        pl.lit("string").alias("value_type"),
        pl.lit("map").alias("method"),
    ).select(CLAIMS)


def _module_claims(values: pl.DataFrame) -> pl.DataFrame:
    return values.with_columns(
        pl.format("modules.{}.{}", "module", "path").alias("path"),
        pl.lit("field_rule").alias("method"),
    ).select(CLAIMS)


def _text(column: pl.Expr, field_type: str) -> pl.Expr:
    """A value as claims hold it: plain text for scalars, JSON for lists and maps."""
    match field_type:
        case "timestamp":
            return column.dt.strftime("%Y-%m-%dT%H:%M:%S")
        case "list":
            return json_list(column.list.sort())
        case "map":
            key = json_text(pl.element().struct.field("key"))
            value = json_text(pl.element().struct.field("value"))
            entries = column.list.eval(pl.concat_str(key, pl.lit(":"), value)).list.sort()
            joined = pl.concat_str(pl.lit("{"), entries.list.join(","), pl.lit("}"))
            return pl.when(column.list.len() > 0).then(joined)
        case _:
            return column.cast(pl.String)
