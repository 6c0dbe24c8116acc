"""Answers from the network: in order whatever the timing, within bounds, never lost."""

from __future__ import annotations

import asyncio
import random
import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.connectors.http import open_session
from pipeline.connectors.purse import Purse
from pipeline.connectors.questions import SourceRequest
from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError, ForeignPayloadError
from pipeline.orchestration.fetching import Fetched, fetch_answers
from tests.loopback import BOX, asked_of, fetch_all, limited, question, reply


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """Answers several requests at a time."""
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


def layer_of(text: str) -> str:
    return re.findall(r"ext_spf:(\w+)", text)[0]


def page(request: Request, total: int) -> Response:
    """One feature a page, of so many."""
    start = int(request.args["startIndex"])
    found = [{"id": f"pub_spfp.{start}", "properties": {"site_name": "Authored"}}]
    return reply({"type": "FeatureCollection", "features": found if start < total else [],
                  "numberMatched": total})  # fmt: skip


def test_answers_keep_the_order_of_the_requests_whatever_the_timing(
    connectors: dict[str, Connector], server: HTTPServer
):
    chance = random.Random(7)
    delays = {
        layer: chance.uniform(0, 0.05)
        for layer in connectors["sport_scotland"].spec.settings["layers"]
    }

    def slow(request: Request) -> Response:
        layer = layer_of(request.args["typeNames"])
        time.sleep(delays[layer])
        return page(request, 2 if layer in {"pub_spfat", "pub_spfp"} else 1)

    server.expect_request("/").respond_with_handler(slow)

    fetched = fetch_all(connectors["sport_scotland"], server, page_size=1, concurrency=11)

    layers = connectors["sport_scotland"].spec.settings["layers"]
    expected = [
        x for layer in layers for x in [layer] * (2 if layer in {"pub_spfat", "pub_spfp"} else 1)
    ]
    assert [layer_of(answer.request) for answer in fetched.answers] == expected
    assert fetched.calls == 13


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_requests_are_under_way_than_allowed(
    connectors: dict[str, Connector], server: HTTPServer, concurrency: int
):
    under_way, most, lock = 0, 0, threading.Lock()

    def count(request: Request) -> Response:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.05)
        with lock:
            under_way -= 1
        return page(request, 1)

    server.expect_request("/").respond_with_handler(count)

    fetch_all(connectors["sport_scotland"], server, concurrency=concurrency)

    assert most == concurrency


@pytest.mark.parametrize("limit", [0, 1, 4, 11, 13, 16, 33, 34])
def test_the_lens_bounds_the_calls_exactly_and_alike_in_every_order(
    connectors: dict[str, Connector], server: HTTPServer, limit: int
):
    """Eleven layers of three pages each: the first page of every layer comes before any second."""
    server.expect_request("/").respond_with_handler(lambda request: page(request, 3))
    fetched = Fetched(Purse(most_calls=limit))

    fetch_all(connectors["sport_scotland"], server, fetched=fetched, page_size=1)

    assert len(asked_of(server)) == fetched.calls == min(limit, 33)
    full, rest = divmod(min(limit, 33), 11)
    assert [len(pages) for pages in fetched.pages] == [full + (n < rest) for n in range(11)]
    assert fetched.notes == ([f"stopped at the lens's {limit} calls"] if limit < 33 else [])


def test_a_limit_that_is_just_enough_is_no_stop(
    connectors: dict[str, Connector], server: HTTPServer
):
    server.expect_request("/search").respond_with_json({"searchParameters": {}, "credits": 1})
    fetched = Fetched(Purse(most_calls=1))

    fetch_all(connectors["serper"], server, fetched=fetched)

    assert (len(fetched.answers), fetched.notes) == (1, [])


@pytest.mark.parametrize(
    ("told", "cost"),
    [
        pytest.param({"credits": 1}, "0.001", id="one credit"),
        pytest.param({"credits": 2}, "0.002", id="two credits"),
        pytest.param({"credits": 0}, "0", id="free of charge"),
        pytest.param({}, "0.002", id="not told: the worst case"),
        pytest.param({"credits": "many"}, "0.002", id="no number: the worst case"),
        pytest.param({"credits": -5}, "0.002", id="below nothing: the worst case"),
        pytest.param({"credits": True}, "0.002", id="no count: the worst case"),
    ],
)
def test_the_cost_is_what_the_answer_says(
    connectors: dict[str, Connector], httpserver: HTTPServer, told: dict[str, Any], cost: str
):
    httpserver.expect_request("/search").respond_with_json({"searchParameters": {}} | told)

    assert fetch_all(connectors["serper"], httpserver).cost == Decimal(cost)


def test_the_cost_is_what_the_spec_says_where_no_answer_tells(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    pages = [{"places": [{"id": "a"}], "nextPageToken": "t"}, {"places": [{"id": "b"}]}]
    httpserver.expect_request("/places:searchText").respond_with_handler(
        lambda _request: reply(pages.pop(0))
    )

    assert fetch_all(connectors["google_places"], httpserver).cost == Decimal("0.070")


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
def test_what_is_refused_costs_nothing(
    connectors: dict[str, Connector], httpserver: HTTPServer, status: int
):
    httpserver.expect_request("/search").respond_with_data("no", status=status)
    fetched = Fetched(Purse(Decimal("0.002")))

    with pytest.raises(ConnectorError):
        fetch_all(connectors["serper"], httpserver, fetched=fetched)

    assert fetched.cost == 0
    assert fetched.calls == len(asked_of(httpserver))


def test_an_answer_that_cannot_be_used_was_paid_for(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    httpserver.expect_request("/search").respond_with_data("<html>hello</html>")
    fetched = Fetched()

    with pytest.raises(ForeignPayloadError):
        fetch_all(connectors["serper"], httpserver, fetched=fetched)

    assert fetched.cost == Decimal("0.002")


def test_a_call_without_answer_counts_at_its_worst(
    connectors: dict[str, Connector], server: HTTPServer
):
    def hang(_request: Request) -> Response:
        time.sleep(0.4)
        return reply({})

    server.expect_request("/search").respond_with_handler(hang)
    fetched = Fetched(Purse(Decimal("0.002")))

    with pytest.raises(ConnectorError, match="no answer within"):
        fetch_all(connectors["serper"], server, fetched=fetched, timeout_seconds=0.1)

    assert fetched.cost == Decimal("0.002")


def test_a_request_that_found_nobody_costs_nothing(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    serper = limited(connectors["serper"])
    fetched = Fetched(Purse(Decimal("0.002")))
    environ = {"SIGHTLINE_SERPER_URL": "http://127.0.0.1:1"}

    async def ask() -> None:
        async with open_session(environ) as session:
            requests = serper.plan_requests(question(), {})
            await fetch_answers(serper, requests, session, environ, fetched)

    with pytest.raises(ConnectorError, match=r"ConnectError.*\(asked 2 times\)"):
        asyncio.run(ask())

    assert (fetched.cost, fetched.calls) == (0, 2)


def test_a_retry_that_the_purse_cannot_bear_is_not_made(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    httpserver.expect_request("/search").respond_with_data("down", status=503)
    fetched = Fetched(Purse(Decimal("0.002"), most_calls=1))

    with pytest.raises(
        ConnectorError, match="HTTP 503: down; not asked again: stopped at the lens's 1 calls"
    ):
        fetch_all(connectors["serper"], httpserver, fetched=fetched)

    assert len(asked_of(httpserver)) == 1


@given(
    fates=st.lists(st.sampled_from(["1", "2", "lost", "429", "500", "400", "junk"]), max_size=30),
    cents=st.integers(0, 12),
    most_calls=st.none() | st.integers(0, 8),
    requests=st.integers(1, 6),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_budget_is_never_exceeded(
    connectors: dict[str, Connector],
    server: HTTPServer,
    fates: list[str],
    cents: int,
    most_calls: int | None,
    requests: int,
):
    """Parallel searches against a server that bills, fails, answers junk or hangs up."""
    billed, arrived, left, lock = 0, 0, list(fates), threading.Lock()

    def bill(_request: Request) -> Response:
        nonlocal billed, arrived
        with lock:
            fate = left.pop() if left else "1"
            arrived += 1
            billed += {"1": 1, "2": 2, "lost": 2, "junk": 2}.get(fate, 0)
        if fate.isdigit() and int(fate) >= 400:
            return reply("no", "text/plain", int(fate))
        if fate == "lost":
            torn = Response("{", content_type="application/json")
            torn.headers["Content-Length"] = "999"  # more is announced than comes
            return torn
        return reply("<p>" if fate == "junk" else {"searchParameters": {}, "credits": int(fate)})

    server.clear()
    server.expect_request("/search").respond_with_handler(bill)
    budget = Decimal(cents) / 1000  # a credit is a tenth of a cent
    fetched = Fetched(Purse(budget, most_calls))
    planned = [
        SourceRequest("search", "/search", {"q": str(n), "num": 10}, BOX) for n in range(requests)
    ]

    with suppress(ConnectorError, ForeignPayloadError):
        fetch_all(connectors["serper"], server, requests=planned, fetched=fetched,
                  timeout_seconds=5, breaker=99)  # fmt: skip

    assert Decimal(billed) / 1000 <= fetched.cost <= budget
    assert arrived == fetched.calls
    assert most_calls is None or arrived <= most_calls


def test_pages_that_came_before_a_failure_are_kept(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    pages = [
        reply({"places": [{"id": "a"}], "nextPageToken": "1"}),
        reply({"places": [{"id": "b"}], "nextPageToken": "2"}),
        reply("gone", "text/plain", 404),
    ]
    httpserver.expect_request("/places:searchText").respond_with_handler(
        lambda _request: pages.pop(0)
    )
    fetched = Fetched()

    with pytest.raises(ConnectorError, match=r"google_places: searchText: HTTP 404: gone$"):
        fetch_all(connectors["google_places"], httpserver, fetched=fetched)

    assert [b'"a"' in answer.body for answer in fetched.answers] == [True, False]
    assert fetched.cost == Decimal("0.070")


def test_a_mistake_in_a_connector_is_told_and_loses_nothing(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    """A request that its fetch.py cannot send, beside one that it can."""
    httpserver.expect_request("/places:searchText").respond_with_json({})
    (good,) = connectors["google_places"].plan_requests(question(), {})
    bad = SourceRequest("searchText", "/places:searchText", {"textQuery": "x"}, BOX)
    fetched = Fetched()

    with pytest.raises(ConnectorError, match=r"google_places: KeyError\('fieldMask'\); 1 of 2"):
        fetch_all(connectors["google_places"], httpserver, requests=[bad, good], fetched=fetched)

    assert [len(pages) for pages in fetched.pages] == [0, 1]


def test_an_answer_that_cost_more_than_its_worst_case_is_told(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    httpserver.expect_request("/search").respond_with_json({"searchParameters": {}, "credits": 5})

    fetched = fetch_all(connectors["serper"], httpserver)

    assert fetched.cost == Decimal("0.005")
    assert fetched.notes == ["a call cost $0.005, more than the $0.002 that spec.yaml states"]


def test_pages_that_came_before_it_was_cancelled_are_kept_and_paid_for(
    connectors: dict[str, Connector], server: HTTPServer
):
    """The call that was under way may be billed: it counts at its worst."""
    came = threading.Event()

    def answer(request: Request) -> Response:
        if "pageToken" not in request.get_json():
            return reply({"places": [{"id": "a"}], "nextPageToken": "1"})
        came.set()
        time.sleep(0.5)
        return reply({"places": [{"id": "b"}]})

    server.expect_request("/places:searchText").respond_with_handler(answer)
    connector = limited(connectors["google_places"])
    environ = {"SIGHTLINE_GOOGLE_PLACES_URL": server.url_for("")}
    fetched = Fetched()

    async def cancel() -> None:
        async with open_session(environ) as session:
            requests = connector.plan_requests(question(), {})
            asking = asyncio.create_task(
                fetch_answers(connector, requests, session, environ, fetched)
            )
            await asyncio.to_thread(came.wait, 10)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            assert asking.cancelled()

    asyncio.run(cancel())

    assert [b'"a"' in answer.body for answer in fetched.answers] == [True]
    assert fetched.cost == Decimal("0.070")
