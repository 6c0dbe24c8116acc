"""Establishments to records, from pages of the API and from dumps.

The e-mail address and website in both are the authority's, never the business's; what a business
answers to its rating is its own text and not read.
"""

from __future__ import annotations

import polars as pl

from pipeline.connectors.decoding import FAILURES, Decoded, decode_items
from pipeline.connectors.decoding_xml import decode_xml
from pipeline.connectors.extraction import (
    Extraction,
    Origin,
    build_extraction,
    clean_text,
    id_map,
)
from pipeline.connectors.food_hygiene.addresses import split_lines
from pipeline.connectors.spec import ConnectorSpec

_LINES = ("AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4")
_TEXTS = (
    "FHRSID",
    "BusinessName",
    "BusinessType",
    *_LINES,
    "PostCode",
    "RatingValue",
    "RatingDate",
    "SchemeType",
    "NewRatingPending",
    "LocalAuthorityName",
    "LocalAuthorityCode",
    "LocalAuthorityBusinessID",
)
_SCORES = ("Hygiene", "Structural", "ConfidenceInManagement")
_DUMP = {name: f"Scores/{name}" for name in _SCORES} | {
    "Latitude": "Geocode/Latitude",
    "Longitude": "Geocode/Longitude",
}
_PAGE = {name: f"scores/{name}" for name in _SCORES} | {
    "Latitude": "geocode/latitude",
    "Longitude": "geocode/longitude",
}
_ESTABLISHMENT = pl.Struct(
    {
        **dict.fromkeys(_TEXTS, pl.String()),
        "scores": pl.Struct(dict.fromkeys(_SCORES, pl.String())),
        "geocode": pl.Struct({"latitude": pl.String(), "longitude": pl.String()}),
    }
)


def extract(payloads: pl.DataFrame, spec: ConnectorSpec) -> Extraction:
    """One record per establishment, keyed on its number in the register."""
    is_dump = pl.col("body").bin.starts_with(b"<") | pl.col("body").bin.starts_with(
        b"\xef\xbb\xbf<"
    )
    pages = decode_items(payloads.filter(~is_dump), _ESTABLISHMENT, "establishments")
    dumps = _decode_dumps(payloads.filter(is_dump), spec.xml_record or "")
    parts = [
        _build(dumps, _DUMP, spec, first_row=0),
        _build(pages, _PAGE, spec, first_row=dumps.rows.height),
    ]
    return Extraction(
        pl.concat(part.records for part in parts),
        pl.concat(part.observations for part in parts),
        pl.concat(part.failures for part in parts),
    )


def _decode_dumps(payloads: pl.DataFrame, record: str) -> Decoded:
    paths = [*_TEXTS, *_DUMP.values()]
    none = dict.fromkeys(("payload_id", "json_pointer", *paths), pl.String())
    rows, failures = [pl.DataFrame(schema=none)], [pl.DataFrame(schema=FAILURES)]
    for payload_id, body in payloads.select("payload_id", "body").iter_rows():
        decoded = decode_xml(payload_id, body, record, paths)
        rows.append(decoded.rows)
        failures.append(decoded.failures)
    return Decoded(pl.concat(rows), pl.concat(failures))


def _build(
    decoded: Decoded, nested: dict[str, str], spec: ConnectorSpec, first_row: int
) -> Extraction:
    lines = [clean_text(pl.col(name), spec.missing_values).alias(name) for name in _LINES]
    category = clean_text(pl.col("BusinessType"), spec.missing_values)
    rows = (
        decoded.rows.with_row_index("row", offset=first_row)
        .with_columns(
            *lines,
            clean_text(pl.col("FHRSID")).alias("source_record_id"),
            pl.when(category.is_not_null()).then(pl.concat_list(category)).alias("categories"),
        )
        .with_columns(
            *split_lines(_LINES, spec.setting("counties")),
            id_map({"fhrs": "source_record_id"}).alias("external_ids"),
        )
    )
    observed = dict.fromkeys((*_TEXTS, *_SCORES))
    return build_extraction(
        rows,
        spec,
        {
            "entity_name": ["BusinessName"],
            "raw_categories": [Origin("categories", "/BusinessType")],
            "latitude": [nested["Latitude"]],
            "longitude": [nested["Longitude"]],
            "street_address": [Origin("street", "")],
            "locality": [Origin("locality", "")],
            "city": [Origin("city", "")],
            "postcode": ["PostCode"],
            "external_ids": [Origin("external_ids", "/FHRSID")],
        },
        {name: nested.get(name, name) for name in observed},
        decoded.failures,
    )
