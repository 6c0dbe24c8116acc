"""The traps of Serper, from the request to the records; every body is authored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError, ForeignPayloadError
from pipeline.orchestration.fetching import Fetched
from tests.loopback import asked_of, fetch_all, read, reply, serve

PAGE = {"title": "Example Club", "link": "https://club.example.org/", "snippet": "Pay and play"}


@pytest.fixture
def serper(connectors: dict[str, Connector]) -> Connector:
    return connectors["serper"]


def found(*organic: Any, **more: Any) -> dict[str, Any]:
    return {"searchParameters": {"q": "x"}, "organic": list(organic), "credits": 1} | more


def refusal(message: str, status: int) -> Any:
    return reply({"message": message, "statusCode": status}, status=status)


def test_an_empty_purse_is_a_400_and_is_not_asked_again(serper: Connector, httpserver: HTTPServer):
    serve(httpserver, refusal("Not enough credits", 400))

    with pytest.raises(ConnectorError, match=r"Not enough credits.*; the account is empty: buy"):
        fetch_all(serper, httpserver)

    assert len(asked_of(httpserver)) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_a_401_or_a_403(serper: Connector, httpserver: HTTPServer, status: int):
    serve(httpserver, refusal("Unauthorized.", status))

    with pytest.raises(ConnectorError, match="the key in SIGHTLINE_SERPER_KEY is missing or wrong"):
        fetch_all(serper, httpserver)

    assert len(asked_of(httpserver)) == 1


def test_a_rate_limit_comes_without_retry_after_and_is_waited_out(
    serper: Connector, httpserver: HTTPServer
):
    serve(httpserver, refusal("Too many requests", 429), reply(found(PAGE)))

    fetched = fetch_all(serper, httpserver)

    assert (len(fetched.answers), fetched.calls, fetched.cost) == (1, 2, Decimal("0.001"))


def test_a_refusal_inside_a_200_is_a_refusal(serper: Connector, httpserver: HTTPServer):
    serve(httpserver, reply({"message": "Not enough credits", "statusCode": 400}))

    with pytest.raises(ForeignPayloadError, match="Serper refused: Not enough credits"):
        fetch_all(serper, httpserver)


def test_the_country_is_said_because_the_default_is_the_united_states(
    serper: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply(found()))

    fetch_all(serper, httpserver)

    sent = asked_of(httpserver)[0].get_json()
    assert sent["gl"] == "gb"  # not `uk`
    assert sent["num"] == 10  # more rows cost a second credit


def test_the_cost_is_the_credits_of_the_answer_not_a_constant(
    serper: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply(found(PAGE, credits=2)))

    assert fetch_all(serper, httpserver).cost == Decimal("0.002")


def test_only_success_is_charged(serper: Connector, httpserver: HTTPServer):
    serve(httpserver, refusal("Query not allowed", 400))
    fetched = Fetched()

    with pytest.raises(ConnectorError):
        fetch_all(serper, httpserver, fetched=fetched)

    assert fetched.cost == 0


def test_the_reply_to_a_batch_is_not_the_reply_to_a_search(
    serper: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply([found(PAGE)]))

    with pytest.raises(ForeignPayloadError, match="found list, expected a JSON object"):
        fetch_all(serper, httpserver)


def test_web_results_are_pages_without_a_position_never_venues(
    serper: Connector, httpserver: HTTPServer
):
    """Directories and booking sites stand between the venues' own pages."""
    serve(httpserver, reply(found(PAGE, PAGE | {"link": "https://directory.example.org/padel"})))

    records = read(serper, fetch_all(serper, httpserver)).records

    assert records["role"].to_list() == ["mention", "mention"]
    assert records["latitude"].null_count() == records.height == 2


def test_one_page_is_asked_for_however_full_it_is(serper: Connector, httpserver: HTTPServer):
    """A second page costs again, and its order differs from call to call."""
    serve(httpserver, reply(found(*[PAGE] * 10)))

    fetched = fetch_all(serper, httpserver)

    assert len(asked_of(httpserver)) == len(fetched.answers) == 1


def test_a_search_without_any_of_the_optional_parts_is_an_answer(
    serper: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply({"searchParameters": {"q": "x"}}))

    fetched = fetch_all(serper, httpserver)

    assert read(serper, fetched).records.is_empty()
