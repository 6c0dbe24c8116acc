"""Points of interest to records. Comments and media carry user names: never read."""

from __future__ import annotations

import polars as pl

from pipeline.connectors.decoding import decode_items
from pipeline.connectors.extraction import Extraction, Origin, build_extraction, id_map
from pipeline.connectors.spec import ConnectorSpec

_TITLE = pl.Struct({"Title": pl.String()})
_POI = pl.Struct(
    {
        "ID": pl.String(),
        "DataProviderID": pl.String(),
        "DataProvidersReference": pl.String(),
        "DataProvider": pl.Struct({"Title": pl.String(), "License": pl.String()}),
        "OperatorInfo": _TITLE,
        "UsageType": _TITLE,
        "StatusType": _TITLE,
        "UsageCost": pl.String(),
        "NumberOfPoints": pl.String(),
        "AddressInfo": pl.Struct(
            {
                "Title": pl.String(),
                "AddressLine1": pl.String(),
                "Town": pl.String(),
                "StateOrProvince": pl.String(),
                "Postcode": pl.String(),
                "Country": pl.Struct({"ISOCode": pl.String()}),
                "Latitude": pl.Float64(),
                "Longitude": pl.Float64(),
                "ContactTelephone1": pl.String(),
                "ContactEmail": pl.String(),
                "RelatedURL": pl.String(),
            }
        ),
        "Connections": pl.List(
            pl.Struct({"ConnectionType": _TITLE, "Level": _TITLE, "PowerKW": pl.String()})
        ),
    }
)
_FIELDS: dict[str, list[str | Origin]] = {
    "entity_name": ["AddressInfo/Title"],
    "raw_categories": [Origin("connection_types", "/Connections")],
    "latitude": ["AddressInfo/Latitude"],
    "longitude": ["AddressInfo/Longitude"],
    "street_address": ["AddressInfo/AddressLine1"],
    "city": ["AddressInfo/Town"],
    "postcode": ["AddressInfo/Postcode"],
    "country": ["AddressInfo/Country/ISOCode"],
    "phone": ["AddressInfo/ContactTelephone1"],
    "email": ["AddressInfo/ContactEmail"],
    "website_url": ["AddressInfo/RelatedURL"],
    "external_ids": [Origin("external_ids", "/ID")],
}
_OBSERVED: dict[str, str | Origin] = {
    "connection_type": Origin("connection_types", "/Connections"),
    "operator": "OperatorInfo/Title",
    "usage_type": "UsageType/Title",
    "status_type": "StatusType/Title",
    "usage_cost": "UsageCost",
    "number_of_points": "NumberOfPoints",
    "data_provider": "DataProvider/Title",
    "provider_reference": "DataProvidersReference",
}


def extract(payloads: pl.DataFrame, spec: ConnectorSpec) -> Extraction:
    """One record per point of interest, under the licence of its own data provider."""
    decoded = decode_items(payloads, _POI)
    connection = pl.element().struct.field("ConnectionType").struct.field("Title")
    rows = decoded.rows.with_columns(
        pl.col("ID").alias("source_record_id"),
        pl.col("DataProvider/License").alias("licence"),
        pl.col("Connections")
        .list.eval(connection)
        .list.drop_nulls()
        .list.unique()
        .list.sort()
        .alias("connection_types"),
        id_map({"open_charge_map": "ID"}).alias("external_ids"),
    )
    return build_extraction(rows, spec, _FIELDS, _OBSERVED, decoded.failures)
