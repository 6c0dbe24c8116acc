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

_CATEGORIES = "FACILITY_TYPE"


def extract(payloads: pl.DataFrame, spec: ConnectorSpec) -> Extraction:
    """One record per feature; a polygon stands at the mean of its vertices."""
    names: Mapping[str, str] = spec.settings["fields"]
    observed: list[str] = spec.settings["observed"]
    properties = dict.fromkeys([*names.values(), *observed, spec.settings["id_field"]], pl.String())
    feature = pl.Struct(
        {
            "geometry": pl.Struct({"coordinates": COORDINATES}),
            "properties": pl.Struct(properties),
        }
    )
    decoded = decode_items(payloads, feature, "features")
    position = nested_floats("geometry/coordinates")
    global_id = pl.col(f"properties/{spec.settings['id_field']}")
    rows = decoded.rows.with_columns(
        position.list.gather_every(2, 1).list.mean().alias("latitude"),
        position.list.gather_every(2).list.mean().alias("longitude"),
        clean_text(global_id, spec.missing_values).alias("source_record_id"),
        _categories(f"properties/{_CATEGORIES}").alias("categories"),
    )
    fields: dict[str, list[str | Origin]] = {
        name: [f"properties/{column}"] for name, column in names.items()
    }
    fields["latitude"] = [Origin("latitude", "/geometry")]
    fields["longitude"] = [Origin("longitude", "/geometry")]
    fields["raw_categories"] = [Origin("categories", f"/properties/{_CATEGORIES}")]
    seen = {name: f"properties/{name}" for name in observed}
    return build_extraction(rows, spec, fields, seen, decoded.failures)


def _categories(column: str) -> pl.Expr:
    return pl.concat_list(pl.col(column)).list.drop_nulls()
