"""Hosts are asked no faster than they allow."""

from __future__ import annotations

import asyncio
import time

import pytest
from pytest_httpserver import HTTPServer

from pipeline.connectors.http import open_session
from pipeline.connectors.http.pace import Pace
from pipeline.connectors.registry import Connector
from tests.loopback import fetch_all, question


def starts(pace: Pace, gaps: list[float]) -> list[float]:
    """When each of so many concurrent requests may go, in seconds from now."""

    async def all_at_once() -> list[float]:
        started = time.monotonic()

        async def one(gap: float) -> float:
            await pace.wait(gap)
            return time.monotonic() - started

        return list(await asyncio.gather(*map(one, gaps)))

    return asyncio.run(all_at_once())


def test_requests_keep_the_pace_of_the_spec():
    first, second, third = starts(Pace(), [0.05, 0.05, 0.05])

    assert first < second < third
    assert second >= 0.05
    assert third >= 0.10


def test_a_wait_that_the_host_asked_for_holds_up_everybody():
    pace = Pace()

    async def held() -> float:
        started = time.monotonic()
        pace.hold(0.1)
        await pace.wait(0)
        return time.monotonic() - started

    assert asyncio.run(held()) >= 0.1


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        pytest.param("https://a.example/v1", "https://A.example/v2?x=1", True, id="one host"),
        pytest.param("https://a.example/v1", "https://b.example/v1", False, id="two hosts"),
        pytest.param("http://127.0.0.1:1/", "http://127.0.0.1:2/", False, id="two ports"),
    ],
)
def test_a_pace_belongs_to_a_host_not_to_a_connector(one: str, other: str, is_shared: bool):
    async def shared() -> bool:
        async with open_session({}) as session:
            return session.pace(one) is session.pace(other)

    assert asyncio.run(shared()) == is_shared


def test_a_base_url_that_is_none_has_a_pace_too():
    async def pace() -> Pace:
        async with open_session({}) as session:
            return session.pace("http://[::1")

    assert isinstance(asyncio.run(pace()), Pace)


def test_requests_of_one_connector_are_spaced(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    wanted = connectors["sport_scotland"].plan_requests(question(), {})[:3]
    httpserver.expect_request("/").respond_with_json(
        {"type": "FeatureCollection", "features": [], "numberMatched": 0}
    )
    started = time.monotonic()

    fetch_all(connectors["sport_scotland"], httpserver, requests=wanted, requests_per_second=20)

    assert time.monotonic() - started >= 0.1  # the third goes two twentieths after the first
