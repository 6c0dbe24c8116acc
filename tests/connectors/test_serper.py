"""The traps of search answers, one test each; bodies are authored."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from pipeline.connectors.registry import Connector
from pipeline.errors import ForeignPayloadError
from tests.source_answers import (
    column,
    extract,
    failures,
    mapping,
    payloads,
    pointers,
    require_expected,
    seen,
)


def search(*organic: Any) -> dict[str, Any]:
    return {
        "searchParameters": {"q": "x", "type": "search"},
        "organic": list(organic),
        "credits": 1,
    }


def maps(*places: Any) -> dict[str, Any]:
    return {"searchParameters": {"q": "x", "type": "maps"}, "places": list(places), "credits": 3}


PAGE = {"title": "Example", "link": "https://club.org/p?utm_source=g", "snippet": "Pay and play"}


def test_a_web_result_is_a_mention_keyed_on_its_link():
    found = extract("serper", search(PAGE))

    assert column(found, "role") == ["mention"]
    assert column(found, "source_record_id") == ["https://club.org/p?utm_source=g"]
    assert column(found, "website_url") == ["https://club.org/p"]
    assert seen(found) == {
        "description": ["Pay and play"],
        "entity_name": ["Example"],
        "link": ["https://club.org/p?utm_source=g"],
        "snippet": ["Pay and play"],
        "title": ["Example"],
        "website_url": ["https://club.org/p?utm_source=g"],
    }
    assert pointers(found, "snippet") == [["/organic/0/snippet"]]


def test_a_result_without_a_link_is_no_mention():
    found = extract("serper", search({"title": "Example"}, PAGE))

    assert column(found, "entity_name") == ["Example"]
    assert pointers(found, "title") == [["/organic/1/title"]]


def test_places_that_come_with_a_web_search_are_left_alone():
    found = extract("serper", search(PAGE) | {"places": [{"title": "P", "cid": "1"}]})

    assert column(found, "role") == ["mention"]


@pytest.mark.parametrize("endpoint", ["maps", "places"])
def test_a_place_row_is_a_thing_keyed_on_its_cid(endpoint: str):
    found = extract(
        "serper",
        maps(
            {
                "title": "Example", "cid": "8301885007665104350", "placeId": "ChIJ-1",
                "latitude": 55.95, "longitude": -3.1, "types": ["Sports complex", "Bar"],
                "address": "10 Westbank St, Edinburgh EH15 1DR", "website": "club.org",
                "phoneNumber": "+44 131 496 0101", "rating": 4, "ratingCount": 6,
            }
        ),
        endpoint=endpoint,
    )  # fmt: skip

    record = found.records.row(0, named=True)
    assert (record["role"], record["source_record_id"]) == ("listing", "8301885007665104350")
    assert mapping(record["external_ids"]) == {
        "google_cid": "8301885007665104350",
        "google_place_id": "ChIJ-1",
    }
    assert (record["street_address"], record["postcode"]) == ("10 Westbank St", "EH15 1DR")
    assert record["phone"] == "+441314960101"
    assert seen(found)["types"] == ["Sports complex", "Bar"]


@pytest.mark.parametrize(
    ("row", "key", "kinds"),
    [
        pytest.param({"placeId": "ChIJ-1", "type": "Gym"}, "ChIJ-1", ["Gym"], id="a place id only"),
        pytest.param({"cid": 8301885007665104350}, "8301885007665104350", [], id="a cid as number"),
        pytest.param({"cid": "1", "category": "Pool"}, "1", ["Pool"], id="a category"),
        pytest.param({"title": "Example"}, None, [], id="no id at all"),
    ],
)
def test_place_rows_differ_by_endpoint(row: dict[str, Any], key: str | None, kinds: list[str]):
    found = extract("serper", maps(row), endpoint="places")

    assert column(found, "source_record_id") == [key]
    assert column(found, "raw_categories") == [kinds]
    assert pointers(found, "types") == [["/places/0"]] * len(kinds)  # whichever key it was


@pytest.mark.parametrize("address", ["Lima", "5N", ""])
def test_an_address_that_is_none_gives_no_parts(address: str):
    found = extract("serper", maps({"cid": "1", "address": address}), endpoint="places")

    record = found.records.row(0, named=True)
    assert (record["street_address"], record["city"], record["postcode"]) == (None, None, None)


def test_pages_and_places_together_are_numbered_through(connectors: dict[str, Connector]):
    rows = payloads(maps({"cid": "1", "title": "Place"}), search(PAGE)).with_columns(
        endpoint=pl.Series(["maps", "search"])
    )

    found = connectors["serper"].extract(rows)

    assert found.records.select("row", "entity_name", "role").rows() == [
        (0, "Example", "mention"),
        (1, "Place", "listing"),
    ]
    assert seen(found, 1)["entity_name"] == ["Place"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(search(), id="an empty list"),
        pytest.param({"searchParameters": {}}, id="no list"),
        pytest.param({"searchParameters": {}, "organic": None}, id="null"),
    ],
)
def test_a_search_without_results_is_empty(body: Any):
    require_expected("serper", body)

    found = extract("serper", body)

    assert (found.records.height, failures(found)) == (0, [])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            {"message": "Not enough credits", "statusCode": 400}, "refused: Not enough credits",
            id="an empty purse",
        ),
        pytest.param(
            {"message": "Unauthorized.", "statusCode": 403}, "refused: Unauthorized", id="a bad key"
        ),
        pytest.param(
            {"organic": []}, r"found keys \['organic'\], expected searchParameters",
            id="no echo of the question",
        ),
        pytest.param([search()], "found list, expected a JSON object", id="a batch"),
    ],
)  # fmt: skip
def test_what_is_no_search_answer_is_refused(body: Any, told: str):
    with pytest.raises(ForeignPayloadError, match=told):
        require_expected("serper", body)
