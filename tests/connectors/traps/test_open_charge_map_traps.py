"""The traps of Open Charge Map, from the request to the records; every body is authored."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pipeline.connectors.http import HIDDEN
from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError, ForeignPayloadError
from tests.loopback import KEYS, asked_of, fetch_all, read, reply, serve

NO_KEY = "You must specify an API key using the key query parameter or x-api-key header."
BANNED = "Blocked for API abuse. Repeated duplicate calls may be automatically banned."


@pytest.fixture
def chargers(connectors: dict[str, Connector]) -> Connector:
    return connectors["open_charge_map"]


def poi(number: int, **more: Any) -> dict[str, Any]:
    address = {"Title": f"FC{number}", "Latitude": 55.95, "Longitude": -3.1}
    return {"ID": number, "AddressInfo": address} | more


@pytest.mark.parametrize(
    ("status", "text", "advice"),
    [
        pytest.param(403, NO_KEY, "SIGHTLINE_OPEN_CHARGE_MAP_KEY is missing or wrong", id="no key"),
        pytest.param(403, "Invalid API key.", "is missing or wrong", id="a wrong key"),
        pytest.param(403, BANNED, "the key is banned for repeating calls", id="banned"),
        pytest.param(503, "API requests by robots are temporarily disabled.",
                     "the service turns away programs for now", id="no programs"),
        pytest.param(400, "Unsupported output", "HTTP 400: Unsupported output", id="bad output"),
    ],
)  # fmt: skip
def test_a_refusal_is_plain_text_and_never_asked_again(
    chargers: Connector, httpserver: HTTPServer, status: int, text: str, advice: str
):
    """Repeating a call is what gets a key banned."""
    serve(httpserver, reply(text, "text/plain", status))

    with pytest.raises(ConnectorError) as raised:
        fetch_all(chargers, httpserver)

    assert text[:20] in str(raised.value)
    assert advice in str(raised.value)
    assert len(asked_of(httpserver)) == 1


@pytest.mark.parametrize("status", [502, 503])
def test_trouble_behind_it_is_waited_out(chargers: Connector, httpserver: HTTPServer, status: int):
    serve(httpserver, reply("Upstream API unavailable", "text/plain", status), reply([poi(1)]))

    assert len(fetch_all(chargers, httpserver).answers) == 1


def test_a_refusal_in_plain_text_with_200_is_no_answer(chargers: Connector, httpserver: HTTPServer):
    serve(httpserver, reply("Invalid API key.", "text/plain"))

    with pytest.raises(ForeignPayloadError, match=r"Open Charge Map refused: Invalid API key\."):
        fetch_all(chargers, httpserver)


def test_a_full_page_means_maybe_more_and_only_ids_lead_on(
    chargers: Connector, httpserver: HTTPServer
):
    """There are no offsets, and with a box there is no order unless one is asked for."""
    serve(httpserver, reply([poi(4), poi(9)]), reply([poi(12)]))

    fetched = fetch_all(chargers, httpserver, page_size=2)

    first, second = (request.args for request in asked_of(httpserver))
    assert (first["sortby"], first.get("greaterthanid")) == ("id_asc", None)
    assert second["greaterthanid"] == "9"
    assert read(chargers, fetched).records["source_record_id"].to_list() == ["4", "9", "12"]
    assert fetched.notes == []


def test_exactly_as_many_rows_as_asked_for_again_and_again_is_told(
    chargers: Connector, httpserver: HTTPServer
):
    """A server that does not know `greaterthanid` cuts in silence."""
    serve(httpserver, reply([poi(4), poi(9)]))

    fetched = fetch_all(chargers, httpserver, page_size=2)

    assert len(asked_of(httpserver)) == 2
    assert fetched.notes == [
        "exactly 2 rows came, then the same again: truncation is never told, and there may be more"
    ]


def test_how_many_are_wanted_is_said_because_the_default_is_a_hundred(
    chargers: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply([]))

    fetch_all(chargers, httpserver)

    assert asked_of(httpserver)[0].args["maxresults"] == "500"


def test_the_area_is_a_box_because_a_distance_is_in_miles_and_bad_degrees_are_dropped(
    chargers: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply([]))

    fetch_all(chargers, httpserver)

    sent = asked_of(httpserver)[0].args
    assert sent["boundingbox"] == "(55.94,-3.13),(55.96,-3.09)"
    assert not {"distance", "latitude", "longitude", "camelcase"} & set(sent)


def test_licences_are_per_record_and_lost_in_the_compact_form(
    chargers: Connector, httpserver: HTTPServer
):
    licensed = [poi(1, DataProvider={"License": "CC BY 4.0"}), poi(2, DataProvider=None)]
    serve(httpserver, reply(licensed))

    fetched = fetch_all(chargers, httpserver)

    assert asked_of(httpserver)[0].args["compact"] == "false"
    assert read(chargers, fetched).records["licence"].to_list()[0] == "CC BY 4.0"


def test_comments_and_pictures_of_people_are_not_asked_for(
    chargers: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply([]))

    fetch_all(chargers, httpserver)

    assert asked_of(httpserver)[0].args["includecomments"] == "false"


def test_the_compact_form_of_the_export_is_read_too(chargers: Connector, httpserver: HTTPServer):
    compact = poi(1) | {"DataProviderID": 1, "OperatorID": 3, "Connections": [{"PowerKW": 7}]}
    serve(httpserver, reply([compact]))

    found = read(chargers, fetch_all(chargers, httpserver))

    assert found.records["entity_name"].to_list() == ["FC1"]
    assert found.failures.is_empty()


def test_the_key_may_be_told_back_in_another_case(chargers: Connector, httpserver: HTTPServer):
    key = KEYS["SIGHTLINE_OPEN_CHARGE_MAP_KEY"].upper()
    serve(httpserver, reply(f"no such key: {key}", "text/plain", 403))

    with pytest.raises(ConnectorError) as raised:
        fetch_all(chargers, httpserver)

    assert f"no such key: {HIDDEN}" in str(raised.value)


def test_no_charger_in_the_area_is_an_empty_list(chargers: Connector, httpserver: HTTPServer):
    serve(httpserver, reply([]))

    assert read(chargers, fetch_all(chargers, httpserver)).records.is_empty()
