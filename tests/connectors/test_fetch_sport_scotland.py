"""WFS: one request per layer, pages until every match has come, the key in no record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.connectors.http import HIDDEN
from pipeline.connectors.registry import Connector
from tests.loopback import asked_of, fetch, question, reply, requests_of

CAPPED = "ext_spf:pub_spfp: the server tells of 9 features and sent 3"


def features(first: int, count: int, **envelope: Any) -> dict[str, Any]:
    """A page of authored facilities."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"id": f"pub_spfp.{first + n}", "properties": {"site_name": "Authored Park"}}
            for n in range(count)
        ],
        "numberReturned": count,
    } | envelope


def serve(server: HTTPServer, total: int, cap: int, matched: int | str) -> None:
    """A WFS with so many features that never sends more than `cap` at once."""

    def page(request: Request) -> Response:
        start, count = int(request.args["startIndex"]), int(request.args["count"])
        sent = max(0, min(count, cap, total - start))
        return reply(features(start, sent, numberMatched=matched))

    server.expect_request("/").respond_with_handler(page)


def test_each_layer_is_one_request_in_degrees(connectors: dict[str, Connector]):
    planned = requests_of(connectors["sport_scotland"], question())

    assert len(planned) == 11
    assert all(str(r.params["typeNames"]).startswith("ext_spf:pub_spf") for r in planned)
    # west, south, east, north, and the CRS: without it the box is read as metres
    assert planned[0].params == {
        "service": "WFS",
        "version": "2.0.0",
        "request": "GetFeature",
        "typeNames": "ext_spf:pub_spfat",
        "outputFormat": "application/json",
        "srsName": "EPSG:4326",
        "sortBy": "fid",
        "bbox": "-3.13,55.94,-3.09,55.96,EPSG:4326",
        "exceptions": "application/json",
    }
    assert planned[0].terms == ()


@pytest.mark.parametrize(
    ("total", "cap", "matched", "starts", "told"),
    [
        pytest.param(3, 99, 3, [0], [], id="one page that holds all"),
        pytest.param(4, 99, 4, [0, 2], [], id="a full last page"),
        pytest.param(5, 99, 5, [0, 2, 4], [], id="a short last page"),
        pytest.param(3, 1, 3, [0, 1, 2], [], id="a server that sends fewer than were asked for"),
        pytest.param(0, 99, 0, [0], [], id="nothing there"),
        pytest.param(
            3, 99, 9, [0, 2, 3], [CAPPED], id="fewer there than it says: an empty page ends it"
        ),
        pytest.param(3, 99, "unknown", [0, 2], [], id="no number: a short page ends it"),
    ],
)
def test_pages_are_asked_for_until_every_match_has_come(
    connectors: dict[str, Connector],
    httpserver: HTTPServer,
    total: int,
    cap: int,
    matched: int | str,
    starts: list[int],
    told: list[str],
):
    serve(httpserver, total, cap, matched)
    size = 3 if starts == [0] else 2
    request = requests_of(connectors["sport_scotland"], question())[7]

    answers, notes = fetch(connectors["sport_scotland"], httpserver, request, page_size=size)

    assert [int(r.args["startIndex"]) for r in asked_of(httpserver)] == starts
    ids = [f["id"] for a in answers for f in json.loads(a.body)["features"]]
    assert ids == [f"pub_spfp.{n}" for n in range(total)]
    assert notes == told


def test_the_page_limit_is_told(connectors: dict[str, Connector], httpserver: HTTPServer):
    serve(httpserver, total=5, cap=99, matched=5)
    request = requests_of(connectors["sport_scotland"], question())[0]

    answers, notes = fetch(
        connectors["sport_scotland"], httpserver, request, page_size=1, max_pages=2
    )

    assert len(answers) == 2
    assert notes == [
        "GetFeature was left after 2 pages, the most allowed (spec.yaml: api.max_pages)"
    ]


def test_the_key_is_sent_and_never_kept(connectors: dict[str, Connector], httpserver: HTTPServer):
    """GeoServer repeats the whole query, key and all, in the link to the next page."""
    link = httpserver.url_for("/?startIndex=1&authkey=11111111-2222-3333")
    httpserver.expect_request("/").respond_with_json(
        features(0, 1, numberMatched=1, links=[{"rel": "next", "href": link}])
    )
    request = requests_of(connectors["sport_scotland"], question())[0]

    answers, _ = fetch(connectors["sport_scotland"], httpserver, request, key="11111111-2222-3333")

    assert asked_of(httpserver)[0].args["authkey"] == "11111111-2222-3333"
    assert "authkey" not in answers[0].request
    assert b"11111111-2222-3333" not in answers[0].body
    assert json.loads(answers[0].body)["links"][0]["href"].endswith(f"&authkey={HIDDEN}")
