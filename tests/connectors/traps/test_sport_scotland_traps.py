"""The traps of the Spatial Hub's WFS, from the request to the records; bodies are authored."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError, ForeignPayloadError
from pipeline.orchestration.fetching import Fetched
from tests.loopback import asked_of, fetch_all, question, read, reply, serve

SITE = {"site_name": "Example Park", "facility_sub_type": "Pitch - Football"}


@pytest.fixture
def hub(connectors: dict[str, Connector]) -> Connector:
    """The register, asked for one layer."""
    spec = connectors["sport_scotland"].spec
    settings = spec.settings | {"layers": ["pub_spfp"]}
    return Connector(spec.model_copy(update={"settings": settings}))


def feature(number: int, geometry: Any = None, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": f"pub_spfp.{number}",
        "geometry": geometry or {"type": "Point", "coordinates": [-3.11932, 55.95656]},
        "properties": SITE | properties,
    }


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features),
            "numberMatched": len(features)} | more  # fmt: skip


EXCEPTION = """<?xml version="1.0"?><ows:ExceptionReport><ows:Exception>
<ows:ExceptionText>{}</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"""


def test_an_exception_is_markup_with_200_although_json_was_asked_for(
    hub: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply(EXCEPTION.format("Feature type unknown"), "application/xml"))

    with pytest.raises(ForeignPayloadError, match="an exception: Feature type unknown"):
        fetch_all(hub, httpserver)

    assert len(asked_of(httpserver)) == 1  # the same request would end the same way


def test_an_exception_may_be_json_too(hub: Connector, httpserver: HTTPServer):
    text = "Feature type unknown"
    serve(httpserver, reply({"version": "2.0.0", "exceptions": [{"code": "x", "text": text}]}))

    with pytest.raises(ForeignPayloadError, match=r"an exception: .*Feature type unknown"):
        fetch_all(hub, httpserver)


def test_an_exception_with_400_is_told_with_what_to_do(hub: Connector, httpserver: HTTPServer):
    text = "Cannot do natural order without a primary key, please add it or specify a manual sort"
    serve(httpserver, reply(EXCEPTION.format(text), "application/xml", 400))

    with pytest.raises(ConnectorError, match="a layer without primary key must be sorted"):
        fetch_all(hub, httpserver)


def test_a_wrong_key_is_a_403_even_for_a_count(hub: Connector, httpserver: HTTPServer):
    serve(httpserver, reply("Access Denied", "text/plain", 403))

    with pytest.raises(ConnectorError, match="the authkey in SIGHTLINE_SPORT_SCOTLAND_KEY"):
        fetch_all(hub, httpserver)

    assert len(asked_of(httpserver)) == 1


def test_septic_tanks_are_one_letter_away(hub: Connector, httpserver: HTTPServer):
    tanks = [{"type": "Feature", "id": "pub_sptk.1", "properties": {"source": "SEPA"}}]
    serve(httpserver, reply(collection(*tanks)))

    with pytest.raises(ForeignPayloadError, match="layer 'pub_sptk', expected a facility layer"):
        fetch_all(hub, httpserver)


def test_there_are_eleven_layers_not_one(connectors: dict[str, Connector], httpserver: HTTPServer):
    serve(httpserver, reply(collection()))

    fetch_all(connectors["sport_scotland"], httpserver)

    asked = {request.args["typeNames"] for request in asked_of(httpserver)}
    assert len(asked) == 11
    assert "ext_spf:pub_sptk" not in asked


def test_the_request_names_its_crs_and_its_order(hub: Connector, httpserver: HTTPServer):
    """A box without CRS is read in metres; paging a layer without primary key needs an order."""
    serve(httpserver, reply(collection()))

    fetch_all(hub, httpserver)

    sent = asked_of(httpserver)[0].args
    assert sent["bbox"].endswith(",EPSG:4326")
    assert sent["srsName"] == "EPSG:4326"
    assert sent["sortBy"] == "fid"
    assert "cql_filter" not in sent  # excludes a box


def test_a_cap_of_the_server_is_seen_by_what_it_says_matched(
    hub: Connector, httpserver: HTTPServer
):
    """Two features a page however many are asked for, and the end before the number told."""

    def page(request: Request) -> Response:
        start = int(request.args["startIndex"])
        sent = [feature(n) for n in range(start, min(start + 2, 3))]
        return reply(collection(*sent, numberMatched=5, numberReturned=len(sent)))

    httpserver.expect_request("/").respond_with_handler(page)

    fetched = fetch_all(hub, httpserver)

    assert [int(r.args["startIndex"]) for r in asked_of(httpserver)] == [0, 2, 3]
    assert fetched.notes == ["ext_spf:pub_spfp: the server tells of 5 features and sent 3"]


def test_a_number_matched_that_is_unknown_ends_with_a_short_page(
    hub: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply(collection(feature(1), numberMatched="unknown")))

    fetched = fetch_all(hub, httpserver)

    assert (len(fetched.answers), fetched.notes) == (1, [])


def test_one_layer_that_fails_costs_itself_alone(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    def answer(request: Request) -> Response:
        bad = request.args["typeNames"] == "ext_spf:pub_spfp"
        return reply("gone", "text/plain", 404) if bad else reply(collection())

    httpserver.expect_request("/").respond_with_handler(answer)
    fetched = Fetched()

    with pytest.raises(ConnectorError, match="1 of 11 requests failed"):
        fetch_all(connectors["sport_scotland"], httpserver, fetched=fetched)

    assert len(fetched.answers) == 10


@pytest.mark.parametrize(
    "geometry",
    [
        pytest.param({"type": "Point", "coordinates": [-3.11932, 55.95656]}, id="a point"),
        pytest.param({"type": "MultiPoint", "coordinates": [[-3.11932, 55.95656]]},
                     id="several points of which there is one"),
    ],
)  # fmt: skip
def test_longitude_comes_first_although_the_crs_says_otherwise(
    hub: Connector, httpserver: HTTPServer, geometry: Any
):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}}
    serve(httpserver, reply(collection(feature(1, geometry), crs=crs)))

    records = read(hub, fetch_all(hub, httpserver)).records

    assert records.select("latitude", "longitude").rows() == [(55.95656, -3.11932)]


def test_names_of_fields_drift_from_layer_to_layer(hub: Connector, httpserver: HTTPServer):
    drifted = feature(1)
    drifted["properties"] = {"site_name": "Example Hall", "fac_sub_type": "Sports Hall",
                             "x": 330210, "y": 674292}  # fmt: skip
    serve(httpserver, reply(collection(drifted)))

    records = read(hub, fetch_all(hub, httpserver)).records

    assert records["entity_name"].to_list() == ["Example Hall"]
    assert records["raw_categories"].to_list() == [["Sports Hall"]]


def test_a_row_is_a_facility_and_a_site_has_many(hub: Connector, httpserver: HTTPServer):
    serve(httpserver, reply(collection(*(feature(n) for n in range(6)))))

    assert read(hub, fetch_all(hub, httpserver)).records.height == 1


def test_the_number_of_a_row_is_no_identity(hub: Connector, httpserver: HTTPServer):
    """A new upload numbers all rows anew."""
    serve(httpserver, reply(collection(feature(1))), reply(collection(feature(999))))

    ids = [
        read(hub, fetch_all(hub, httpserver)).records["source_record_id"].to_list()
        for _ in range(2)
    ]

    assert ids[0] == ids[1]


def test_positions_are_no_better_than_a_hundred_metres(hub: Connector):
    assert hub.spec.position_accuracy_m == 100


def test_the_key_is_a_parameter_and_stands_in_no_request(hub: Connector, httpserver: HTTPServer):
    serve(httpserver, reply(collection()))

    fetched = fetch_all(hub, httpserver, asked=question())

    assert asked_of(httpserver)[0].args["authkey"]
    assert "authkey" not in fetched.answers[0].request
