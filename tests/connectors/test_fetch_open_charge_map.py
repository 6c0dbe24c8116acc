"""Open Charge Map: a full page may mean more, and only ids lead on."""

from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer

from pipeline.connectors.registry import Connector
from tests.loopback import asked_of, fetch, question, reply, requests_of

REPEATED = (
    "exactly 2 rows came, then the same again: truncation is never told, and there may be more"
)


def serve(server: HTTPServer, *pages: list[int]) -> None:
    """Authored points of interest with these ids."""
    for ids in pages:
        body = [{"ID": number, "AddressInfo": {}} for number in ids]
        server.expect_ordered_request("/poi").respond_with_response(reply(body))


def test_the_area_is_asked_for_in_order_of_ids(connectors: dict[str, Connector]):
    planned = requests_of(connectors["open_charge_map"], question("ev charging", "ev"))

    assert [request.params for request in planned] == [
        {
            "output": "json",
            "countrycode": "GB",
            "boundingbox": "(55.94,-3.13),(55.96,-3.09)",
            "maxresults": 500,
            "sortby": "id_asc",
            "compact": "false",
            "verbose": "true",
            "includecomments": "false",  # comments carry people's names
        }
    ]
    assert planned[0].terms == ()


@pytest.mark.parametrize(
    ("pages", "after", "told"),
    [
        pytest.param([[4]], [None], [], id="a short page is the last"),
        pytest.param([[4, 9], [12]], [None, "9"], [], id="a full page leads on from its last id"),
        pytest.param([[4, 9], []], [None, "9"], [], id="a full page that was the last"),
        pytest.param(
            [[4, 9], [4, 9]], [None, "9"], [REPEATED], id="the same page again is the end"
        ),
    ],
)
def test_pages_lead_on_by_id(
    connectors: dict[str, Connector],
    httpserver: HTTPServer,
    pages: list[list[int]],
    after: list[str | None],
    told: list[str],
):
    serve(httpserver, *pages)
    request = requests_of(connectors["open_charge_map"], question())[0]

    answers, notes = fetch(connectors["open_charge_map"], httpserver, request, page_size=2)

    assert [r.args.get("greaterthanid") for r in asked_of(httpserver)] == after
    assert len(answers) == len(pages)
    assert notes == told


def test_a_refusal_in_plain_text_ends_the_paging(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    httpserver.expect_request("/poi").respond_with_data("Invalid API key.")
    request = requests_of(connectors["open_charge_map"], question())[0]

    answers, _ = fetch(connectors["open_charge_map"], httpserver, request)

    assert [answer.body for answer in answers] == [b"Invalid API key."]


def test_the_key_is_a_header(connectors: dict[str, Connector], httpserver: HTTPServer):
    serve(httpserver, [])
    request = requests_of(connectors["open_charge_map"], question())[0]

    answers, _ = fetch(connectors["open_charge_map"], httpserver, request, key="planted-key")

    sent = asked_of(httpserver)[0]
    assert sent.headers["X-API-Key"] == "planted-key"
    assert "planted-key" not in sent.url
    assert "planted-key" not in answers[0].request


def test_the_page_limit_is_told(connectors: dict[str, Connector], httpserver: HTTPServer):
    serve(httpserver, [1], [2])
    request = requests_of(connectors["open_charge_map"], question())[0]

    _, notes = fetch(connectors["open_charge_map"], httpserver, request, page_size=1, max_pages=2)

    assert notes == ["poi was left after 2 pages, the most allowed (spec.yaml: api.max_pages)"]
