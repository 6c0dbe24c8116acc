"""The traps of the Places API (New), from the request to the records; bodies are authored."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError, ForeignPayloadError
from pipeline.orchestration.fetching import Fetched, to_payloads
from tests.loopback import asked_of, fetch_all, read, reply, serve
from tests.source_answers import DAY_ONE


@pytest.fixture
def google(connectors: dict[str, Connector]) -> Connector:
    return connectors["google_places"]


def places(*ids: str, **more: Any) -> dict[str, Any]:
    return {"places": [{"id": i, "displayName": {"text": f"Example {i}"}} for i in ids]} | more


def refusal(code: int, status: str, message: str) -> Any:
    return reply({"error": {"code": code, "message": message, "status": status}}, status=code)


def test_no_result_is_a_200_with_an_empty_object(google: Connector, httpserver: HTTPServer):
    serve(httpserver, reply("{}"))

    fetched = fetch_all(google, httpserver)

    assert read(google, fetched).records.is_empty()
    assert fetched.notes == []


def test_the_field_mask_is_sent_without_spaces_and_names_the_next_page(
    google: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply(places("a")))

    fetch_all(google, httpserver)

    mask = asked_of(httpserver)[0].headers["X-Goog-FieldMask"]
    assert " " not in mask
    assert {"places.id", "nextPageToken"} <= set(mask.split(","))
    assert all(f.startswith("places.") for f in mask.split(",") if f != "nextPageToken")


@pytest.mark.parametrize("field", ["reviews", "photos", "rating", "reviewSummary"])
def test_nothing_is_asked_for_that_names_people_or_costs_more(google: Connector, field: str):
    asked = [*google.spec.setting("search_fields"), *google.spec.setting("detail_fields")]

    assert field not in asked


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        pytest.param(refusal(400, "INVALID_ARGUMENT", "FieldMask is a required parameter. See x"),
                     "settings.search_fields", id="without field mask"),
        pytest.param(refusal(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid key"),
                     "the key in SIGHTLINE_GOOGLE_PLACES_KEY is wrong", id="a wrong key"),
        pytest.param(refusal(403, "PERMISSION_DENIED", "Places API (New) has not been used"),
                     "enable the Places API (New) and billing", id="not enabled, or billing off"),
        pytest.param(refusal(404, "NOT_FOUND", "The Place ID is no longer valid."),
                     "HTTP 404", id="a dead id"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_with_what_to_do_and_not_asked_again(
    google: Connector, httpserver: HTTPServer, answer: Any, advice: str
):
    serve(httpserver, answer)

    with pytest.raises(ConnectorError) as raised:
        fetch_all(google, httpserver)

    assert advice in str(raised.value)
    assert len(asked_of(httpserver)) == 1


@pytest.mark.parametrize(
    ("code", "status"),
    [(429, "RESOURCE_EXHAUSTED"), (500, "INTERNAL"), (503, "UNAVAILABLE"), (504, "TIMEOUT")],
)
def test_a_quota_or_trouble_of_theirs_is_waited_out(
    google: Connector, httpserver: HTTPServer, code: int, status: str
):
    serve(httpserver, refusal(code, status, "later"), reply(places("a")))

    assert len(fetch_all(google, httpserver).answers) == 1


def test_a_page_repeats_every_parameter_of_the_first(google: Connector, httpserver: HTTPServer):
    serve(httpserver, reply(places("a", nextPageToken="t")), reply(places("b")))

    fetch_all(google, httpserver)

    first, second = (request.get_json() for request in asked_of(httpserver))
    assert second == first | {"pageToken": "t"}


def test_a_token_that_is_not_taken_is_told_and_the_first_page_kept(
    google: Connector, httpserver: HTTPServer
):
    bad = refusal(400, "INVALID_ARGUMENT", "Request parameters and pageToken do not match")
    serve(httpserver, reply(places("a", nextPageToken="t")), bad)
    fetched = Fetched()

    with pytest.raises(ConnectorError, match="a page must repeat every parameter of the first"):
        fetch_all(google, httpserver, fetched=fetched)

    assert len(fetched.answers) == 1


def test_three_full_pages_are_all_that_a_search_gives_and_the_report_says_so(
    google: Connector, httpserver: HTTPServer
):
    full = [places(*(f"{page}-{n}" for n in range(20))) for page in range(3)]
    serve(httpserver, reply(full[0] | {"nextPageToken": "1"}),
          reply(full[1] | {"nextPageToken": "2"}), reply(full[2]))  # fmt: skip

    fetched = fetch_all(google, httpserver)

    assert fetched.notes == ["a search finds 60 places at most: there may be more"]


def test_fewer_than_sixty_rows_are_all_there_are(google: Connector, httpserver: HTTPServer):
    serve(httpserver, reply(places("a", nextPageToken="1")), reply(places("b")))

    assert fetch_all(google, httpserver).notes == []


def test_the_restriction_is_a_rectangle_because_a_circle_is_not_taken(
    google: Connector, httpserver: HTTPServer
):
    serve(httpserver, reply({}))

    fetch_all(google, httpserver)

    sent = asked_of(httpserver)[0].get_json()
    assert list(sent["locationRestriction"]) == ["rectangle"]
    assert "locationBias" not in sent  # both together are a 400
    assert sent["pageSize"] <= 20


@pytest.mark.parametrize("status", ["REQUEST_DENIED", "ZERO_RESULTS", "OVER_QUERY_LIMIT"])
def test_an_answer_of_the_legacy_api_is_refused_whatever_it_says(
    google: Connector, httpserver: HTTPServer, status: str
):
    serve(httpserver, reply({"status": status, "results": [], "html_attributions": []}))

    with pytest.raises(ForeignPayloadError, match=f"legacy API \\(status '{status}'\\)"):
        fetch_all(google, httpserver)


def test_legacy_names_inside_the_new_envelope_are_refused(
    google: Connector, httpserver: HTTPServer
):
    """Code that mixes both APIs reads null from every field."""
    serve(httpserver, reply({"places": [{"place_id": "a", "name": "Example"}]}))

    with pytest.raises(ForeignPayloadError, match=r"expected id \(field mask\)"):
        fetch_all(google, httpserver)


def test_a_place_without_a_position_is_kept(google: Connector, httpserver: HTTPServer):
    """Businesses that serve an area have neither location nor address."""
    serve(httpserver, reply(places("a")))

    records = read(google, fetch_all(google, httpserver)).records

    # Its name is among what may not be stored.
    assert records.select("source_record_id", "latitude", "street_address").rows() == [
        ("a", None, None)
    ]


def test_the_same_answer_in_another_order_is_the_same_content(
    google: Connector, httpserver: HTTPServer
):
    one = {"places": [{"id": "a", "types": ["gym", "bar"]}, {"id": "b", "types": ["spa"]}]}
    other = {"places": [{"types": ["spa"], "id": "b"}, {"types": ["bar", "gym"], "id": "a"}],
             "nextPageToken": ""}  # fmt: skip
    serve(httpserver, reply(one), reply(other))

    hashes = {
        to_payloads(google, fetch_all(google, httpserver).answers, DAY_ONE)[0].content_sha256
        for _ in range(2)
    }

    assert len(hashes) == 1


def test_its_content_may_be_kept_for_thirty_days_only(google: Connector, httpserver: HTTPServer):
    serve(httpserver, reply(places("a")))

    kept = to_payloads(google, fetch_all(google, httpserver).answers, DAY_ONE)[0]

    assert kept.retain_until is not None
    assert (kept.retain_until - DAY_ONE).days == 30
