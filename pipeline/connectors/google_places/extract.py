"""Places of the New API to records. Reviews and photos hold people's names: never read."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from pipeline.columns import map_distinct
from pipeline.connectors.addresses import split_address
from pipeline.connectors.decoding import Decoded, decode_items
from pipeline.connectors.extraction import Extraction, Origin, build_extraction, id_map
from pipeline.connectors.spec import ConnectorSpec

_CID = r"[?&]cid=(\d+)"
_DAYS = ("Su", "Mo", "Tu", "We", "Th", "Fr", "Sa")  # day 0 is Sunday
_TIME = pl.Struct({"day": pl.Int64(), "hour": pl.Int64(), "minute": pl.Int64()})
_PLACE = pl.Struct(
    {
        "id": pl.String(),
        "displayName": pl.Struct({"text": pl.String()}),
        "types": pl.List(pl.String()),
        "primaryType": pl.String(),
        "formattedAddress": pl.String(),
        "postalAddress": pl.Struct(
            {
                "regionCode": pl.String(),
                "postalCode": pl.String(),
                "locality": pl.String(),
            }
        ),
        "location": pl.Struct({"latitude": pl.Float64(), "longitude": pl.Float64()}),
        "websiteUri": pl.String(),
        "internationalPhoneNumber": pl.String(),
        "nationalPhoneNumber": pl.String(),
        "businessStatus": pl.String(),
        "googleMapsUri": pl.String(),
        "editorialSummary": pl.Struct({"text": pl.String()}),
        "regularOpeningHours": pl.Struct(
            {"periods": pl.List(pl.Struct({"open": _TIME, "close": _TIME}))}
        ),
    }
)
_FIELDS: dict[str, list[str | Origin]] = {
    "entity_name": ["displayName/text"],
    "summary": ["editorialSummary/text"],
    "raw_categories": ["types"],
    "latitude": ["location/latitude"],
    "longitude": ["location/longitude"],
    "street_address": [Origin("street", "/formattedAddress")],
    "city": ["postalAddress/locality", Origin("city", "/formattedAddress")],
    "postcode": ["postalAddress/postalCode", Origin("postcode", "/formattedAddress")],
    "country": ["postalAddress/regionCode"],
    "phone": ["internationalPhoneNumber", "nationalPhoneNumber"],
    "website_url": ["websiteUri"],
    "opening_hours": [Origin("hours", "/regularOpeningHours")],
    "external_ids": [Origin("external_ids", "/id")],
}
_OBSERVED = {name: name for name in ("types", "primaryType", "businessStatus", "formattedAddress")}


def extract(payloads: pl.DataFrame, spec: ConnectorSpec) -> Extraction:
    """One record per place, keyed on the place id."""
    is_detail = pl.col("endpoint") == "details"
    found = decode_items(payloads.filter(~is_detail), _PLACE, "places")
    single = _decode_details(payloads.filter(is_detail))
    rows = pl.concat([found.rows, single.rows])
    failures = pl.concat([found.failures, single.failures])
    rows = rows.with_columns(
        *split_address(pl.col("formattedAddress"), pl.col("displayName/text")),
        pl.col("googleMapsUri").str.extract(_CID).alias("cid"),
        pl.col("id").alias("source_record_id"),
        _hours(rows).alias("hours"),
        pl.col("types").list.sort(),  # the API reorders them from call to call
    ).with_columns(id_map({"google_place_id": "id", "google_cid": "cid"}).alias("external_ids"))
    return build_extraction(rows, spec, _FIELDS, _OBSERVED, failures)


def _decode_details(payloads: pl.DataFrame) -> Decoded:
    """Answers that are one place each: the place is the body itself."""
    bodies = [b"[" + body + b"]" for body in payloads["body"]]
    wrapped = payloads.with_columns(pl.Series("body", bodies, pl.Binary))
    decoded = decode_items(wrapped, _PLACE)
    whole = pl.lit("").alias("json_pointer")
    return Decoded(decoded.rows.with_columns(whole), decoded.failures.with_columns(whole))


def _hours(rows: pl.DataFrame) -> pl.Series:
    """Opening periods in OpenStreetMap's syntax; each distinct week is written once."""
    periods = pl.col("regularOpeningHours/periods")
    week = pl.struct(periods.alias("periods")).struct.json_encode()
    weeks = rows.select(pl.when(periods.list.len() > 0).then(week)).to_series()
    return map_distinct(weeks, _week)


def _week(text: str) -> str | None:
    periods: list[dict[str, Any]] = json.loads(text)["periods"]
    if len(periods) == 1 and periods[0].get("close") is None:
        return "24/7"
    stretches: dict[str, list[str]] = {}  # by day: of two rules for one day the last would count
    for period in periods:
        opens, closes = period.get("open"), period.get("close")
        if opens and closes:
            stretches.setdefault(_day(opens), []).append(f"{_clock(opens)}-{_clock(closes)}")
    return "; ".join(f"{day} {','.join(times)}" for day, times in stretches.items())


def _day(moment: dict[str, int | None]) -> str:
    return _DAYS[(moment.get("day") or 0) % len(_DAYS)]


def _clock(moment: dict[str, int | None]) -> str:
    return f"{moment.get('hour') or 0:02d}:{moment.get('minute') or 0:02d}"
