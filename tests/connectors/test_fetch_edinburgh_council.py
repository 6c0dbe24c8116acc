"""ArcGIS: every layer in degrees, pages while the server says that it cut the answer."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pipeline.connectors.registry import Connector
from tests.loopback import asked_of, fetch, question, reply, requests_of


def page(count: int, **envelope: Any) -> dict[str, Any]:
    """An authored page of so many features."""
    feature = {"properties": {"FACILITY_NAME": "Authored Centre"}}
    return {"type": "FeatureCollection", "features": [feature] * count} | envelope


def serve(server: HTTPServer, *pages: dict[str, Any]) -> None:
    for body in pages:
        server.expect_ordered_request("/A/FeatureServer/0/query").respond_with_response(reply(body))


def offsets(server: HTTPServer) -> list[int]:
    return [int(request.args["resultOffset"]) for request in asked_of(server)]


def request_of(connector: Connector) -> Any:
    spec = connector.spec.model_copy(
        update={"settings": {**connector.spec.settings, "layers": ["A/FeatureServer/0"]}}
    )
    return requests_of(Connector(spec), question())[0]


def test_each_layer_is_one_request_in_degrees(connectors: dict[str, Connector]):
    connector = connectors["edinburgh_council"]

    planned = requests_of(connector, question())

    layers = connector.spec.settings["layers"]
    assert [request.path for request in planned] == [f"/{layer}/query" for layer in layers]
    assert planned[0].params == {
        "where": "1=1",
        "outFields": "*",
        "f": "geojson",
        "outSR": 4326,
        "geometry": "-3.13,55.94,-3.09,55.96",
        "geometryType": "esriGeometryEnvelope",
        "inSR": 4326,
        "spatialRel": "esriSpatialRelIntersects",
        "orderByFields": "OBJECTID",
    }


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param({"exceededTransferLimit": True}, id="at the top level"),
        pytest.param({"properties": {"exceededTransferLimit": True}}, id="under properties"),
    ],
)
def test_pages_go_on_while_the_answer_was_cut(
    connectors: dict[str, Connector], httpserver: HTTPServer, mark: dict[str, Any]
):
    serve(httpserver, page(2, **mark), page(2, **mark), page(1))
    connector = connectors["edinburgh_council"]

    answers, notes = fetch(connector, httpserver, request_of(connector), key=None, page_size=2)

    assert offsets(httpserver) == [0, 2, 4]
    assert {r.args["resultRecordCount"] for r in asked_of(httpserver)} == {"2"}
    assert len(answers) == 3
    assert notes == []


def test_a_server_that_sends_fewer_than_asked_for_loses_nothing(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    serve(httpserver, page(3, exceededTransferLimit=True), page(1))
    connector = connectors["edinburgh_council"]

    fetch(connector, httpserver, request_of(connector), key=None, page_size=1000)

    assert offsets(httpserver) == [0, 3]


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(page(2), id="no mark"),
        pytest.param(page(2, exceededTransferLimit=False), id="mark false"),
        pytest.param(page(0, exceededTransferLimit=True), id="mark true and nothing sent"),
    ],
)
def test_the_last_page_is_the_one_that_was_not_cut(
    connectors: dict[str, Connector], httpserver: HTTPServer, last: dict[str, Any]
):
    serve(httpserver, last)
    connector = connectors["edinburgh_council"]

    answers, _ = fetch(connector, httpserver, request_of(connector), key=None, page_size=2)

    assert len(answers) == len(asked_of(httpserver)) == 1


def test_the_page_limit_is_told(connectors: dict[str, Connector], httpserver: HTTPServer):
    serve(httpserver, *[page(1, exceededTransferLimit=True)] * 2)
    connector = connectors["edinburgh_council"]

    _, notes = fetch(
        connector, httpserver, request_of(connector), key=None, page_size=1, max_pages=2
    )

    assert notes == ["query was left after 2 pages, the most allowed (spec.yaml: api.max_pages)"]
