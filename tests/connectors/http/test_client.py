"""The one HTTP module: bounded, identified, its secrets hidden, its errors told."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline import __version__
from pipeline.connectors.http import HIDDEN, open_session
from pipeline.connectors.questions import Answer, SourceRequest
from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError
from pipeline.orchestration.fetching import Fetched, fetch_answers
from tests.loopback import BOX, asked_of, fetch, reply

KEY = "planted/key+1234"
SEARCH = SourceRequest("search", "/search", {"q": "padel"}, BOX)


@pytest.fixture
def serper(connectors: dict[str, Connector]) -> Connector:
    """The simplest connector: one POST, one answer."""
    return connectors["serper"]


def ask(serper: Connector, server: HTTPServer, **changes: object) -> list[Answer]:
    answers, _ = fetch(serper, server, SEARCH, key=KEY, **changes)  # type: ignore[arg-type]
    return answers


def test_we_say_who_we_are(serper: Connector, httpserver: HTTPServer):
    httpserver.expect_request("/search").respond_with_json({})

    ask(serper, httpserver)

    assert asked_of(httpserver)[0].headers["User-Agent"] == (
        f"sightline/{__version__} (open data pipeline)"
    )


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_an_error_status_is_told_with_the_start_of_its_body(
    serper: Connector, httpserver: HTTPServer, status: int
):
    httpserver.expect_request("/search").respond_with_data("Not\n today", status=status)

    with pytest.raises(ConnectorError) as told:
        ask(serper, httpserver, refusals=())

    asked = {429: " (asked 2 times)", 500: " (asked 2 times)", 503: " (asked 2 times)"}
    assert str(told.value) == f"serper: search: HTTP {status}: Not today{asked.get(status, '')}"


def test_an_error_page_is_told_without_its_markup(serper: Connector, httpserver: HTTPServer):
    """Authored on the form of Overpass's answer to a busy dispatcher."""
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<html lang="en"><head><title>Response</title>'
        '</head><body><p><strong style="color:#FF0000">Error</strong>: rate_limited. </p></body>'
    )
    httpserver.expect_request("/search").respond_with_data(page, status=429)

    with pytest.raises(ConnectorError, match=r"HTTP 429: Response Error : rate_limited\.;"):
        ask(serper, httpserver)


def test_an_error_commands_no_terminal(serper: Connector, httpserver: HTTPServer):
    """Escape sequences can rename a terminal's window, or write over what stands there."""
    odd = "\x1b[2J\x1b]0;mine\x07gone\x00 \u202eback\x9b"
    httpserver.expect_request("/search").respond_with_data(odd, status=400)

    with pytest.raises(ConnectorError) as told:
        ask(serper, httpserver, refusals=())

    assert str(told.value) == "serper: search: HTTP 400: [2J ]0;mine gone back"


def test_a_long_error_is_cut(serper: Connector, httpserver: HTTPServer):
    httpserver.expect_request("/search").respond_with_data("x" * 5_000, status=500)

    with pytest.raises(ConnectorError) as told:
        ask(serper, httpserver)

    assert str(told.value) == "serper: search: HTTP 500: " + "x" * 300 + " (asked 2 times)"


@pytest.mark.parametrize(
    "told_key",
    [
        pytest.param(KEY, id="as it is"),
        pytest.param("planted%2Fkey%2B1234", id="as part of an address"),
    ],
)
@pytest.mark.parametrize("distance", [0, 295])
def test_a_key_in_an_error_is_hidden_even_where_the_text_is_cut(
    serper: Connector, httpserver: HTTPServer, told_key: str, distance: int
):
    text = "x" * distance + told_key + " is not a key of ours"
    httpserver.expect_request("/search").respond_with_data(text, status=403)

    with pytest.raises(ConnectorError) as told:
        ask(serper, httpserver)

    assert "planted" not in str(told.value)
    assert "x" * distance + HIDDEN[:5] in str(told.value)


def test_a_key_in_an_answer_is_hidden(serper: Connector, httpserver: HTTPServer):
    httpserver.expect_request("/search").respond_with_data(f'{{"you sent": "{KEY}"}}')

    answers = ask(serper, httpserver)

    assert answers[0].body == f'{{"you sent": "{HIDDEN}"}}'.encode()


def test_a_placeholder_too_short_to_be_a_key_does_not_spoil_answers(
    serper: Connector, httpserver: HTTPServer
):
    httpserver.expect_request("/search").respond_with_data('{"title": "xylophones"}')

    answers, _ = fetch(serper, httpserver, SEARCH, key="x")

    assert answers[0].body == b'{"title": "xylophones"}'


def test_a_key_that_no_header_can_carry_is_not_told(serper: Connector, httpserver: HTTPServer):
    with pytest.raises(ConnectorError) as told:
        fetch(serper, httpserver, SEARCH, key="planted-kéy…")

    assert "SIGHTLINE_SERPER_KEY holds a character that cannot be sent" in str(told.value)
    assert "planted" not in str(told.value)
    assert asked_of(httpserver) == []


def test_silence_ends_in_time(serper: Connector, httpserver: HTTPServer):
    def sleep(_request: Request) -> Response:
        time.sleep(0.6)
        return reply({})

    httpserver.expect_request("/search").respond_with_handler(sleep)

    with pytest.raises(ConnectorError, match=r"search: no answer within 0\.2 s from http"):
        ask(serper, httpserver, timeout_seconds=0.2)


@contextmanager
def dripping_server() -> Iterator[str]:
    """Sends one byte every tenth of a second, for ten seconds; gives its address."""

    class Drip(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
            with suppress(OSError):  # the client has gone
                for _ in range(100):
                    self.wfile.write(b" ")
                    time.sleep(0.1)

    with ThreadingTCPServer(("127.0.0.1", 0), Drip) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_drip_that_never_stops_ends_in_time(serper: Connector, httpserver: HTTPServer):
    """Each piece comes in time; their sum does not."""
    with (
        dripping_server() as base_url,
        pytest.raises(ConnectorError, match=r"no answer within 0\.5 s"),
    ):
        ask(serper, httpserver, base_url=base_url, timeout_seconds=0.5)


def test_nobody_there_is_told(serper: Connector, httpserver: HTTPServer):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{free.getsockname()[1]}"

    with pytest.raises(ConnectorError, match=f"ConnectError: no answer from {base_url}"):
        ask(serper, httpserver, base_url=base_url)


@pytest.mark.parametrize("base_url", ["api.example", "http://[::1", "http://api.example:port"])
def test_a_base_url_that_is_none_is_told(serper: Connector, httpserver: HTTPServer, base_url: str):
    with pytest.raises(ConnectorError) as told:
        ask(serper, httpserver, base_url=base_url)

    assert f"no answer from {base_url}" in str(told.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_port_that_is_none_is_told_and_costs_nothing(serper: Connector, host: str):
    found = Fetched()
    environ = {"SIGHTLINE_SERPER_URL": f"http://{host}:99999", "SIGHTLINE_SERPER_KEY": KEY}

    async def ask_nobody() -> None:
        async with open_session(environ) as session:
            await fetch_answers(serper, [SEARCH], session, environ, found)

    with pytest.raises(ConnectorError, match=f"search: no connection can be made to .*{host}"):
        asyncio.run(ask_nobody())
    assert found.cost == 0


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_over_the_cap_is_refused(serper: Connector, httpserver: HTTPServer, packed: bool):
    """The cap counts unpacked bytes: a small answer may unfold without bound."""
    body = b" " * (1024 * 1024 + 1)
    answer = Response(gzip.compress(body) if packed else body)
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    httpserver.expect_request("/search").respond_with_response(answer)

    with pytest.raises(ConnectorError, match="serper: search: more than 1 MB, the largest answer"):
        ask(serper, httpserver, max_response_mb=1)


def test_an_answer_at_the_cap_is_taken(serper: Connector, httpserver: HTTPServer):
    httpserver.expect_request("/search").respond_with_data(b" " * 1024 * 1024)

    answers = ask(serper, httpserver, max_response_mb=1)

    assert len(answers[0].body) == 1024 * 1024


def test_the_content_type_is_kept_without_its_parameters(serper: Connector, httpserver: HTTPServer):
    httpserver.expect_request("/search").respond_with_data(
        "{}", content_type="application/json; charset=utf-8"
    )

    assert [answer.content_type for answer in ask(serper, httpserver)] == ["application/json"]


def test_a_redirect_within_the_host_is_followed(serper: Connector, httpserver: HTTPServer):
    httpserver.expect_request("/search").respond_with_data(
        status=307, headers={"Location": "/v2/search"}
    )
    httpserver.expect_request("/v2/search", method="POST").respond_with_json({"organic": []})

    answers = ask(serper, httpserver)

    assert [answer.status for answer in answers] == [200]
    assert asked_of(httpserver)[1].get_json() == {"q": "padel"}


def test_a_redirect_to_another_host_never_gets_the_key(serper: Connector, httpserver: HTTPServer):
    with HTTPServer(host="127.0.0.1") as stranger:
        stranger.expect_request("/search").respond_with_json({"organic": []})
        httpserver.expect_request("/search").respond_with_data(
            status=307, headers={"Location": stranger.url_for("/search")}
        )

        with pytest.raises(ConnectorError, match=r"redirects to http://127\.0\.0\.1, which is not"):
            ask(serper, httpserver)

        assert asked_of(stranger) == []


def test_redirects_without_end_are_told(serper: Connector, httpserver: HTTPServer):
    httpserver.expect_request("/search").respond_with_data(
        status=307, headers={"Location": "/search"}
    )

    with pytest.raises(ConnectorError, match="search: TooManyRedirects"):
        ask(serper, httpserver)
