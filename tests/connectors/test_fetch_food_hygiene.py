"""The hygiene register: a small area whole, a wide one by name, pages by number."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pipeline.connectors.questions import Question
from pipeline.connectors.registry import Connector
from pipeline.values import BoundingBox
from tests.loopback import asked_of, fetch, question, reply, requests_of

CITY = BoundingBox(55.883, -3.45, 56.005, -3.077)


def serve(server: HTTPServer, *pages: tuple[int, Any]) -> None:
    """Authored pages of so many establishments and this `meta`."""
    for count, meta in pages:
        items = [{"FHRSID": n, "BusinessName": "x"} for n in range(count)]
        body = {"establishments": items, "meta": meta}
        server.expect_ordered_request("/Establishments").respond_with_response(reply(body))


def test_a_small_area_is_asked_for_whole(connectors: dict[str, Connector]):
    (planned,) = requests_of(connectors["food_hygiene"], question())

    assert planned.params == {
        "latitude": "55.950000",
        "longitude": "-3.110000",
        "maxDistanceLimit": 2,  # miles; the corners are 1.67 km from the centre
    }
    assert planned.terms == ()


def test_a_whole_city_is_asked_for_by_name(connectors: dict[str, Connector]):
    asked = Question("grange club edinburgh", ("grange", "club"), CITY)

    (planned,) = requests_of(connectors["food_hygiene"], asked)

    assert planned.params["name"] == "grange club"
    assert planned.params["maxDistanceLimit"] == 9
    assert planned.terms == ("grange", "club")


def test_without_a_word_even_a_city_is_asked_for_whole(connectors: dict[str, Connector]):
    (planned,) = requests_of(connectors["food_hygiene"], Question("edinburgh", (), CITY))

    assert "name" not in planned.params
    assert planned.terms == ()


@pytest.mark.parametrize(
    ("pages", "asked"),
    [
        pytest.param([(2, {"totalPages": 1})], ["1"], id="one page, though it is full"),
        pytest.param([(2, {"totalPages": 2}), (1, {"totalPages": 2})], ["1", "2"], id="two"),
        pytest.param([(2, {"totalPages": 9}), (0, {"totalPages": 9})], ["1", "2"],
                     id="an empty page is the last, whatever is counted"),
        pytest.param([(2, None), (1, None)], ["1", "2"], id="a short page, where nothing counts"),
        pytest.param([(0, {"totalPages": 0})], ["1"], id="nothing at all"),
    ],
)  # fmt: skip
def test_pages_come_by_number(
    connectors: dict[str, Connector],
    httpserver: HTTPServer,
    pages: list[tuple[int, Any]],
    asked: list[str],
):
    serve(httpserver, *pages)
    (request,) = requests_of(connectors["food_hygiene"], question())

    answers, notes = fetch(connectors["food_hygiene"], httpserver, request, page_size=2)

    sent = asked_of(httpserver)
    assert [r.args["pageNumber"] for r in sent] == asked
    assert {r.args["pageSize"] for r in sent} == {"2"}
    assert len(answers) == len(asked)
    assert notes == []


def test_the_version_is_a_header_and_no_key_is_sent(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    serve(httpserver, (0, {}))
    (request,) = requests_of(connectors["food_hygiene"], question())

    fetch(connectors["food_hygiene"], httpserver, request, key=None)

    (sent,) = asked_of(httpserver)
    assert sent.headers["x-api-version"] == "2"  # without it, the API answers 404
    assert sent.headers["Accept"] == "application/json"


def test_the_page_limit_is_told(connectors: dict[str, Connector], httpserver: HTTPServer):
    serve(httpserver, (1, {"totalPages": 9}), (1, {"totalPages": 9}))
    (request,) = requests_of(connectors["food_hygiene"], question())

    _, notes = fetch(connectors["food_hygiene"], httpserver, request, page_size=1, max_pages=2)

    assert notes == [
        "Establishments was left after 2 pages, the most allowed (spec.yaml: api.max_pages)"
    ]
