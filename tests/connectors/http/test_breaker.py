"""A source that only fails is left alone for the rest of the run."""

from __future__ import annotations

import re

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError
from pipeline.orchestration.fetching import Fetched
from tests.loopback import asked_of, fetch_all, reply

NOTHING = {"type": "FeatureCollection", "features": [], "numberMatched": 0}


@pytest.fixture
def hub(connectors: dict[str, Connector]) -> Connector:
    """A source with eleven requests."""
    return connectors["sport_scotland"]


def test_three_failures_in_a_row_end_the_asking(hub: Connector, httpserver: HTTPServer):
    httpserver.expect_request("/").respond_with_data("gone", status=404)

    with pytest.raises(ConnectorError) as raised:
        fetch_all(hub, httpserver, concurrency=1)

    assert str(raised.value) == (
        "sport_scotland: GetFeature: HTTP 404: gone; 3 of 11 requests failed, "
        "8 more were not asked after 3 failures in a row"
    )
    assert len(asked_of(httpserver)) == 3


def test_retries_of_one_request_are_one_failure(hub: Connector, httpserver: HTTPServer):
    httpserver.expect_request("/").respond_with_data("down", status=503)

    with pytest.raises(ConnectorError, match=r"\(asked 3 times\); 3 of 11 requests failed"):
        fetch_all(hub, httpserver, concurrency=1)

    assert len(asked_of(httpserver)) == 9


def test_a_refusal_that_holds_for_all_ends_the_asking_at_once(
    hub: Connector, httpserver: HTTPServer
):
    httpserver.expect_request("/").respond_with_data("no such key", status=403)

    with pytest.raises(ConnectorError) as raised:
        fetch_all(hub, httpserver, concurrency=1)

    assert "the authkey in SIGHTLINE_SPORT_SCOTLAND_KEY is missing or wrong" in str(raised.value)
    assert "10 more were not asked after a refusal that holds for every request" in str(
        raised.value
    )
    assert len(asked_of(httpserver)) == 1


def test_what_waits_to_be_asked_again_is_left_alone_too(hub: Connector, httpserver: HTTPServer):
    """The first layer is busy for a moment; meanwhile the second is told that the key is wrong."""

    def answer(request: Request) -> Response:
        if request.args["typeNames"] != "ext_spf:pub_spfat":
            return reply("no such key", "text/plain", 403)
        busy = reply("busy", "text/plain", 503)
        busy.headers["Retry-After"] = "0.3"
        return busy

    httpserver.expect_request("/").respond_with_handler(answer)

    with pytest.raises(ConnectorError, match="HTTP 503: busy; not asked again: not asked after"):
        fetch_all(hub, httpserver, concurrency=2)

    assert len(asked_of(httpserver)) == 2


def test_failures_that_others_come_between_do_not_end_it(hub: Connector, httpserver: HTTPServer):
    """Every second layer fails: six of eleven, never two in a row. The other five are kept."""
    layers = hub.spec.settings["layers"]

    def answer(request: Request) -> Response:
        number = layers.index(request.args["typeNames"].removeprefix("ext_spf:"))
        return reply(NOTHING) if number % 2 else reply("gone", "text/plain", 404)

    httpserver.expect_request("/").respond_with_handler(answer)
    fetched = Fetched()

    with pytest.raises(ConnectorError, match=r"HTTP 404: gone; 6 of 11 requests failed$"):
        fetch_all(hub, httpserver, fetched=fetched, concurrency=1)

    kept = [re.findall(r"ext_spf:(\w+)", answer.request)[0] for answer in fetched.answers]
    assert kept == layers[1::2]
