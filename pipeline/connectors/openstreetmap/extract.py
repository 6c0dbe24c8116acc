"""Overpass elements to records: one per tagged element; bare nodes only lend geometry."""

from __future__ import annotations

import polars as pl

from pipeline.connectors.decoding import Decoded, decode_items
from pipeline.connectors.extraction import Extraction, Origin, build_extraction, id_map
from pipeline.connectors.openstreetmap.geometry import with_geometry
from pipeline.connectors.spec import ConnectorSpec

_POINT = pl.Struct({"lat": pl.Float64(), "lon": pl.Float64()})
_MEMBER = pl.Struct(
    {
        "type": pl.String(),
        "ref": pl.Int64(),
        "role": pl.String(),
        "geometry": pl.List(_POINT),
    }
)
_OBJECTS = ("node", "way", "relation")  # an `area` repeats a way, a `count` is none
_CATEGORIES = ("leisure", "club", "amenity", "shop", "tourism", "landuse", "golf")
_FIELDS: dict[str, list[str | Origin]] = {
    "entity_name": ["tags/name", "tags/official_name"],
    "description": ["tags/description"],
    "raw_categories": [Origin("raw_categories", "/tags")],
    "latitude": [Origin("latitude", "")],
    "longitude": [Origin("longitude", "")],
    "street_address": [
        Origin("numbered_street", ("/tags/addr:housenumber", "/tags/addr:street")),
        Origin("numbered_place", ("/tags/addr:housenumber", "/tags/addr:place")),
        "tags/addr:street",
        "tags/addr:place",
    ],
    "city": ["tags/addr:city"],
    "locality": ["tags/addr:suburb"],
    "postcode": ["tags/addr:postcode"],
    "country": ["tags/addr:country"],
    "phone": ["tags/phone", "tags/contact:phone"],
    "email": ["tags/email", "tags/contact:email"],
    "website_url": ["tags/website", "tags/contact:website", "tags/url"],
    "social_media": [Origin("social_media", "/tags")],
    "opening_hours": ["tags/opening_hours"],
    "external_ids": [Origin("external_ids", "/id")],
}
_OBSERVED = (
    "leisure",
    "club",
    "amenity",
    "building",
    "landuse",
    "shop",
    "tourism",
    "golf",
    "surface",
    "access",
    "fee",
    "lit",
    "covered",
    "indoor",
    "capacity",
    "courts",
    "pitch:count",
    "operator",
    "brand",
    "wheelchair",
    "disused",
    "disused:leisure",
)


def extract(payloads: pl.DataFrame, spec: ConnectorSpec) -> Extraction:
    """One record per tagged node, way or relation, keyed on type and id."""
    decoded = _decode(payloads, spec.setting("tags"))
    tags = [f"tags/{tag}" for tag in spec.setting("tags")]
    tagged = pl.any_horizontal(pl.col(tag).is_not_null() for tag in tags)
    is_object = pl.col("type").is_in(_OBJECTS) & pl.col("id").is_not_null()
    rows = with_geometry(decoded.rows).filter(tagged & is_object).with_columns(
        pl.format("{}/{}", "type", "id").alias("source_record_id"),
        _numbered("tags/addr:street").alias("numbered_street"),
        _numbered("tags/addr:place").alias("numbered_place"),
        _categories().alias("raw_categories"),
        pl.col("tags/sport").str.split(";").alias("sports"),
        id_map({"facebook": "tags/contact:facebook", "instagram": "tags/contact:instagram"})
        .alias("social_media"),
    )  # fmt: skip
    rows = rows.with_columns(
        id_map(
            {
                "openstreetmap": "source_record_id",
                "fhrs": "tags/fhrs:id",
                "wikidata": "tags/wikidata",
            }
        ).alias("external_ids")
    )
    observed: dict[str, str | Origin] = {tag: f"tags/{tag}" for tag in _OBSERVED}
    observed["sport"] = Origin("sports", "/tags/sport")
    failures = pl.concat([decoded.failures, _unnamed_objects(decoded.rows)])
    return build_extraction(rows, spec, _FIELDS, observed, failures)


def _unnamed_objects(rows: pl.DataFrame) -> pl.DataFrame:
    """Elements that are no object of the map: nothing could refer to them."""
    error = pl.lit("found no type or no id, expected both").alias("error")
    lost = pl.col("type").is_null() | pl.col("id").is_null()
    return rows.filter(lost).select("payload_id", "json_pointer", error)


def _decode(payloads: pl.DataFrame, tags: list[str]) -> Decoded:
    element = pl.Struct(
        {
            "type": pl.String(),
            "id": pl.Int64(),
            "lat": pl.Float64(),
            "lon": pl.Float64(),
            "center": _POINT,
            "geometry": pl.List(_POINT),
            "nodes": pl.List(pl.Int64()),
            "members": pl.List(_MEMBER),
            "tags": pl.Struct(dict.fromkeys(tags, pl.String())),
        }
    )
    return decode_items(payloads, element, "elements")


def _numbered(street: str) -> pl.Expr:
    return pl.concat_str("tags/addr:housenumber", street, separator=" ")


def _categories() -> pl.Expr:
    """`leisure=sports_centre` and the like; `sport` holds several values in one tag."""
    pairs = [pl.concat_list(pl.format("{}={}", pl.lit(tag), f"tags/{tag}")) for tag in _CATEGORIES]
    sports = pl.format("sport={}", pl.col("tags/sport"))
    return pl.concat_list([*pairs, pl.concat_list(sports)]).list.drop_nulls()
