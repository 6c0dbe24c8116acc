"""Serper: one search in the right country, the key in a header."""

from __future__ import annotations

from pytest_httpserver import HTTPServer

from pipeline.connectors.registry import Connector
from tests.loopback import BOX, asked_of, fetch, question, requests_of


def test_one_search_in_great_britain(connectors: dict[str, Connector]):
    planned = requests_of(connectors["serper"], question("padel portobello", "padel"))

    assert [request.params for request in planned] == [
        {"q": "padel portobello", "gl": "gb", "hl": "en", "num": 10}
    ]
    assert (planned[0].area, planned[0].terms) == (BOX, ("padel",))


def test_the_search_is_posted_as_json_with_the_key_in_a_header(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    httpserver.expect_request("/search", method="POST").respond_with_json({"organic": []})
    request = requests_of(connectors["serper"], question())[0]

    answers, _ = fetch(connectors["serper"], httpserver, request, key="planted-key")

    sent = asked_of(httpserver)
    assert [r.get_json() for r in sent] == [
        {"q": "Powerleague Portobello", "gl": "gb", "hl": "en", "num": 10}
    ]
    assert sent[0].headers["X-API-KEY"] == "planted-key"
    assert len(answers) == 1
    assert "planted-key" not in answers[0].request
