"""Asking again: only where the failure deserves it, and as the server wishes."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.connectors.http.retries import retry_after
from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError, ForeignPayloadError
from tests.loopback import asked_of, fetch_all, reply

GOOD = {"elements": []}


@pytest.fixture
def overpass(connectors: dict[str, Connector]) -> Connector:
    """A free source with one request, three attempts."""
    return connectors["openstreetmap"]


def serve(server: HTTPServer, answers: Sequence[Response]) -> None:
    """These answers in turn, the last one for ever."""
    left = list(answers)

    def answer(_request: Request) -> Response:
        return left.pop(0) if len(left) > 1 else left[0]

    server.expect_request("/").respond_with_handler(answer)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_trouble_that_passes_is_waited_out(
    overpass: Connector, httpserver: HTTPServer, status: int
):
    serve(httpserver, [reply("busy", "text/plain", status), reply(GOOD)])

    fetched = fetch_all(overpass, httpserver)

    assert len(fetched.answers) == 1
    assert len(asked_of(httpserver)) == fetched.calls == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_a_refusal_is_not_asked_again(overpass: Connector, httpserver: HTTPServer, status: int):
    serve(httpserver, [reply("no", "text/plain", status)])

    with pytest.raises(ConnectorError, match=f"HTTP {status}"):
        fetch_all(overpass, httpserver)

    assert len(asked_of(httpserver)) == 1


def test_asking_ends_after_the_attempts_of_the_spec(overpass: Connector, httpserver: HTTPServer):
    serve(httpserver, [reply("down", "text/plain", 503)])

    with pytest.raises(ConnectorError, match=r"HTTP 503: down \(asked 3 times\)$"):
        fetch_all(overpass, httpserver)

    assert len(asked_of(httpserver)) == overpass.spec.api.retry.attempts == 3


def test_nobody_there_is_tried_again(overpass: Connector, httpserver: HTTPServer):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        httpserver.port, port = free.getsockname()[1], httpserver.port
    try:
        with pytest.raises(ConnectorError, match=r"ConnectError: no answer .*\(asked 3 times\)"):
            fetch_all(overpass, httpserver)
    finally:
        httpserver.port = port


def hang(_request: Request) -> Response:
    time.sleep(0.5)
    return reply({"searchParameters": {}})


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        pytest.param("openstreetmap", 3, id="a free call is made again"),
        pytest.param("serper", 1, id="a paid one is not: it may have been billed"),
    ],
)
def test_silence(connectors: dict[str, Connector], source: str, asked: int):
    with HTTPServer(host="127.0.0.1", threaded=True) as silent:
        silent.expect_request(re.compile(".*")).respond_with_handler(hang)

        with pytest.raises(ConnectorError, match=r"no answer within 0\.1 s") as raised:
            fetch_all(connectors[source], silent, timeout_seconds=0.1)

    assert ("(asked 3 times)" in str(raised.value)) == (asked == 3)


@pytest.mark.parametrize("said", ["1", "0.5"])
def test_the_wait_that_the_server_asks_for_is_kept(
    overpass: Connector, httpserver: HTTPServer, said: str
):
    busy = reply("busy", "text/plain", 429)
    busy.headers["Retry-After"] = said
    serve(httpserver, [busy, reply(GOOD)])
    started = time.monotonic()

    fetch_all(overpass, httpserver)

    assert time.monotonic() - started >= float(said)


def test_a_wait_over_the_cap_is_a_failure_that_says_so(overpass: Connector, httpserver: HTTPServer):
    busy = reply("busy", "text/plain", 429)
    busy.headers["Retry-After"] = "3600"
    serve(httpserver, [busy])

    with pytest.raises(ConnectorError, match="asks to wait 3600 s, more than the 60 s allowed"):
        fetch_all(overpass, httpserver)

    assert len(asked_of(httpserver)) == 1


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT_NOON = format_datetime(NOON, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, None, id="not asked for"),
        pytest.param({"Retry-After": "7"}, 7, id="seconds"),
        pytest.param({"Retry-After": " 0 "}, 0, id="at once"),
        pytest.param({"Retry-After": format_datetime(NOON + timedelta(seconds=90), usegmt=True),
                      "Date": AT_NOON}, 90, id="a date, by the server's own clock"),
        pytest.param({"Retry-After": "Fri, 20 Nov 2026 11:00:00 GMT", "Date": AT_NOON}, 0,
                     id="a date that has passed"),
        pytest.param({"Retry-After": "soon"}, None, id="no time at all"),
        pytest.param({"Retry-After": "-5"}, None, id="before now"),
        pytest.param({"Retry-After": "inf"}, None, id="never"),
        pytest.param({"Retry-After": "9" * 30}, None, id="beyond all numbers"),
        pytest.param({"Retry-After": ""}, None, id="empty"),
    ],
)  # fmt: skip
def test_what_retry_after_says(headers: dict[str, str], seconds: float | None):
    assert retry_after(httpx.Response(429, headers=headers)) == seconds


@pytest.mark.parametrize(
    ("body", "content_type", "source", "path", "good"),
    [
        pytest.param("<html><p><strong>Error</strong>: Dispatcher_Client::request_read_and_idx"
                     "::rate_limited.</p></html>", "text/html", "openstreetmap", "/", GOOD,
                     id="a page of a busy dispatcher"),
        pytest.param({"error": {"code": 503, "message": "Service unavailable"}},
                     "application/json", "edinburgh_council", None,
                     {"type": "FeatureCollection", "features": []}, id="an error object"),
    ],
)  # fmt: skip
def test_passing_trouble_inside_a_200_is_waited_out(
    connectors: dict[str, Connector], httpserver: HTTPServer, body: Any, content_type: str,
    source: str, path: str | None, good: Any,
):  # fmt: skip
    connector = connectors[source]
    settings = connector.spec.settings | {"layers": ["A/FeatureServer/0"]}
    connector = Connector(connector.spec.model_copy(update={"settings": settings}))
    left = [reply(body, content_type), reply(good)]
    httpserver.expect_request(path or "/A/FeatureServer/0/query").respond_with_handler(
        lambda _request: left.pop(0)
    )

    fetched = fetch_all(connector, httpserver)

    assert len(fetched.answers) == 1
    assert left == []


def test_a_foreign_answer_is_refused_at_once(overpass: Connector, httpserver: HTTPServer):
    serve(httpserver, [reply({"features": []})])

    with pytest.raises(ForeignPayloadError, match="openstreetmap: interpreter: found keys"):
        fetch_all(overpass, httpserver)

    assert len(asked_of(httpserver)) == 1


def test_pauses_grow_and_are_random_but_bounded(overpass: Connector):
    from tenacity import Future, RetryCallState  # the loop itself, without a network

    from pipeline.connectors.http.retries import retrying

    async def pauses() -> list[list[float]]:
        policy = overpass.spec.api.retry  # 1 s at first, 30 s at most
        loop = retrying(policy, asyncio.sleep)
        told = []
        for attempt in (1, 2, 10):
            state = RetryCallState(loop, None, (), {})
            state.attempt_number = attempt
            state.outcome = Future.construct(attempt, ConnectorError("x"), has_exception=True)
            told.append([loop.wait(state) for _ in range(50)])
        return told

    first, second, late = asyncio.run(pauses())

    assert max(first) <= 1 < max(second) <= 2 < max(late) <= 30
    assert len(set(first)) > 1
