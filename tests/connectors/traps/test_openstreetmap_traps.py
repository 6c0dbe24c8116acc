"""The traps of Overpass, from the request to the records; every body is authored."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError, ForeignPayloadError
from tests.loopback import asked_of, fetch_all, question, read, reply, serve

NODE = {"type": "node", "id": 1, "lat": 55.95, "lon": -3.1,
        "tags": {"name": "Example", "leisure": "pitch"}}  # fmt: skip


@pytest.fixture
def overpass(connectors: dict[str, Connector]) -> Connector:
    return connectors["openstreetmap"]


def elements(*found: Any, **more: Any) -> dict[str, Any]:
    return {"version": 0.6, "elements": list(found)} | more


def page(text: str) -> str:
    """The form of Overpass's error pages."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<html><body><p><strong style="color:#FF0000">'
        f"Error</strong>: {text} </p></body></html>"
    )


BUSY = [
    pytest.param("runtime error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::"
                 "request_read_and_idx::rate_limited. Please check /api/status", id="rate limit"),
    pytest.param("runtime error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::"
                 "request_read_and_idx::timeout. The server is probably too busy to handle your "
                 "request.", id="overload"),
    pytest.param("The dispatcher (i.e. the database management system) is turned off.",
                 id="turned off"),
]  # fmt: skip


@pytest.mark.parametrize("text", BUSY)
def test_a_mirror_says_with_200_and_html_that_it_is_busy(
    overpass: Connector, httpserver: HTTPServer, text: str
):
    serve(httpserver, reply(page(text), "text/html"), reply(elements(NODE)))

    assert len(fetch_all(overpass, httpserver).answers) == 1
    assert len(asked_of(httpserver)) == 2


@pytest.mark.parametrize("status", [429, 504])
@pytest.mark.parametrize("text", BUSY)
def test_the_main_server_says_it_with_its_status(
    overpass: Connector, httpserver: HTTPServer, text: str, status: int
):
    serve(httpserver, reply(page(text), "text/html", status), reply(elements(NODE)))

    assert len(fetch_all(overpass, httpserver).answers) == 1


@pytest.mark.parametrize(
    ("status", "advice"),
    [(429, "/api/status tells when one is free"), (504, "a mirror can be set with SIGHTLINE_")],
)
def test_a_server_that_stays_busy_is_told_with_what_to_do(
    overpass: Connector, httpserver: HTTPServer, status: int, advice: str
):
    serve(httpserver, reply(page("busy"), "text/html", status))

    with pytest.raises(ConnectorError) as raised:
        fetch_all(overpass, httpserver)

    assert advice in str(raised.value)
    assert "(asked 3 times)" in str(raised.value)


@pytest.mark.parametrize(
    "remark",
    [
        'runtime error: Query timed out in "query" at line 4 after 2 seconds.',
        'runtime error: Query ran out of memory in "query" at line 4. It would need at least 9 MB',
        "runtime error: Query run out of memory using about 9 MB of RAM.",
    ],
)
@pytest.mark.parametrize("found", [[], [NODE]], ids=["nothing", "a part"])
def test_an_unfinished_query_is_a_200_and_no_empty_area(
    overpass: Connector, httpserver: HTTPServer, remark: str, found: list[Any]
):
    serve(httpserver, reply(elements(*found, remark=remark)))

    with pytest.raises(ForeignPayloadError, match=r"did not finish: runtime error.*split the area"):
        fetch_all(overpass, httpserver)

    assert len(asked_of(httpserver)) == 1  # the same query would end the same way


def test_a_runtime_remark_is_a_warning(overpass: Connector, httpserver: HTTPServer):
    serve(httpserver, reply(elements(NODE, remark="runtime remark: something odd")))

    assert len(fetch_all(overpass, httpserver).answers) == 1


def test_a_syntax_error_is_a_400_in_markup_although_json_was_asked_for(
    overpass: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply(page("line 2: parse error: ';' expected"), "text/html", 400))

    with pytest.raises(ConnectorError) as raised:
        fetch_all(overpass, httpserver)

    told = "line 2: parse error: ';' expected; a selector of the lens is not valid Overpass QL"
    assert told in str(raised.value)
    assert len(asked_of(httpserver)) == 1


def test_json_that_is_labelled_as_a_page_is_not_parsed(overpass: Connector, httpserver: HTTPServer):
    serve(httpserver, reply(elements(NODE), "text/html"))

    with pytest.raises(ForeignPayloadError, match=r"answered with markup \(text/html\)"):
        fetch_all(overpass, httpserver)


def test_an_empty_area_is_an_answer(overpass: Connector, httpserver: HTTPServer):
    serve(httpserver, reply(elements()))

    assert read(overpass, fetch_all(overpass, httpserver)).records.is_empty()


def test_two_slots_per_address_mean_one_query_for_all_selectors(
    overpass: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply(elements(NODE)))
    selectors = {"selectors": ['["leisure"="pitch"]', '["club"="sport"]', '["sport"]']}
    planned = overpass.plan_requests(question(), selectors)

    fetch_all(overpass, httpserver, requests=planned)

    assert len(asked_of(httpserver)) == 1
    assert overpass.spec.api.requests_per_second == 1
    assert overpass.spec.api.concurrency == 2
    sent = asked_of(httpserver)[0].form["data"]
    assert sent.endswith('(nwr["leisure"="pitch"];nwr["club"="sport"];nwr["sport"];);out geom qt;')


def test_the_box_is_south_west_north_east_and_the_limits_are_declared(
    overpass: Connector, httpserver: HTTPServer
):
    """The server admits by what is declared, and a client that gives up sooner wastes a slot."""
    serve(httpserver, reply(elements()))

    fetch_all(overpass, httpserver)

    sent = asked_of(httpserver)[0].form["data"]
    assert sent.startswith(
        "[out:json][timeout:25][maxsize:67108864][bbox:55.94,-3.13,55.96,-3.09];"
    )
    assert overpass.spec.api.timeout_seconds > 25


def test_who_mapped_it_is_not_asked_for(overpass: Connector):
    """`out meta` adds names of people."""
    data = overpass.plan_requests(question(), {})[0].params["data"]

    assert data.endswith("out geom qt;")


def test_bare_geometry_nodes_are_no_venues(overpass: Connector, httpserver: HTTPServer):
    bare = [{"type": "node", "id": n, "lat": 55.95, "lon": -3.1} for n in range(2, 50)]
    serve(httpserver, reply(elements(NODE, *bare)))

    records = read(overpass, fetch_all(overpass, httpserver)).records

    assert records["source_record_id"].to_list() == ["node/1"]


def test_a_node_and_a_way_of_one_number_are_two_things(overpass: Connector, httpserver: HTTPServer):
    corners = [{"lat": 55.95, "lon": -3.1}, {"lat": 55.96, "lon": -3.1}]
    way = {"type": "way", "id": 1, "geometry": corners, "tags": NODE["tags"]}
    serve(httpserver, reply(elements(NODE, way)))

    records = read(overpass, fetch_all(overpass, httpserver)).records.sort("source_record_id")

    assert records["source_record_id"].to_list() == ["node/1", "way/1"]
    assert records["latitude"].null_count() == 0  # a way has no position of its own
