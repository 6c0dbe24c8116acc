"""Web results to mentions, place rows to records.

A web result is a page that speaks of something, never the thing: it has the role `mention`.
"""

from __future__ import annotations

import polars as pl

from pipeline.connectors.addresses import split_address
from pipeline.connectors.decoding import decode_items
from pipeline.connectors.extraction import (
    OBSERVATIONS,
    Extraction,
    Origin,
    build_extraction,
    id_map,
)
from pipeline.connectors.spec import ConnectorSpec

_RESULT = pl.Struct({"title": pl.String(), "link": pl.String(), "snippet": pl.String()})
_PLACE = pl.Struct(
    {
        "title": pl.String(),
        "address": pl.String(),
        "latitude": pl.Float64(),
        "longitude": pl.Float64(),
        "type": pl.String(),
        "types": pl.List(pl.String()),
        "category": pl.String(),
        "website": pl.String(),
        "phoneNumber": pl.String(),
        "cid": pl.String(),
        "placeId": pl.String(),
    }
)
_PAGE_FIELDS: dict[str, list[str | Origin]] = {
    "entity_name": ["title"],
    "description": ["snippet"],
    "website_url": ["link"],
}
_PLACE_FIELDS: dict[str, list[str | Origin]] = {
    "entity_name": ["title"],
    "raw_categories": [Origin("categories", "")],  # `types`, `type` or `category` of the row
    "latitude": ["latitude"],
    "longitude": ["longitude"],
    "street_address": [Origin("street", "/address")],
    "city": [Origin("city", "/address")],
    "postcode": [Origin("postcode", "/address")],
    "phone": ["phoneNumber"],
    "website_url": ["website"],
    "external_ids": [Origin("external_ids", "/cid")],
}


def extract(payloads: pl.DataFrame, spec: ConnectorSpec) -> Extraction:
    """One mention per web result, keyed on its link; one record per place, on its cid."""
    is_search = pl.col("endpoint") == "search"
    pages = _pages(payloads.filter(is_search), spec)
    places = _places(payloads.filter(~is_search), spec)
    shift = pages.records.height
    moved = pl.col("row") + pl.lit(shift, pl.UInt32)
    observations = pl.concat([pages.observations, places.observations.with_columns(moved)])
    return Extraction(
        pl.concat([pages.records, places.records.with_columns(moved)]),
        observations.select(list(OBSERVATIONS)),
        pl.concat([pages.failures, places.failures]),
    )


def _pages(payloads: pl.DataFrame, spec: ConnectorSpec) -> Extraction:
    decoded = decode_items(payloads, _RESULT, "organic")
    rows = decoded.rows.drop_nulls("link").with_columns(
        pl.col("link").alias("source_record_id"), pl.lit("mention").alias("role")
    )
    observed = {"title": "title", "snippet": "snippet", "link": "link"}
    return build_extraction(rows, spec, _PAGE_FIELDS, observed, decoded.failures)


def _places(payloads: pl.DataFrame, spec: ConnectorSpec) -> Extraction:
    decoded = decode_items(payloads, _PLACE, "places")
    single = pl.concat_list(pl.coalesce("type", "category")).list.drop_nulls()
    rows = decoded.rows.with_columns(
        *split_address(pl.col("address"), pl.col("title")),
        pl.coalesce("cid", "placeId").alias("source_record_id"),
        pl.coalesce("types", single).alias("categories"),
        id_map({"google_cid": "cid", "google_place_id": "placeId"}).alias("external_ids"),
    )
    return build_extraction(
        rows,
        spec,
        _PLACE_FIELDS,
        {"types": Origin("categories", "")},
        decoded.failures,
    )
