"""Facilities to sites: rows of one name and position are one venue with counted facilities.

`facilities.<sub type>` counts the rows of a sub type and points to each of them,
`surfaces.<sub type>` holds their surfaces.
"""

from __future__ import annotations

import polars as pl

from pipeline.connectors.extraction import (
    OBSERVATIONS,
    Extraction,
    Origin,
    build_extraction,
    clean_text,
)
from pipeline.connectors.spec import ConnectorSpec
from pipeline.connectors.sport_scotland.answer import LAYER
from pipeline.connectors.sport_scotland.facilities import read_facilities

_SITE = ["name", "latitude", "longitude"]
_FIELDS: dict[str, list[str | Origin]] = {
    "entity_name": [Origin("name", "")],
    "latitude": [Origin("latitude", "")],
    "longitude": [Origin("longitude", "")],
    "street_address": [Origin("address", "")],
    "city": [Origin("town", "")],
    "postcode": [Origin("postcode", "")],
}
_FIRST = ("address", "postcode", "town", "easting", "northing")
_ROUNDING_M = 71.0  # half the diagonal of a 100 m square


def extract(payloads: pl.DataFrame, spec: ConnectorSpec) -> Extraction:
    """One record per site. Of one site and layer only the newest day's rows count."""
    decoded = read_facilities(payloads)
    texts = [name for name, dtype in decoded.rows.schema.items() if dtype == pl.String]
    kept = [name for name in texts if name not in {"payload_id", "json_pointer"}]
    rows = decoded.rows.with_columns(
        clean_text(pl.col(name), spec.missing_values).alias(name) for name in kept
    )
    lost = _without_site(rows)
    failures = pl.concat([decoded.failures, lost])
    counted = rows.join(lost, on=["payload_id", "json_pointer"], how="anti", maintain_order="left")
    facilities = _current(counted, payloads)
    sites = _sites(facilities, float(spec.setting("rounded_to_m")))
    observed = {"authority": Origin("authority", "")}
    extraction = build_extraction(sites, spec, _FIELDS, observed, failures)
    said = _observations(facilities, sites)
    categories = _categories(said)
    return Extraction(
        extraction.records.drop("raw_categories")
        .join(categories, on="row", how="left", maintain_order="left")
        .select(extraction.records.columns),
        pl.concat([extraction.observations, said]).sort("row", "field", maintain_order=True),
        extraction.failures,
    )


def _without_site(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that no site can count: without name, position or facility layer."""
    is_facility = pl.col("feature_id").str.contains(LAYER).fill_null(value=False)
    error = (
        pl.when(pl.any_horizontal(pl.col(name).is_null() for name in _SITE))
        .then(pl.lit("no name or no position, so no site"))
        .when(~is_facility)
        .then(pl.format("{} is of no facility layer", pl.col("feature_id").fill_null("(no id)")))
    )
    return rows.select("payload_id", "json_pointer", error.alias("error")).drop_nulls("error")


def _current(facilities: pl.DataFrame, payloads: pl.DataFrame) -> pl.DataFrame:
    """Without rows of an older edition, and without a feature that came twice.

    Feature numbers change on republication, so a number names a feature only at its site.
    """
    fetched = payloads.select("payload_id", "fetched_at")
    layer = pl.col("feature_id").str.extract(LAYER)
    dated = facilities.join(fetched, on="payload_id", maintain_order="left").with_columns(
        layer.alias("layer")
    )
    newest = pl.col("fetched_at").dt.date().max().over([*_SITE, "layer"])
    return (
        dated.filter(pl.col("fetched_at").dt.date() == newest)
        .sort("fetched_at", "payload_id", descending=[True, False], maintain_order=True)
        .unique(["feature_id", *_SITE], keep="first", maintain_order=True)
        .sort("payload_id", "feature_id", maintain_order=True)
    )


def _sites(facilities: pl.DataFrame, rounded_to_m: float) -> pl.DataFrame:
    sites = facilities.group_by(_SITE, maintain_order=True).agg(
        pl.col("payload_id").first(),
        pl.col("json_pointer").first(),
        pl.concat_str("payload_id", "json_pointer", separator="#").alias("derived_from"),
        pl.col("authority").drop_nulls().first(),
        *(pl.col(name).drop_nulls().first() for name in _FIRST),
    )
    on_grid = pl.all_horizontal(
        pl.col(name).cast(pl.Float64, strict=False) % rounded_to_m == 0
        for name in ("easting", "northing")
    )
    shouting = pl.col("town") == pl.col("town").str.to_uppercase()
    return sites.with_columns(
        pl.when(on_grid).then(rounded_to_m + _ROUNDING_M).alias("position_accuracy_m"),
        pl.when(shouting).then(pl.col("town").str.to_titlecase()).otherwise("town").alias("town"),
    ).with_row_index("row")


def _observations(facilities: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """What the rows of each site say, each value with the rows it was read from."""
    home = sites.select("row", *_SITE, pl.col("payload_id").alias("home"))
    rows = facilities.join(home, on=_SITE, maintain_order="left").with_columns(
        pl.when(pl.col("payload_id") == pl.col("home"))
        .then("json_pointer")
        .otherwise(pl.concat_str("payload_id", "json_pointer", separator="#"))
        .alias("at")
    )
    by_type = rows.drop_nulls("sub_type").group_by("row", "sub_type", maintain_order=True)
    counts = by_type.agg(pl.len().cast(pl.String).alias("value"), pl.col("at").alias("pointers"))
    said = [
        _distinct(rows, pl.lit("facility_sub_type"), "sub_type"),
        _distinct(rows, pl.format("surfaces.{}", "sub_type"), "surface"),
        *(_distinct(rows, pl.lit(name), name) for name in ("management", "ownership", "status")),
        _distinct(rows, pl.lit("raw_categories"), "sub_type"),
    ]
    field = pl.format("facilities.{}", "sub_type").alias("field")
    counted = counts.select("row", field, "value", "pointers")
    return pl.concat([counted, *said]).select(list(OBSERVATIONS))


def _distinct(rows: pl.DataFrame, field: pl.Expr, column: str) -> pl.DataFrame:
    known = rows.with_columns(field.alias("field")).drop_nulls(["field", column])
    return (
        known.group_by("row", "field", pl.col(column).alias("value"), maintain_order=True)
        .agg(pl.col("at").alias("pointers"))
        .select(list(OBSERVATIONS))
    )


def _categories(observations: pl.DataFrame) -> pl.DataFrame:
    listed = observations.filter(pl.col("field") == "raw_categories")
    return listed.group_by("row").agg(pl.col("value").sort().alias("raw_categories"))
