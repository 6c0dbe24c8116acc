"""JSON bodies to rows: one bad item costs itself alone, and is told."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from pipeline.connectors.decoding import COORDINATES, Decoded, decode_items, nested_floats
from tests.source_answers import payloads

ITEM = pl.Struct(
    {
        "id": pl.String(),
        "size": pl.Float64(),
        "inner": pl.Struct({"name": pl.String()}),
        "tags": pl.List(pl.String()),
    }
)


def decode(*bodies: Any, items: str | None = "items") -> Decoded:
    return decode_items(payloads(*bodies), ITEM, items)


def ids(decoded: Decoded) -> list[tuple[str, str, str]]:
    return decoded.rows.select("payload_id", "json_pointer", "id").rows()


def failed(decoded: Decoded) -> list[tuple[str, str]]:
    return decoded.failures.select("payload_id", "json_pointer").rows()


def test_items_are_rows_with_their_leaves_by_path():
    found = decode({"items": [{"id": 7, "size": 1, "inner": {"name": "x"}, "tags": ["a"], "z": 0}]})

    assert found.rows.columns == ["payload_id", "json_pointer", "id", "size", "inner/name", "tags"]
    assert found.rows.rows() == [("p0", "/items/0", "7", 1.0, "x", ["a"])]
    assert failed(found) == []


def test_every_payload_has_its_own_pointers():
    found = decode({"items": [{"id": "a"}, {"id": "b"}]}, {"items": [{"id": "c"}]})

    assert ids(found) == [("p0", "/items/0", "a"), ("p0", "/items/1", "b"), ("p1", "/items/0", "c")]


def test_a_bare_array_has_pointers_without_a_key():
    found = decode([{"id": "a"}, {"id": "b"}], items=None)

    assert ids(found) == [("p0", "/0", "a"), ("p0", "/1", "b")]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(5, id="a number"),
        pytest.param("text", id="a text"),
        pytest.param([1], id="a list"),
        pytest.param({"id": {"k": 1}}, id="an object where a text belongs"),
        pytest.param({"id": [1]}, id="a list where a text belongs"),
        pytest.param({"size": "north"}, id="a word where a number belongs"),
        pytest.param({"inner": "flat"}, id="a text where an object belongs"),
    ],
)
def test_a_bad_item_costs_itself_alone(bad: Any):
    found = decode({"items": [{"id": "a"}, bad, {"id": "c"}]}, {"items": [{"id": "d"}]})

    assert ids(found) == [("p0", "/items/0", "a"), ("p0", "/items/2", "c"), ("p1", "/items/0", "d")]
    assert failed(found) == [("p0", "/items/1")]
    assert found.failures["error"][0].startswith("error deserializing")


def test_a_bad_item_of_a_bare_array_is_told_too():
    found = decode([{"id": "a"}, 7], items=None)

    assert ids(found) == [("p0", "/0", "a")]
    assert failed(found) == [("p0", "/1")]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param("not json", "no JSON", id="a text"),
        pytest.param('{"items": [{"id": "a"}', "no JSON", id="cut short"),
        pytest.param("<html></html>", "no JSON", id="markup"),
        pytest.param("[" * 100_000, "no JSON", id="nested without end"),
        pytest.param({"items": {"id": "a"}}, "found dict, expected a list", id="an object for a list"),
        pytest.param({"items": "a"}, "found str, expected a list", id="a text for a list"),
        pytest.param([1, 2], "found NoneType, expected a list", id="a list for an object"),
    ],
)  # fmt: skip
def test_a_body_without_its_list_is_one_failure_of_the_payload(body: Any, error: str):
    found = decode(body, {"items": [{"id": "d"}]})

    assert ids(found) == [("p1", "/items/0", "d")]
    assert failed(found) == [("p0", "")]
    assert error in found.failures["error"][0]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"items": []}, id="an empty list"),
        pytest.param({}, id="no list under the key"),
        pytest.param({"other": 1}, id="another key"),
        pytest.param({"items": None}, id="null"),
    ],
)
def test_a_body_without_items_is_no_failure(body: Any):
    found = decode(body)

    assert (ids(found), failed(found)) == ([], [])


def test_an_item_that_is_nothing_is_a_failure_beside_its_neighbours():
    found = decode({"items": [None, {"id": "d"}]})

    assert ids(found) == [("p0", "/items/1", "d")]
    assert failed(found) == [("p0", "/items/0")]
    assert found.failures["error"][0] == "found null, expected an item"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param("8301885007665104350", "8301885007665104350", id="above 2**53"),
        pytest.param("0.10", "0.1", id="a fraction"),
        pytest.param("true", "true", id="a truth value"),
        pytest.param('"a"', "a", id="a text"),
        pytest.param("null", None, id="null"),
    ],
)
def test_a_text_leaf_takes_any_scalar_as_text(written: str, value: str | None):
    found = decode(f'{{"items": [{{"id": {written}}}]}}')

    assert found.rows["id"].to_list() == [value]
    assert failed(found) == []


def test_a_byte_order_mark_does_not_matter():
    found = decode(b'\xef\xbb\xbf{"items": [{"id": "a"}]}')

    assert found.rows["id"].to_list() == ["a"]


def test_text_that_is_not_utf_8_costs_its_own_item_alone():
    latin = b'{"items": [{"id": "caf\xe9"}, {"id": "caf\xc3\xa9"}]}'

    found = decode(latin)

    assert found.rows["id"].to_list() == ["café"]
    assert failed(found) == [("p0", "/items/0")]
    assert found.failures["error"].to_list() == ["text that is not UTF-8"]


def test_a_mark_of_a_lost_byte_that_the_source_itself_sends_is_text():
    mark = '{"items": [{"id": "caf\ufffd"}, 7]}'.encode()

    assert decode(mark).rows["id"].to_list() == ["caf\ufffd"]


@pytest.mark.parametrize(
    ("told", "read"),
    [
        pytest.param(b"a\x00b", "a\x00b", id="a NUL as it is"),
        pytest.param(rb"a\u0000b", "a\x00b", id="a NUL, escaped"),
        pytest.param(b"a\x1bb", "a\x1bb", id="a control character"),
        pytest.param(rb"a\ud800b", "a\x00b", id="half a surrogate pair"),
    ],
)
def test_odd_characters_are_read_as_far_as_they_are_any(told: bytes, read: str):
    """Text fields lose control characters later; here nothing crashes and nothing is lost."""
    found = decode(b'{"items": [{"id": "' + told + b'"}, {"id": "good"}]}')

    assert found.rows["id"].to_list() == [read, "good"]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_a_number_that_is_none_costs_its_own_item_alone(number: str):
    found = decode(f'{{"items": [{{"id": "a", "size": {number}}}, {{"id": "b"}}]}}'.encode())

    assert ids(found) == [("p0", "/items/1", "b")]
    assert failed(found) == [("p0", "/items/0")]


@pytest.mark.parametrize(
    ("coordinates", "flat"),
    [
        pytest.param([1, 2], [1, 2], id="a point"),
        pytest.param([[1, 2]], [1, 2], id="a multi-point of one"),
        pytest.param([[1, 2], [3, 4]], [1, 2, 3, 4], id="a line"),
        pytest.param([[[1, 2], [3, 4]], [[5, 6]]], [1, 2, 3, 4, 5, 6], id="a polygon with a hole"),
        pytest.param([[[[1, 2], [3, 4]]], [[[5, 6]]]], [1, 2, 3, 4, 5, 6], id="a multi-polygon"),
        pytest.param([], [], id="no coordinates"),
        pytest.param(None, None, id="no geometry"),
    ],
)
def test_coordinates_of_any_nesting_are_one_flat_list(coordinates: Any, flat: list[float] | None):
    item = pl.Struct({"at": COORDINATES})

    rows = decode_items(payloads({"items": [{"at": coordinates}]}), item, "items").rows

    assert rows.select(nested_floats("at")).to_series().to_list() == [flat]
