"""The traps of the council's layers, one test each; no such layer is recorded: all is authored."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.connectors.registry import Connector
from pipeline.errors import ForeignPayloadError
from tests.real_data import real_file
from tests.source_answers import column, extract, failures, pointers, require_expected, seen


def feature(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": 1,
        "geometry": geometry or {"type": "Point", "coordinates": [-3.2, 55.95]},
        "properties": {"GlobalID": "{1}", "FACILITY_NAME": "Example"} | properties,
    }


def layer(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


SQUARE = [[0, 50], [4, 50], [4, 52], [0, 52], [0, 50]]


@pytest.mark.parametrize(
    ("geometry", "position"),
    [
        pytest.param({"type": "Point", "coordinates": [-3.2, 55.95]}, (55.95, -3.2), id="a point"),
        pytest.param(
            {"type": "MultiPoint", "coordinates": [[1, 50], [3, 52]]}, (51, 2), id="several points"
        ),
        # The vertex that closes the ring is the first one again, and counts once.
        pytest.param({"type": "Polygon", "coordinates": [SQUARE]}, (51, 2), id="a polygon"),
        pytest.param(
            {"type": "MultiPolygon", "coordinates": [[SQUARE]]}, (51, 2), id="a multi-polygon"
        ),
        pytest.param({"type": "Polygon", "coordinates": []}, (None, None), id="an empty outline"),
        pytest.param({"coordinates": None}, (None, None), id="no coordinates"),
    ],
)
def test_a_feature_stands_at_a_point(
    geometry: dict[str, Any], position: tuple[float | None, float | None]
):
    found = extract("edinburgh_council", layer(feature(geometry)))

    assert (column(found, "latitude")[0], column(found, "longitude")[0]) == position


@pytest.mark.parametrize("missing", ["", " ", "NULL", "<Null>", None])
def test_empty_texts_are_missing(missing: str | None):
    found = extract(
        "edinburgh_council",
        layer(
            feature(TELEPHONE=missing, WEB_PAGE=missing, GlobalID=missing, FACILITY_TYPE=missing)
        ),
    )

    record = found.records.row(0, named=True)
    assert (record["phone"], record["website_url"], record["source_record_id"]) == (None,) * 3
    assert set(seen(found)) == {"entity_name", "latitude", "longitude"}


def test_property_names_are_the_specs(connectors: dict[str, Connector]):
    spec = connectors["edinburgh_council"].spec
    properties = {raw: f"{name} text" for name, raw in spec.settings["fields"].items()}
    properties |= {
        "TELEPHONE": "0131 496 0001", "EMAIL": "desk@club.org", "WEB_PAGE": "club.org",
        "FACILITY_TYPE": "Gym", "ACTIVITIES": "Fitness", "ACCESS_TYPE": "Public", "OPERATOR": "Trust",
    }  # fmt: skip

    found = extract("edinburgh_council", layer(feature(**properties)))

    record = found.records.row(0, named=True)
    assert record["source_record_id"] == "{1}"
    assert record["raw_categories"] == ["Gym"]
    assert (record["entity_name"], record["street_address"]) == (
        "entity_name text",
        "street_address text",
    )
    assert (record["city"], record["locality"], record["postcode"]) == (
        "city text",
        "locality text",
        "postcode text",
    )
    assert record["phone"] == "+441314960001"
    observed = seen(found)
    assert (observed["ACTIVITIES"], observed["ACCESS_TYPE"]) == (["Fitness"], ["Public"])
    assert (observed["OPERATOR"], observed["FACILITY_TYPE"]) == (["Trust"], ["Gym"])
    assert pointers(found, "phone") == [["/features/0/properties/TELEPHONE"]]
    assert pointers(found, "latitude") == [["/features/0/geometry"]]


def test_the_objectid_is_not_the_id():
    first = extract("edinburgh_council", layer(feature(GlobalID=None, OBJECTID=7)))
    again = extract("edinburgh_council", layer(feature(GlobalID=None, OBJECTID=900)))

    assert first.records.equals(again.records)


def test_a_feature_of_the_wrong_shape_is_told():
    found = extract("edinburgh_council", layer(feature(), {"type": "Feature", "properties": "x"}))

    assert column(found, "entity_name") == ["Example"]
    assert failures(found) == [("p0", "/features/1")]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            {"error": {"code": 400, "message": "Unable to complete operation.", "details": []}},
            "ArcGIS refused: Unable to complete operation.", id="an error in a 200",
        ),
        pytest.param(
            layer({"type": "Feature", "properties": {"TREE": "Oak", "name": "x"}}),
            r"an item has \['TREE', 'name'\], expected FACILITY_NAME", id="another layer",
        ),
        pytest.param(
            layer({"type": "Feature", "properties": None}),
            r"an item has \[\], expected FACILITY_NAME", id="a feature without properties",
        ),
        pytest.param(
            {"objectIdFieldName": "OBJECTID", "features": [{"attributes": {}}]},
            "expected a FeatureCollection", id="Esri's own JSON",
        ),
        pytest.param({"type": "FeatureCollection"}, "expected a FeatureCollection", id="no features"),
    ],
)  # fmt: skip
def test_what_is_no_page_of_the_layer_is_refused(body: Any, told: str):
    with pytest.raises(ForeignPayloadError, match=told):
        require_expected("edinburgh_council", body)


@pytest.mark.parametrize(
    "name", ["natural_neighbourhoods_captured.geojson", "point_layer_sample.geojson"]
)
def test_recorded_answers_of_other_layers_are_refused(name: str):
    body = real_file(f"edinburgh_council/{name}").read_bytes()

    with pytest.raises(ForeignPayloadError, match="another layer, or field names that changed"):
        require_expected("edinburgh_council", body)
