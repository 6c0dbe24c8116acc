"""The traps of ArcGIS, from the request to the records; every body is authored."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError, ForeignPayloadError
from tests.loopback import asked_of, fetch_all, read, reply, serve


@pytest.fixture
def council(connectors: dict[str, Connector]) -> Connector:
    """The council, asked for one layer."""
    spec = connectors["edinburgh_council"].spec
    settings = spec.settings | {"layers": ["A/FeatureServer/0"]}
    return Connector(spec.model_copy(update={"settings": settings}))


def features(count: int, first: int = 0, **more: Any) -> dict[str, Any]:
    found = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-3.1, 55.95]},
            "properties": {"OBJECTID": n, "FACILITY_NAME": f"Example {n}"},
        }
        for n in range(first, first + count)
    ]
    return {"type": "FeatureCollection", "features": found} | more


def error(code: int, message: str) -> Any:
    return reply({"error": {"code": code, "message": message, "details": []}})


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        pytest.param(400, "Unable to complete operation.", "refused: Unable to complete operation",
                     id="a query that it cannot do"),
        pytest.param(404, "Layer not found", "refused: Layer not found", id="a layer that moved"),
        pytest.param(498, "Invalid token.", "Invalid token.*asks for a token, so it is not open",
                     id="a token that is wrong"),
        pytest.param(499, "Token Required", "Token Required.*asks for a token, so it is not open",
                     id="a token that is missing"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_200_with_an_error_and_not_asked_again(
    council: Connector, httpserver: HTTPServer, code: int, message: str, told: str
):
    serve(httpserver, error(code, message))

    with pytest.raises(ForeignPayloadError, match=told):
        fetch_all(council, httpserver)

    assert len(asked_of(httpserver)) == 1


@pytest.mark.parametrize("code", [500, 503, 504])
def test_trouble_is_a_200_with_an_error_too_and_waited_out(
    council: Connector, httpserver: HTTPServer, code: int
):
    serve(httpserver, error(code, "Service not available"), reply(features(1)))

    assert len(fetch_all(council, httpserver).answers) == 1
    assert len(asked_of(httpserver)) == 2


def test_trouble_that_stays_is_told(council: Connector, httpserver: HTTPServer):
    serve(httpserver, error(503, "Service not available"))

    with pytest.raises(ForeignPayloadError, match=r"\(code 503\) \(asked 3 times\)"):
        fetch_all(council, httpserver)


def test_a_proxy_answers_with_a_page(council: Connector, httpserver: HTTPServer):
    page = "<html><head><title>504 Gateway Time-out</title></head></html>"
    serve(httpserver, reply(page, "text/html", 504), reply(features(1)))

    assert len(fetch_all(council, httpserver).answers) == 1


def test_a_page_of_a_proxy_with_200_is_no_answer(council: Connector, httpserver: HTTPServer):
    serve(httpserver, reply("<html>Please log in</html>", "text/html"))

    with pytest.raises(ForeignPayloadError, match=r"answered with markup \(text/html\)"):
        fetch_all(council, httpserver)


def test_a_retired_site_answers_403(council: Connector, httpserver: HTTPServer):
    serve(httpserver, reply("subscription canceled", "text/plain", 403))

    with pytest.raises(ConnectorError, match="HTTP 403: subscription canceled"):
        fetch_all(council, httpserver)


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param({"exceededTransferLimit": True}, id="at the top level"),
        pytest.param({"properties": {"exceededTransferLimit": True}}, id="under properties"),
    ],
)
def test_the_mark_of_a_cut_page_stands_in_two_places(
    council: Connector, httpserver: HTTPServer, cut: dict[str, Any]
):
    serve(httpserver, reply(features(2, **cut)), reply(features(1, first=2)))

    fetched = fetch_all(council, httpserver, page_size=2)

    assert [r.args["resultOffset"] for r in asked_of(httpserver)] == ["0", "2"]
    assert read(council, fetched).records.height == 3
    assert fetched.notes == []


def test_a_full_page_without_the_mark_may_be_cut_and_the_report_says_so(
    council: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply(features(2)))

    (note,) = fetch_all(council, httpserver, page_size=2).notes

    assert note.startswith("a page of /A/FeatureServer/0/query is exactly as long as was asked for")
    assert note.endswith("there may be more")


def test_pages_have_an_order_or_they_overlap(council: Connector, httpserver: HTTPServer):
    serve(httpserver, reply(features(1)))

    fetch_all(council, httpserver)

    assert asked_of(httpserver)[0].args["orderByFields"] == "OBJECTID"


def test_degrees_are_asked_for_whatever_the_grid_of_the_layer(
    council: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply(features(1)))

    records = read(council, fetch_all(council, httpserver)).records

    sent = asked_of(httpserver)[0].args
    assert (sent["outSR"], sent["inSR"], sent["f"]) == ("4326", "4326", "geojson")
    assert records.select("latitude", "longitude").rows() == [(55.95, -3.1)]


def test_metres_that_come_all_the_same_are_no_degrees(council: Connector, httpserver: HTTPServer):
    body = features(1)
    body["features"][0]["geometry"]["coordinates"] = [330210.0, 674292.0]
    serve(httpserver, reply(body))

    records = read(council, fetch_all(council, httpserver)).records

    assert records.select("latitude", "longitude").rows() == [(None, None)]


def test_nothing_there_is_an_answer(council: Connector, httpserver: HTTPServer):
    serve(httpserver, reply(features(0)))

    assert read(council, fetch_all(council, httpserver)).records.is_empty()


@pytest.mark.parametrize("missing", ["", " ", None])
def test_empty_texts_and_blanks_are_missing_values(
    council: Connector, httpserver: HTTPServer, missing: str | None
):
    body = features(1)
    body["features"][0]["properties"]["TELEPHONE"] = missing
    serve(httpserver, reply(body))

    assert read(council, fetch_all(council, httpserver)).records["phone"].to_list() == [None]


def test_another_layer_has_other_fields(council: Connector, httpserver: HTTPServer):
    body = features(1)
    body["features"][0]["properties"] = {"OBJECTID": 1, "TREE_SPECIES": "Elm"}
    serve(httpserver, reply(body))

    with pytest.raises(ForeignPayloadError, match="FACILITY_NAME: another layer"):
        fetch_all(council, httpserver)


def test_the_objectid_is_no_identity(council: Connector, httpserver: HTTPServer):
    """Every republication numbers the rows anew."""
    serve(httpserver, reply(features(1)))

    records = read(council, fetch_all(council, httpserver)).records

    assert records["source_record_id"].to_list() == [None]
    assert council.spec.identity.fingerprint == ("entity_name", "latitude", "longitude")


def test_an_outline_stands_at_a_point_of_its_own(council: Connector, httpserver: HTTPServer):
    body = features(1)
    square = [[-3.2, 55.9], [-3.0, 55.9], [-3.0, 56.0], [-3.2, 56.0], [-3.2, 55.9]]
    body["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [square]}
    serve(httpserver, reply(body))

    records = read(council, fetch_all(council, httpserver)).records

    assert records["latitude"][0] == pytest.approx(55.95)
    assert records["longitude"][0] == pytest.approx(-3.1)
