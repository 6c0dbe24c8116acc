"""Features of the council's layers to records; the field names are spec.yaml's."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipeline.connectors.decoding import COORDINATES, decode_items, nested_floats
from pipeline.connectors.extraction import (
    Extraction,
    Origin,
    build_extraction,
    clean_text,
)
from pipeline.connectors.spec import ConnectorSpec


def extract(payloads: pl.DataFrame, spec: ConnectorSpec) -> Extraction:
    """One record per feature; an outline stands at the mean of its vertices."""
    names: Mapping[str, str] = spec.setting("fields")
    category: str = spec.setting("category_field")
    observed: list[str] = spec.setting("observed")
    properties = dict.fromkeys([*names.values(), *observed, spec.setting("id_field")], pl.String())
    feature = pl.Struct(
        {
            "geometry": pl.Struct({"coordinates": COORDINATES}),
            "properties": pl.Struct(properties),
        }
    )
    decoded = decode_items(payloads, feature, "features")
    global_id = pl.col(f"properties/{spec.setting('id_field')}")
    rows = decoded.rows.with_columns(
        _mean(1).alias("latitude"),
        _mean(0).alias("longitude"),
        clean_text(global_id, spec.missing_values).alias("source_record_id"),
        _categories(f"properties/{category}").alias("categories"),
    )
    fields: dict[str, list[str | Origin]] = {
        name: [f"properties/{column}"] for name, column in names.items()
    }
    fields["latitude"] = [Origin("latitude", "/geometry")]
    fields["longitude"] = [Origin("longitude", "/geometry")]
    fields["raw_categories"] = [Origin("categories", f"/properties/{category}")]
    seen = {name: f"properties/{name}" for name in observed}
    return build_extraction(rows, spec, fields, seen, decoded.failures)


def _mean(axis: int) -> pl.Expr:
    """The mean of the longitudes (axis 0) or latitudes, each vertex of a ring once."""
    position = nested_floats("geometry/coordinates")
    size = position.list.len()
    closed = (size > 2) & (position.list.head(2) == position.list.tail(2))
    vertices = position.list.head(pl.when(closed).then(size - 2).otherwise(size))
    return vertices.list.gather_every(2, axis).list.mean()


def _categories(column: str) -> pl.Expr:
    return pl.concat_list(pl.col(column)).list.drop_nulls()
