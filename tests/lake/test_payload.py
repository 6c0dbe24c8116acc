"""The identity of an answer: what makes two answers the same one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from pipeline.lake.payload import request_json
from tests.lake.payloads import a_payload

ORIGINAL = a_payload({"places": [{"id": 1, "tags": ["a", "b"]}, {"id": 2}], "next": None})


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            b'{"places":[{"id":2},{"tags":["b","a"],"id":1}],"next":null}',
            id="lists and keys reordered",
        ),
        pytest.param(
            b'{"next": null,\n "places": [{"id": 1, "tags": ["a", "b"]}, {"id": 2}]}',
            id="spaced otherwise",
        ),
    ],
)
def test_an_answer_in_another_order_is_the_same_content(body: bytes):
    other = a_payload(body=body)

    assert other.content_sha256 == ORIGINAL.content_sha256
    assert other.payload_id == ORIGINAL.payload_id
    assert other.body_sha256 != ORIGINAL.body_sha256


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            {"places": [{"id": 1, "tags": ["a", "b"]}], "next": None}, id="an item is gone"
        ),
        pytest.param(
            {"places": [{"id": 1, "tags": ["a"]}, {"id": 2, "tags": ["b"]}], "next": None},
            id="a value moved",
        ),
        pytest.param(
            {"places": [{"id": "1", "tags": ["a", "b"]}, {"id": 2}], "next": None},
            id="a number became text",
        ),
        pytest.param({"places": [{"id": 1, "tags": ["a", "b"]}, {"id": 2}]}, id="a null is gone"),
        pytest.param([[1], [2, 3]], id="other nesting"),
    ],
)
def test_other_content_is_another_payload(content: Any):
    other = a_payload(content)

    assert other.content_sha256 != ORIGINAL.content_sha256
    assert other.payload_id != ORIGINAL.payload_id


def test_items_do_not_move_between_lists():
    assert a_payload([[1], [2, 3]]).content_sha256 != a_payload([[1, 2], [3]]).content_sha256


@pytest.mark.parametrize(
    ("given", "is_same"),
    [
        pytest.param({"fetched_at": datetime(2026, 2, 1)}, True, id="fetched later"),
        pytest.param({"licence": "other"}, True, id="under another licence"),
        pytest.param({"retain_until": datetime(2027, 1, 1)}, True, id="kept for a time"),
        pytest.param({"source": "register"}, False, id="of another source"),
        pytest.param({"endpoint": "details"}, False, id="of another endpoint"),
        pytest.param({"request": request_json({"q": "gyms"})}, False, id="to another request"),
    ],
)
def test_the_id_names_source_question_and_content(given: dict[str, Any], is_same: bool):
    assert (a_payload(**given).payload_id == a_payload().payload_id) is is_same


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(b"a,b\n1,2\n", "text/csv", id="CSV"),
        pytest.param(b"<html>", "application/json", id="markup that says it is JSON"),
        pytest.param(b"[1, NaN]", "application/json", id="a number that JSON has not"),
        pytest.param(b'["\\ud800"]', "application/json", id="half a character"),
        pytest.param(b"\xff\xfe\x00", "application/json", id="no text"),
        pytest.param(b"[" * 5000 + b"]" * 5000, "application/json", id="nested without end"),
    ],
)
def test_what_is_no_json_is_compared_by_its_bytes(body: bytes, content_type: str):
    payload = a_payload(body=body, content_type=content_type)

    assert payload.content_sha256 == payload.body_sha256


def test_geojson_is_json_too():
    one = a_payload([1, 2], content_type="application/geo+json")
    other = a_payload([2, 1], content_type="application/geo+json")

    assert one.content_sha256 == other.content_sha256


def test_a_request_has_one_form():
    assert request_json({"b": [2, 1], "a": {"d": 1, "c": 2}}) == '{"a":{"c":2,"d":1},"b":[2,1]}'


def test_what_differs_on_every_call_is_no_content():
    first = a_payload({"features": [1], "timeStamp": "a"}, volatile=("timeStamp",))
    second = a_payload({"features": [1], "timeStamp": "b"}, volatile=("timeStamp",))
    other = a_payload({"features": [2], "timeStamp": "a"}, volatile=("timeStamp",))

    assert first.payload_id == second.payload_id
    assert first.body_sha256 != second.body_sha256
    assert first.payload_id != other.payload_id
