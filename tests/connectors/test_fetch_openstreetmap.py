"""Overpass: one form for the union of all selectors, one answer."""

from __future__ import annotations

import json

from pytest_httpserver import HTTPServer

from pipeline.connectors.registry import Connector
from tests.loopback import BOX, asked_of, fetch, question, requests_of

SELECTORS = ['["leisure"="pitch"]["sport"~"padel"]', '["club"="sport"]']


def test_the_selectors_of_the_lens_are_one_bounded_query(connectors: dict[str, Connector]):
    planned = requests_of(connectors["openstreetmap"], question(), selectors=SELECTORS)

    # south, west, north, east; the server's own limits stand in the query
    head = "[out:json][timeout:25][maxsize:67108864][bbox:55.94,-3.13,55.96,-3.09];"
    assert [request.params for request in planned] == [
        {
            "data": f'{head}(nwr["leisure"="pitch"]["sport"~"padel"];nwr["club"="sport"];);'
            "out geom qt;"
        }
    ]
    assert {request.endpoint for request in planned} == {"interpreter"}


def test_words_are_not_asked_for_so_the_answer_holds_all_of_the_area(
    connectors: dict[str, Connector],
):
    planned = requests_of(connectors["openstreetmap"], question("padel", "padel"))

    assert [(request.area, request.terms) for request in planned] == [(BOX, ())]
    assert 'nwr["name"];' in planned[0].params["data"]


def test_the_query_is_posted_as_a_form_and_has_one_answer(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    httpserver.expect_request("/", method="POST").respond_with_json({"elements": []})
    request = requests_of(connectors["openstreetmap"], question())[0]

    answers, _ = fetch(connectors["openstreetmap"], httpserver, request, key=None)

    asked = asked_of(httpserver)
    assert [dict(r.form) for r in asked] == [dict(request.params)]
    assert asked[0].mimetype == "application/x-www-form-urlencoded"
    assert [json.loads(answer.body) for answer in answers] == [{"elements": []}]
    assert (answers[0].status, answers[0].content_type) == (200, "application/json")
    assert answers[0].request == request.canonical
