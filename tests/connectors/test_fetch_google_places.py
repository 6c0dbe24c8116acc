"""Text Search: the field mask in a header, pages that repeat the first request."""

from __future__ import annotations

from typing import Any

from pytest_httpserver import HTTPServer

from pipeline.connectors.registry import Connector
from tests.loopback import BOX, asked_of, fetch, question, reply, requests_of


def serve(server: HTTPServer, *tokens: str | None) -> None:
    """One authored page per token; a token leads to the next page."""
    for number, token in enumerate(tokens):
        page: dict[str, Any] = {"places": [{"id": f"authored-{number}"}]}
        server.expect_ordered_request("/places:searchText", method="POST").respond_with_response(
            reply(page | ({} if token is None else {"nextPageToken": token}))
        )


def test_the_text_is_searched_in_the_area_alone(connectors: dict[str, Connector]):
    planned = requests_of(connectors["google_places"], question("padel portobello", "padel"))

    assert len(planned) == 1
    params = dict(planned[0].params)
    mask = str(params.pop("fieldMask")).split(",")
    assert params == {
        "textQuery": "padel portobello",
        "pageSize": 20,
        "languageCode": "en",
        "regionCode": "GB",
        "locationRestriction": {
            "rectangle": {
                "low": {"latitude": 55.94, "longitude": -3.13},
                "high": {"latitude": 55.96, "longitude": -3.09},
            }
        },
    }
    assert {"places.id", "places.displayName", "places.location", "nextPageToken"} <= set(mask)
    assert (planned[0].area, planned[0].terms) == (BOX, ("padel",))


def test_key_and_field_mask_are_headers(connectors: dict[str, Connector], httpserver: HTTPServer):
    serve(httpserver, None)
    request = requests_of(connectors["google_places"], question())[0]

    answers, _ = fetch(connectors["google_places"], httpserver, request, key="planted-key")

    sent = asked_of(httpserver)[0]
    assert sent.headers["X-Goog-Api-Key"] == "planted-key"
    assert sent.headers["X-Goog-FieldMask"] == request.params["fieldMask"]
    assert sent.mimetype == "application/json"
    assert "fieldMask" not in sent.get_json()
    assert "planted-key" not in answers[0].request


def test_a_page_token_repeats_every_other_parameter(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    serve(httpserver, "token-1", "token-2", None)
    request = requests_of(connectors["google_places"], question())[0]

    answers, notes = fetch(connectors["google_places"], httpserver, request)

    first, second, third = (sent.get_json() for sent in asked_of(httpserver))
    assert "pageToken" not in first
    assert second == first | {"pageToken": "token-1"}
    assert third == first | {"pageToken": "token-2"}
    assert len(answers) == 3
    assert notes == []


def test_no_more_pages_are_paid_for_than_allowed(
    connectors: dict[str, Connector], httpserver: HTTPServer
):
    serve(httpserver, "token-1", "token-2", "token-3", None)
    request = requests_of(connectors["google_places"], question())[0]

    answers, notes = fetch(connectors["google_places"], httpserver, request)

    assert len(answers) == len(asked_of(httpserver)) == 3
    assert notes == [
        "searchText was left after 3 pages, the most allowed (spec.yaml: api.max_pages)"
    ]


def test_an_empty_object_is_one_page(connectors: dict[str, Connector], httpserver: HTTPServer):
    httpserver.expect_request("/places:searchText").respond_with_json({})
    request = requests_of(connectors["google_places"], question())[0]

    answers, _ = fetch(connectors["google_places"], httpserver, request)

    assert [answer.body for answer in answers] == [b"{}"]


def test_the_id_of_a_place_is_one_part_of_the_path(connectors: dict[str, Connector]):
    """An answer must not choose what is asked next."""
    seeds = {"place_id": ["ChIJ_a-1", "../photos?x=1#y"]}

    asked = connectors["google_places"].plan_requests(question(), {}, "details", seeds)

    assert [request.path for request in asked] == [
        "/places/ChIJ_a-1", "/places/..%2Fphotos%3Fx%3D1%23y",
    ]  # fmt: skip
