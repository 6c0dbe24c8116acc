"""The traps of Text Search answers, one test each; bodies are authored."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import ForeignPayloadError
from tests.source_answers import (
    column,
    extract,
    failures,
    mapping,
    pointers,
    require_expected,
    seen,
)


def place(**more: Any) -> dict[str, Any]:
    return {"id": "ChIJ-1", "displayName": {"text": "Example", "languageCode": "en"}} | more


def answer(*places: dict[str, Any]) -> dict[str, Any]:
    return {"places": list(places)}


def hours(*periods: dict[str, Any]) -> str | None:
    found = extract("google_places", answer(place(regularOpeningHours={"periods": list(periods)})))
    return found.records["opening_hours"][0]


def moment(day: int, hour: int, minute: int = 0) -> dict[str, int]:
    return {"day": day, "hour": hour, "minute": minute}


def test_types_in_another_order_are_the_same_record():
    one, other = (
        extract("google_places", answer(place(types=types))).records
        for types in (["gym", "bar", "spa"], ["spa", "gym", "bar"])
    )

    assert one["raw_categories"].to_list() == [["bar", "gym", "spa"]]
    assert one.equals(other)


def test_no_result_is_an_empty_object():
    require_expected("google_places", "{}")

    found = extract("google_places", {})

    assert (found.records.height, failures(found)) == (0, [])


def test_a_rating_may_be_whole_broken_or_absent():
    found = extract(
        "google_places",
        answer(place(id="a", rating=5), place(id="b", rating=4.6), place(id="c", rating=None), place(id="d")),
    )  # fmt: skip

    assert column(found, "source_record_id") == ["a", "b", "c", "d"]
    assert failures(found) == []


@pytest.mark.parametrize(
    ("uri", "ids"),
    [
        pytest.param(
            "https://maps.google.com/?cid=8301885007665104350&g_mp=Cild",
            {"google_cid": "8301885007665104350", "google_place_id": "ChIJ-1"}, id="first",
        ),
        pytest.param(
            "https://maps.google.com/?hl=en&cid=17",
            {"google_cid": "17", "google_place_id": "ChIJ-1"}, id="second",
        ),
        pytest.param("https://maps.google.com/?q=x", {"google_place_id": "ChIJ-1"}, id="none"),
        pytest.param(None, {"google_place_id": "ChIJ-1"}, id="no link at all"),
    ],
)  # fmt: skip
def test_the_cid_is_taken_out_of_the_link_as_text(uri: str | None, ids: dict[str, str]):
    found = extract("google_places", answer(place(googleMapsUri=uri)))

    assert mapping(found.records["external_ids"][0]) == ids


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        pytest.param(
            [{"open": moment(0, 0)}], "24/7", id="a place that never closes has no close"
        ),
        pytest.param(
            [{"open": moment(d, 9), "close": moment(d, 17, 30)} for d in range(1, 6)],
            "Mo-Fr 09:00-17:30", id="days alike",
        ),
        pytest.param(
            [{"open": moment(0, 10), "close": moment(0, 12)}], "Su 10:00-12:00",
            id="day nought is Sunday",
        ),
        pytest.param(
            [{"open": {}, "close": {"hour": 12}}], "Su 00:00-12:00", id="noughts left out"
        ),
        pytest.param(
            [{"open": moment(5, 22), "close": moment(6, 2)}], "Fr 22:00-02:00", id="past midnight"
        ),
        pytest.param(
            [
                {"open": moment(1, 9), "close": moment(1, 12)},
                {"open": moment(1, 13), "close": moment(1, 17)},
            ],
            "Mo 09:00-12:00,13:00-17:00", id="a break",
        ),
        pytest.param(
            [{"open": moment(1, 9)}, {"open": moment(2, 9), "close": moment(2, 17)}],
            "Tu 09:00-17:00", id="one of several without an end",
        ),
        pytest.param([], None, id="no periods"),
    ],
)  # fmt: skip
def test_periods_are_opening_hours(periods: list[dict[str, Any]], expected: str | None):
    assert hours(*periods) == expected


def test_a_week_of_two_stretches_a_day_is_all_there():
    assert (
        hours(
            {"open": moment(1, 9), "close": moment(1, 12)},
            {"open": moment(2, 9), "close": moment(2, 12)},
            {"open": moment(1, 13), "close": moment(1, 17)},
        )
        == "Mo 09:00-12:00,13:00-17:00; Tu 09:00-12:00"
    )


def test_an_address_is_parted_and_points_to_where_it_stood():
    found = extract(
        "google_places",
        answer(
            place(formattedAddress="Example, 10 Westbank St, Edinburgh EH15 1DR, UK"),
            place(
                id="b",
                formattedAddress="1 High St, Edinburgh EH1 1AA, UK",
                postalAddress={"regionCode": "GB", "postalCode": "EH9 9ZZ", "locality": "Leith"},
            ),
        ),
    )

    parts = found.records.select("street_address", "city", "postcode", "country").rows()
    assert parts == [
        ("10 Westbank St", "Edinburgh", "EH15 1DR", None),
        ("1 High St", "Leith", "EH9 9ZZ", "GB"),
    ]
    assert pointers(found, "postcode", 0) == [["/places/0/formattedAddress"]]
    assert pointers(found, "postcode", 1) == [["/places/1/postalAddress/postalCode"]]


def test_an_international_number_is_preferred():
    found = extract(
        "google_places",
        answer(
            place(internationalPhoneNumber="+44 131 496 0001", nationalPhoneNumber="0131 496 0009"),
            place(id="b", nationalPhoneNumber="0131 496 0002"),
        ),
    )

    assert column(found, "phone") == ["+441314960001", "+441314960002"]


def test_reviews_and_photos_are_never_read():
    personal = {"reviews": [{"authorAttribution": {"displayName": "Alex Example"}}], "photos": [{}]}

    found = extract("google_places", answer(place(**personal)))

    assert "Alex Example" not in str(found.records.to_dicts()) + str(seen(found))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            {"status": "REQUEST_DENIED", "results": [], "error_message": "legacy API"},
            r"legacy API \(status 'REQUEST_DENIED'\)", id="the predecessor's answer",
        ),
        pytest.param(
            {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "no billing"}},
            "Google refused: PERMISSION_DENIED: no billing", id="an error",
        ),
        pytest.param({"results": []}, r"found keys \['results'\], expected 'places'", id="no places"),
        pytest.param({"places": [{"types": []}]}, "expected id", id="no id"),
        pytest.param([], "found list, expected a JSON object", id="a list"),
    ],
)  # fmt: skip
def test_what_is_no_answer_of_the_new_api_is_refused(body: Any, told: str):
    with pytest.raises(ForeignPayloadError, match=told):
        require_expected("google_places", body)


def test_a_last_page_with_only_a_token_is_an_answer():
    require_expected("google_places", {"nextPageToken": "x"})
    require_expected("google_places", answer(place()))
