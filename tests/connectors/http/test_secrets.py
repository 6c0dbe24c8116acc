"""Keys are hidden in every form in which something may repeat them."""

from __future__ import annotations

import asyncio
import html
import json
import logging
from urllib.parse import quote, quote_plus

import pytest
from pytest_httpserver import HTTPServer

from pipeline.connectors.http import HIDDEN, Secrets, open_session
from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError
from tests.loopback import fetch_all, reply, serve

KEY = 'planted/"key"+of=mine&more 1'


def secrets(*keys: str | None) -> Secrets:
    found = Secrets()
    for key in keys:
        found.add(key)
    return found


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(KEY, id="as it is"),
        pytest.param(KEY.upper(), id="in capitals"),
        pytest.param(quote(KEY), id="in a path"),
        pytest.param(quote(KEY, safe="").lower(), id="in an address"),
        pytest.param(quote_plus(KEY), id="in a form"),
        pytest.param(json.dumps(KEY)[1:-1], id="in JSON"),
        pytest.param(json.dumps(KEY)[1:-1].replace("/", "\\/"), id="in JSON with slashes escaped"),
        pytest.param(html.escape(KEY), id="in markup"),
        pytest.param(repr(KEY.encode())[2:-1], id="in a log"),
    ],
)
def test_every_form_of_a_key_is_hidden(form: str):
    hiding = secrets(KEY)

    assert hiding.hide(f"<{form}>") == f"<{HIDDEN}>"
    assert hiding.hide_bytes(f"<{form}>".encode()) == f"<{HIDDEN}>".encode()


def test_of_two_keys_the_longer_one_is_hidden_whole():
    assert secrets("planted-key", "planted-key-2").hide("planted-key-2") == HIDDEN


@pytest.mark.parametrize("key", [None, "", "x", "short"])
def test_what_is_too_short_to_be_a_key_does_not_spoil_texts(key: str | None):
    assert secrets(key).hide("xylophones in short x") == "xylophones in short x"


def test_an_error_that_repeats_the_key_in_an_address_is_told_without_it(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    away = reply("", status=302)
    away.headers["Location"] = "https://planted-key-of-the-hub.example.org/?k=1"
    serve(httpserver, away)

    with pytest.raises(ConnectorError, match=f"redirects to https://{HIDDEN}"):
        fetch_all(connectors["sport_scotland"], httpserver)


def test_a_password_in_a_base_url_is_not_told(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    from pipeline.connectors.http.exchange import told_url

    assert told_url("http://me:secret@host:1/a@b?token=secret") == "http://host:1/a@b"


def test_the_library_s_own_log_tells_no_key(
    connectors: dict[str, Connector], httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
):
    """One logs whole addresses, the other the headers that came."""
    told = reply({"type": "FeatureCollection", "features": [], "numberMatched": 0})
    told.headers["X-You-Sent"] = "planted-key-of-the-hub"
    serve(httpserver, told)
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)

    fetch_all(connectors["sport_scotland"], httpserver)

    ours = [r.getMessage() for r in caplog.records if r.name.startswith("http")]
    assert any(f"authkey={HIDDEN}" in line for line in ours)
    assert any(f"X-You-Sent', b'{HIDDEN}'" in line for line in ours)
    assert not any("planted" in line for line in ours)


def test_the_filters_are_gone_after_the_run():
    async def run() -> int:
        async with open_session({}):
            return len(logging.getLogger("httpx").filters)

    assert asyncio.run(run()) == 1
    assert logging.getLogger("httpx").filters == []
