"""What the connectors of a run share: who asks, how it is stopped, what is told meanwhile."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline import __version__
from pipeline.connectors.events import FetchEvent
from pipeline.connectors.http import open_session
from pipeline.connectors.http.session import user_agent
from pipeline.connectors.registry import Connector
from pipeline.errors import SettingsError, StoppedError
from pipeline.orchestration.fetching import Fetched, fetch_answers
from tests.loopback import asked_of, limited, question, reply

NOTHING = {"type": "FeatureCollection", "features": [], "numberMatched": 0}


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        pytest.param("", "open data pipeline", id="none"),
        pytest.param(" ops@example.org ", "open data pipeline; ops@example.org", id="an address"),
    ],
)
def test_the_user_agent_says_who_asks(contact: str, told: str):
    assert user_agent({"SIGHTLINE_CONTACT": contact}) == f"sightline/{__version__} ({told})"


@pytest.mark.parametrize("contact", ["zoë@example.org", "a\r\nX-Evil: 1", "a\x00b"])
def test_a_contact_that_no_header_can_carry_is_refused(contact: str):
    with pytest.raises(SettingsError, match="SIGHTLINE_CONTACT is"):
        user_agent({"SIGHTLINE_CONTACT": contact})


def ask(
    connector: Connector, server: HTTPServer, fetched: Fetched, session_of: Any, stop: Any = None
) -> None:
    environ = {connector.spec.api.base_url_variable: server.url_for("")}

    async def run() -> None:
        stopping = asyncio.Event()
        async with open_session(environ, stopping=stopping, told=session_of) as session:
            if stop:
                asyncio.get_running_loop().call_later(stop, stopping.set)
            requests = connector.plan_requests(question(), {})
            await fetch_answers(connector, requests, session, environ, fetched)

    asyncio.run(run())


def nobody(_connector: str, _event: FetchEvent) -> None:
    pass


def test_stopping_lets_what_is_under_way_end_and_starts_nothing_new(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    def slow(_request: Request) -> Response:
        time.sleep(0.3)
        return reply(NOTHING)

    httpserver.expect_request("/").respond_with_handler(slow)
    fetched = Fetched()

    with pytest.raises(StoppedError, match="not asked: the run is being stopped"):
        ask(limited(connectors["sport_scotland"], concurrency=1), httpserver, fetched, nobody, 0.1)

    assert len(asked_of(httpserver)) == len(fetched.answers) == 1


def test_stopping_ends_a_pause_before_a_retry(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    busy = reply("busy", "text/plain", 429)
    busy.headers["Retry-After"] = "50"
    httpserver.expect_request("/").respond_with_response(busy)
    started = time.monotonic()

    with pytest.raises(StoppedError):
        ask(limited(connectors["openstreetmap"]), httpserver, Fetched(), nobody, 0.1)

    assert len(asked_of(httpserver)) == 1
    assert time.monotonic() - started < 40


def test_what_happens_is_told_as_it_happens(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    left = [reply("busy", "text/plain", 503), reply({"elements": []})]
    httpserver.expect_request("/").respond_with_handler(lambda _request: left.pop(0))
    events: list[tuple[str, str]] = []

    ask(
        limited(connectors["openstreetmap"]),
        httpserver,
        Fetched(),
        lambda name, event: events.append((name, event.kind)),
    )

    assert events == [
        ("openstreetmap", "asked"),
        ("openstreetmap", "waiting"),
        ("openstreetmap", "asked"),
        ("openstreetmap", "answered"),
    ]


def test_a_failure_is_told_too(connectors: dict[str, Connector], httpserver: HTTPServer):
    httpserver.expect_request("/").respond_with_data("no", status=404)
    events: list[FetchEvent] = []

    with pytest.raises(Exception, match="HTTP 404"):
        ask(
            limited(connectors["openstreetmap"]),
            httpserver,
            Fetched(),
            lambda _name, event: events.append(event),
        )

    assert [event.kind for event in events] == ["asked", "failed"]
    assert "HTTP 404: no" in events[-1].detail
