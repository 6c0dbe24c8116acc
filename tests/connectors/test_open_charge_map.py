"""The traps of Open Charge Map's answers, one test each; bodies are authored."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.connectors.registry import Connector
from pipeline.errors import ForeignPayloadError
from pipeline.records.extracting import extract_payloads
from tests.real_data import real_file
from tests.source_answers import (
    column,
    extract,
    failures,
    mapping,
    payloads,
    require_expected,
    seen,
)

ADDRESS = {
    "Title": "Example Car Park",
    "AddressLine1": "1 Example Road",
    "Town": "Edinburgh",
    "Postcode": "EH1 1AA",
    "Country": {"ISOCode": "GB"},
    "Latitude": 55.95,
    "Longitude": -3.2,
}


def poi(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"ID": number, "AddressInfo": ADDRESS} | more


def kinds(*titles: str | None) -> list[dict[str, Any]]:
    return [{"ConnectionType": {"Title": title}} for title in titles]


def test_a_point_is_keyed_on_its_number():
    found = extract("open_charge_map", [poi(195263, UUID="EDB7", OperatorInfo={"Title": "Op"})])

    record = found.records.row(0, named=True)
    assert record["source_record_id"] == "195263"
    assert mapping(record["external_ids"]) == {"open_charge_map": "195263"}
    assert (record["entity_name"], record["street_address"], record["country"]) == (
        "Example Car Park",
        "1 Example Road",
        "GB",
    )
    assert seen(found)["operator"] == ["Op"]


def test_each_record_has_the_licence_of_its_own_provider(connectors: dict[str, Connector]):
    body = [
        poi(1, DataProvider={"Title": "OCM", "License": "CC BY 4.0"}),
        poi(2, DataProvider={"Title": "Registry", "License": "OGL v2.0"}),
        poi(3, DataProvider=None),
        poi(4, DataProviderID=1),
    ]

    records = extract_payloads({"open_charge_map": payloads(body)}, connectors).records

    # Where the provider did not come, the payload's own is all that is known.
    assert records["licence"].to_list() == ["CC BY 4.0", "OGL v2.0", "authored", "authored"]


def test_connection_types_are_listed_once_and_sorted():
    found = extract(
        "open_charge_map", [poi(1, Connections=kinds("Type 2", "CCS", "Type 2", None)), poi(2)]
    )

    assert column(found, "raw_categories") == [["CCS", "Type 2"], None]
    assert seen(found)["connection_type"] == ["CCS", "Type 2"]


def test_what_is_often_null_costs_nothing():
    nothing = {"NumberOfPoints": None, "UsageCost": None, "StatusType": None, "Connections": None}

    found = extract("open_charge_map", [poi(1, **nothing), poi(2, NumberOfPoints=2)])

    assert column(found, "source_record_id") == ["1", "2"]
    assert seen(found, 1)["number_of_points"] == ["2"]
    assert failures(found) == []


def test_comments_and_pictures_of_users_are_never_read():
    personal = {"UserComments": [{"UserName": "alex"}], "MediaItems": [{"User": "alex"}]}

    found = extract("open_charge_map", [poi(1, **personal)])

    assert "alex" not in str(found.records.to_dicts()) + str(seen(found))


def test_a_point_of_the_wrong_shape_is_told():
    body = [poi(1), poi(2, AddressInfo="1 Example Road"), poi(3)]

    found = extract("open_charge_map", body)

    assert column(found, "source_record_id") == ["1", "3"]
    assert failures(found) == [("p0", "/1")]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            "You must specify an API key using the key query parameter or x-api-key header.",
            "refused: You must specify an API key", id="no key",
        ),
        pytest.param("Blocked for API abuse.", "refused: Blocked for API abuse", id="a ban"),
        pytest.param(poi(), "found dict, expected an array", id="one point and no array"),
        pytest.param({"Message": "x"}, "found dict, expected an array", id="an object"),
        pytest.param([{"ID": 1}], r"an item has \['ID'\], expected ID and AddressInfo", id="no address"),
        pytest.param([7], "an item has int", id="a number for a point"),
        pytest.param([{"id": 1, "addressInfo": {}}], "expected ID", id="keys in camel case"),
    ],
)  # fmt: skip
def test_what_is_no_array_of_points_is_refused(body: Any, told: str):
    with pytest.raises(ForeignPayloadError, match=told):
        require_expected("open_charge_map", body, "text/plain")


def test_no_point_is_an_answer():
    require_expected("open_charge_map", [])

    assert extract("open_charge_map", []).records.height == 0


def test_a_recorded_answer_is_a_hundred_points_under_two_licences():
    body = real_file("open_charge_map/poi_edinburgh_captured.json").read_bytes()
    require_expected("open_charge_map", body)

    records = extract("open_charge_map", body).records

    assert records["source_record_id"].n_unique() == 100
    counts = dict(records["licence"].value_counts().iter_rows())
    assert sorted(counts.values()) == [27, 73]
    assert records["latitude"].null_count() == 0
