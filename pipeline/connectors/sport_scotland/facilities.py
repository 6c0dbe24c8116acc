"""Published rows, one per facility, from the WFS's GeoJSON and from the merged CSV.

Column names drift: sports halls say `x`, `y` and `fac_sub_type` where others say
`eastings_x`, `northing_y` and `facility_sub_type`.
"""

from __future__ import annotations

import polars as pl

from pipeline.connectors.decoding import (
    COORDINATES,
    Decoded,
    decode_csv,
    decode_items,
    nested_floats,
)

# facility column → where it stands in a feature (first found wins), and in the CSV
_SOURCES: dict[str, tuple[tuple[str, ...], str]] = {
    "feature_id": (("id",), "id"),
    "name": (("properties/site_name",), "name"),
    "address": (("properties/address",), "address"),
    "postcode": (("properties/postcode",), "postcode"),
    "town": (("properties/town",), "town"),
    "authority": (("properties/la_name",), "la_name"),
    "easting": (("properties/eastings_x", "properties/x"), "eastings_x"),
    "northing": (("properties/northing_y", "properties/y"), "northing_y"),
    "sub_type": (
        ("properties/facility_sub_type", "properties/fac_sub_type"),
        "facility_sub_type",
    ),
    "surface": (("properties/surface",), "surface"),
    "management": (("properties/management_type",), "management_type"),
    "ownership": (("properties/ownership_category",), "ownership_category"),
    "status": (("properties/facility_status",), "facility_status"),
}
COLUMNS = ["payload_id", "json_pointer", *_SOURCES, "latitude", "longitude"]


def read_facilities(payloads: pl.DataFrame) -> Decoded:
    """One row per published facility, all text but the coordinates; columns: COLUMNS."""
    is_csv = pl.col("content_type") == "text/csv"
    tables = [_read_csv(*row) for row in _bodies(payloads.filter(is_csv))]
    features = _read_features(payloads.filter(~is_csv))
    return Decoded(
        pl.concat([features.rows, *(table.rows for table in tables)]),
        pl.concat([features.failures, *(table.failures for table in tables)]),
    )


def _bodies(payloads: pl.DataFrame) -> list[tuple[str, bytes]]:
    return list(payloads.select("payload_id", "body").iter_rows())


def _read_features(payloads: pl.DataFrame) -> Decoded:
    properties = {
        path.removeprefix("properties/"): pl.String()
        for paths, _ in _SOURCES.values()
        for path in paths
        if path != "id"
    }
    feature = pl.Struct(
        {
            "id": pl.String(),
            "geometry": pl.Struct({"coordinates": COORDINATES}),
            "properties": pl.Struct(properties),
        }
    )
    decoded = decode_items(payloads, feature, "features")
    position = nested_floats("geometry/coordinates")
    rows = decoded.rows.select(
        "payload_id",
        "json_pointer",
        *(pl.coalesce(paths).alias(name) for name, (paths, _) in _SOURCES.items()),
        position.list.get(1, null_on_oob=True).alias("latitude"),
        position.list.get(0, null_on_oob=True).alias("longitude"),
    )
    return Decoded(rows, decoded.failures)


def _read_csv(payload_id: str, body: bytes) -> Decoded:
    table = decode_csv(
        payload_id, body, [*(column for _, column in _SOURCES.values()), "lat", "lng"]
    )
    rows = table.rows.select(
        "payload_id",
        "json_pointer",
        *(pl.col(column).alias(name) for name, (_, column) in _SOURCES.items()),
        pl.col("lat").cast(pl.Float64, strict=False).alias("latitude"),
        pl.col("lng").cast(pl.Float64, strict=False).alias("longitude"),
    )
    return Decoded(rows, table.failures)
