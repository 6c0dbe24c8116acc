"""The traps of the hygiene register, one test each; bodies are authored."""

from __future__ import annotations

import gzip
from datetime import date
from typing import Any

import pytest

from pipeline.connectors.registry import Connector
from pipeline.errors import ForeignPayloadError
from tests.real_data import real_file
from tests.source_answers import (
    as_bytes,
    column,
    extract,
    failures,
    mapping,
    pointers,
    require_expected,
    seen,
)

XML = "application/xml"


def establishment(number: int = 1, **changes: Any) -> dict[str, Any]:
    """As the API lists it: every field there, empty texts for none, coordinates as text."""
    return {
        "FHRSID": number,
        "LocalAuthorityBusinessID": "PI/1",
        "BusinessName": "Example Bar & Grill",
        "BusinessType": "Pub/bar/nightclub",
        "BusinessTypeID": 7843,
        "AddressLine1": "10 Example Street",
        "AddressLine2": "Edinburgh",
        "AddressLine3": "",
        "AddressLine4": "",
        "PostCode": "EH15 1DR",
        "Phone": "",
        "RatingValue": "Pass",
        "RatingDate": "2025-06-03T00:00:00",
        "LocalAuthorityCode": "773",
        "LocalAuthorityName": "Edinburgh (City of)",
        "LocalAuthorityWebSite": "http://www.authority.example",
        "LocalAuthorityEmailAddress": "food@authority.example",
        "scores": {"Hygiene": None, "Structural": None, "ConfidenceInManagement": None},
        "SchemeType": "FHIS",
        "geocode": {"longitude": "-3.1183", "latitude": "55.9571"},
        "RightToReply": "We have mended it since.",
        "NewRatingPending": False,
    } | changes


def page(*items: Any, **meta: Any) -> dict[str, Any]:
    return {"establishments": list(items), "meta": {"totalPages": 1, **meta}, "links": []}


def detail(number: int = 1, inside: str = "", **changes: str | None) -> str:
    """As a dump lists it: fields without a value are absent."""
    fields: dict[str, str | None] = {
        "BusinessName": "Example Bar &amp; Grill",
        "BusinessType": "Pub/bar/nightclub",
        "AddressLine1": "10 Example Street",
        "AddressLine2": "Edinburgh",
        "PostCode": "EH15 1DR",
        "RatingValue": "Pass",
        "RatingDate": "2018-05-08",
        "LocalAuthorityCode": "773",
        "SchemeType": "FHIS",
    }
    written = "".join(
        f"<{name}>{text}</{name}>" for name, text in (fields | changes).items() if text is not None
    )
    return (
        f"<EstablishmentDetail><FHRSID>{number}</FHRSID>{written}{inside}"
        "<Scores /><Geocode><Longitude>-3.11830000000000</Longitude>"
        "<Latitude>55.95710000000000</Latitude></Geocode></EstablishmentDetail>"
    )


def dump(
    *details: str, day: str = "2020-11-13", counted: int | None = None, code: str = "Success"
) -> str:
    count = len(details) if counted is None else counted
    return (
        '<?xml version="1.0"?><FHRSEstablishment '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<Header><ExtractDate>{day}</ExtractDate><ItemCount>{count}</ItemCount>"
        f"<ReturnCode>{code}</ReturnCode></Header><EstablishmentCollection>"
        f"{''.join(details)}</EstablishmentCollection></FHRSEstablishment>"
    )


@pytest.mark.parametrize(
    ("body", "content_type", "pointer"),
    [
        (page(establishment(7)), "application/json", "/establishments/0"),
        (dump(detail(7)), XML, "/0"),
    ],
    ids=["page", "dump"],
)
def test_both_shapes_say_the_same(body: Any, content_type: str, pointer: str):
    found = extract("food_hygiene", body, content_type=content_type)

    record = found.records.row(0, named=True)
    assert record["source_record_id"] == "7"
    assert mapping(record["external_ids"]) == {"fhrs": "7"}
    assert record["entity_name"] == "Example Bar & Grill"
    assert record["raw_categories"] == ["Pub/bar/nightclub"]
    assert (record["street_address"], record["city"], record["postcode"]) == (
        "10 Example Street",
        "Edinburgh",
        "EH15 1DR",
    )
    assert (record["latitude"], record["longitude"]) == (55.9571, -3.1183)
    assert record["json_pointer"] == pointer
    assert seen(found)["RatingValue"] == ["Pass"]
    assert seen(found)["SchemeType"] == ["FHIS"]
    assert failures(found) == []


def test_every_value_points_to_its_own_element():
    body = dump(detail(1), detail(2))

    found = extract("food_hygiene", body, content_type=XML)

    assert pointers(found, "latitude", 1) == [["/1/Geocode/Latitude"]]
    assert pointers(found, "RatingValue", 1) == [["/1/RatingValue"]]
    assert pointers(found, "street_address", 1) == [["/1"]]


def test_the_contacts_of_the_authority_are_not_the_business_s():
    found = extract("food_hygiene", page(establishment()))

    record = found.records.row(0, named=True)
    assert (record["phone"], record["email"], record["website_url"]) == (None, None, None)
    assert "authority.example" not in str(record) + str(seen(found))


def test_what_a_business_answers_to_its_rating_is_not_read():
    inside = "<RightToReply>We have mended it since.</RightToReply>"

    for found in (
        extract("food_hygiene", page(establishment())),
        extract("food_hygiene", dump(detail(1, inside)), content_type=XML),
    ):
        assert "mended" not in str(found.records.to_dicts()) + str(seen(found))


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_business_at_home_has_no_place_and_none_is_invented(nothing: str | None):
    lines = dict.fromkeys(["AddressLine1", "AddressLine2", "PostCode"], "")
    at_home = establishment(**lines, geocode={"longitude": nothing, "latitude": nothing})

    record = extract("food_hygiene", page(at_home)).records.row(0, named=True)

    empty = ("latitude", "longitude", "street_address", "city", "locality", "postcode")
    assert [record[name] for name in empty] == [None] * len(empty)


@pytest.mark.parametrize(
    "rating", ["5", "0", "Exempt", "AwaitingInspection", "Improvement Required"]
)
def test_a_rating_is_a_word_of_its_scheme(rating: str):
    found = extract("food_hygiene", page(establishment(RatingValue=rating)))

    assert seen(found)["RatingValue"] == [rating]


def test_numbers_of_a_page_may_be_numbers_or_text():
    items = [establishment(1), establishment(2) | {"FHRSID": "2", "scores": {"Hygiene": 5}}]

    found = extract("food_hygiene", page(*items))

    assert column(found, "source_record_id") == ["1", "2"]
    assert seen(found, 1)["Hygiene"] == ["5"]


def test_an_empty_element_says_nothing():
    body = dump(detail(1, PostCode=None, RatingDate=None).replace(
        "<Scores />", '<Scores /><PostCode /><RatingDate xsi:nil="true" />'))  # fmt: skip

    found = extract("food_hygiene", body, content_type=XML)

    assert column(found, "postcode") == [None]
    assert "RatingDate" not in seen(found)


def test_a_broken_establishment_costs_itself_alone():
    broken = detail(2).replace("</BusinessName>", "")
    pages = page(establishment(4), "no establishment", establishment(6))

    dumped = extract("food_hygiene", dump(detail(1), broken, detail(3)), content_type=XML)
    paged = extract("food_hygiene", pages)

    assert column(dumped, "source_record_id") == ["1", "3"]
    assert failures(dumped) == [("p0", "/1")]
    assert column(paged, "source_record_id") == ["4", "6"]
    assert failures(paged) == [("p0", "/establishments/1")]


@pytest.mark.parametrize(
    ("lines", "street", "locality", "city"),
    [
        pytest.param(["14 High Street", "Edinburgh"], "14 High Street", None, "Edinburgh",
                     id="street and town"),
        pytest.param(["14 High Street"], "14 High Street", None, None, id="a street alone"),
        pytest.param(["Village Hall", "Mere Road", None, "Waddington"], "Mere Road", None,
                     "Waddington", id="a building before the street, a gap after it"),
        pytest.param(["44 Eaton Avenue", "High Wycombe", "Buckinghamshire"], "44 Eaton Avenue",
                     None, "High Wycombe", id="a county is no town"),
        pytest.param(["Mill", "Mill Lane", "Trumpington", "Cambridge, Cambridgeshire"],
                     "Mill Lane", "Trumpington", "Cambridge", id="a county after a comma"),
        pytest.param([None, None, "29 Chichester Street", "Belfast"], "29 Chichester Street", None,
                     "Belfast", id="from the third line on"),
        pytest.param(["Unit 24", "Jubilee Drive", "Loughborough"], "Jubilee Drive", None,
                     "Loughborough", id="a unit is no street"),
        pytest.param(["Ratho Park"], None, None, None, id="a name may be anything"),
        pytest.param(["Crewe Road South"], "Crewe Road South", None, None, id="a side of a street"),
        pytest.param(["Highmoor Hall", "Highmoor"], None, None, "Highmoor", id="no street at all"),
        pytest.param(["34 Coldharbour Road", "Westbury Park", "Bristol"], "34 Coldharbour Road",
                     "Westbury Park", "Bristol", id="a quarter before the town"),
        pytest.param(["Derbyshire"], None, None, None, id="a county alone"),
    ],
)  # fmt: skip
def test_the_lines_of_an_address_are_read_as_they_are_written(
    lines: list[str | None], street: str | None, locality: str | None, city: str | None
):
    written = {f"AddressLine{n}": line or "" for n, line in enumerate([*lines, *[None] * 4][:4], 1)}

    found = extract("food_hygiene", page(establishment(**written)))

    record = found.records.row(0, named=True)
    assert (record["street_address"], record["locality"], record["city"]) == (
        street,
        locality,
        city,
    )
    told = {name: values[0] for name, values in seen(found).items() if name.startswith("Address")}
    assert told == {name: line for name, line in written.items() if line}


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        pytest.param({"Message": "The request is invalid."}, "application/json",
                     "The request is invalid.", id="an error of the API"),
        pytest.param({"establishments": {}}, "application/json", "expected a list", id="no list"),
        pytest.param(page({"id": 1}), "application/json", "expected FHRSID", id="other items"),
        pytest.param("<html><body>busy</body></html>", "application/json", "answered with markup",
                     id="a web page for JSON"),
        pytest.param("<html><body>busy</body></html>", XML, "the document is 'html'",
                     id="a web page for XML"),
        pytest.param(dump(detail(1))[:-40], XML, "not XML, or cut short", id="cut short"),
        pytest.param(dump(detail(1), counted=2), XML, "counts 2 establishments, the dump holds 1",
                     id="fewer than counted"),
        pytest.param(dump(), XML, "found no establishment", id="nothing, which would retire all"),
        pytest.param(dump(detail(1), code="Failure"), XML, "ended with Failure", id="a failure"),
        pytest.param("<!DOCTYPE x [<!ENTITY a 'b'>]>" + dump(detail(1)).split("?>", 1)[1], XML,
                     "declares its type", id="a document type"),
    ],
)  # fmt: skip
def test_what_is_no_answer_of_the_register_is_refused(body: Any, content_type: str, told: str):
    with pytest.raises(ForeignPayloadError, match=told):
        require_expected("food_hygiene", body, content_type)


def test_no_establishment_near_is_an_answer():
    require_expected("food_hygiene", page())

    assert extract("food_hygiene", page()).records.height == 0


def test_a_dump_says_whose_it_is_of_which_day_and_where(connectors: dict[str, Connector]):
    edition = connectors["food_hygiene"].describe(as_bytes(dump(detail(1), detail(2))), XML)

    assert edition is not None
    assert (edition.scope, edition.dated) == ("773", date(2020, 11, 13))
    (area,) = edition.areas
    assert area.as_list() == pytest.approx([55.9571, -3.1183, 55.9571, -3.1183], abs=0.0001)


@pytest.mark.parametrize(
    ("body", "scope", "dated"),
    [
        pytest.param(dump(detail(1), detail(2, LocalAuthorityCode="774")), None,
                     date(2020, 11, 13), id="two authorities are no scope"),
        pytest.param(dump(detail(1), day="2020-13-01"), "773", None, id="a day that is none"),
    ],
)  # fmt: skip
def test_what_a_dump_does_not_say_is_not_guessed(
    connectors: dict[str, Connector], body: str, scope: str | None, dated: date | None
):
    edition = connectors["food_hygiene"].describe(as_bytes(body), XML)

    assert edition is not None
    assert (edition.scope, edition.dated) == (scope, dated)


def test_a_page_is_no_edition(connectors: dict[str, Connector]):
    body = as_bytes(page(establishment()))

    assert connectors["food_hygiene"].describe(body, "application/json") is None


def test_a_real_dump_is_read_whole():
    packed = real_file("fhrs/edinburgh_weekly/edinburgh_2020-11-13.xml.gz").read_bytes()
    body = gzip.decompress(packed)
    require_expected("food_hygiene", body, XML)

    found = extract("food_hygiene", body, content_type=XML)

    assert found.records["source_record_id"].n_unique() == found.records.height == 4_486
    assert found.failures.is_empty()
    assert found.records["street_address"].null_count() < 100
    (bar,) = found.records.filter(found.records["source_record_id"] == "663374").to_dicts()
    assert (bar["entity_name"], bar["street_address"], bar["raw_categories"]) == (
        "Powerleague Portobello Community Club",
        "10 Westbank Street",
        ["Pub/bar/nightclub"],
    )
