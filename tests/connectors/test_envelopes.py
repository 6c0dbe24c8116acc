"""The checks that every source makes before an answer may enter the lake."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.connectors.envelopes import first_character, read_envelope, require_json
from pipeline.connectors.extraction import Extraction
from pipeline.errors import ForeignPayloadError
from pipeline.lake.store import scan_lake
from tests.conftest import SAMPLE_LAKE
from tests.source_answers import as_bytes, extract, require_expected

GOOD: dict[str, Any] = {
    "edinburgh_council": {"type": "FeatureCollection", "features": []},
    "food_hygiene": {"establishments": []},
    "google_places": {},
    "open_charge_map": [],
    "openstreetmap": {"elements": []},
    "serper": {"searchParameters": {"q": "x"}},
    "sport_scotland": {"type": "FeatureCollection", "features": []},
}


@pytest.mark.parametrize("source", GOOD)
def test_an_empty_answer_is_an_answer(source: str):
    require_expected(source, GOOD[source])
    require_expected(source, b"\xef\xbb\xbf \n" + as_bytes(GOOD[source]))


@pytest.mark.parametrize("source", GOOD)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<!DOCTYPE html><html><body>502</body></html>", id="an HTML page"),
        pytest.param("upstream connect error", id="a plain text"),
        pytest.param('{"elements": [{"type": "node"', id="JSON cut short"),
        pytest.param(b'{"x": "caf\xe9"}', id="bytes that are no UTF-8"),
        pytest.param("[" * 100_000, id="JSON nested without end"),
        pytest.param("null", id="null"),
        pytest.param('"text"', id="a JSON text"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_answer_of_any_source_is_refused(source: str, body: str | bytes):
    with pytest.raises(ForeignPayloadError) as raised:
        require_expected(source, body, "text/html")

    assert raised.value.exit_code == 11
    assert str(raised.value)


@pytest.mark.parametrize("source", GOOD)
@pytest.mark.parametrize("other", GOOD)
def test_one_source_does_not_take_anothers_answer(source: str, other: str):
    answers = GOOD | {
        "edinburgh_council": {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {"FACILITY_NAME": "Example"}}],
        },
        "google_places": {"places": [{"id": "x"}]},
        "open_charge_map": [{"ID": 1, "AddressInfo": {}}],
        "sport_scotland": {
            "type": "FeatureCollection",
            "features": [{"id": "pub_spfp.1", "properties": {"site_name": "Example"}}],
        },
    }
    if source == other:
        require_expected(source, answers[other])
        return

    with pytest.raises(ForeignPayloadError):
        require_expected(source, answers[other])


def test_the_first_mark_is_past_blanks_and_a_byte_order_mark():
    assert first_character(b"\xef\xbb\xbf\r\n\t [1]") == b"["
    assert first_character(b"") == b""


def test_json_is_decoded_with_what_it_holds():
    assert require_json(b'{"a": [1, "\xc3\xa9"]}', "application/json", "S") == {"a": [1, "é"]}


def test_a_page_is_peeked_at_without_complaint():
    assert read_envelope(b'{"next": 2}') == {"next": 2}
    for body in (b"[1]", b"gone", b"", b"[" * 100_000, b"\xff"):
        assert read_envelope(body) == {}


ITEMS = {
    "edinburgh_council": "features",
    "google_places": "places",
    "open_charge_map": None,
    "openstreetmap": "elements",
    "sport_scotland": "features",
}


def a_sample_answer(source: str) -> Any:
    """The first answer of the sample that holds something."""
    bodies = scan_lake(SAMPLE_LAKE, source).sort("payload_id").collect()["body"].to_list()
    return next(answer for answer in map(json.loads, bodies) if items_of(source, answer))


def items_of(source: str, answer: Any) -> list[Any]:
    key = ITEMS[source]
    items: list[Any] = answer if key is None else answer[key]
    return items


def lost(found: Extraction) -> int:
    """Items that failed, and records without a name, which the reading reports."""
    return found.failures.height + found.records["entity_name"].null_count()


@pytest.mark.parametrize("source", sorted(ITEMS))
@pytest.mark.parametrize("broken", [None, {}, 7, "x"], ids=["null", "empty", "number", "text"])
def test_a_broken_item_costs_itself_alone_and_is_reported(source: str, broken: Any):
    answer = a_sample_answer(source)
    whole = extract(source, answer)
    items_of(source, answer).insert(0, broken)

    require_expected(source, answer)
    found = extract(source, answer)

    names = [name for name in found.records["entity_name"].to_list() if name is not None]
    assert names == whole.records["entity_name"].drop_nulls().to_list() != []
    assert lost(found) == lost(whole) + 1
