"""Each extractor in a table: what it reads, and where the value stood."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from pydantic import TypeAdapter

from pipeline.lens.extractors import ExtractorSpec

SPEC: TypeAdapter[Any] = TypeAdapter(ExtractorSpec)


def read(spec: str | dict[str, Any], *seen: tuple[int, str, str | None]) -> dict[int, Any]:
    """Record → (value, pointers) of what the extractor makes of (record, field, value)."""
    found = pl.DataFrame(
        [
            {"record": record, "field": field, "value": value, "pointers": [f"/{n}"]}
            for n, (record, field, value) in enumerate(seen)
        ],
        schema={
            "record": pl.UInt32,
            "field": pl.String,
            "value": pl.String,
            "pointers": pl.List(pl.String),
        },
    )
    rows = SPEC.validate_python(spec).extract(found)
    assert rows.columns == ["record", "value", "pointers"]
    return {record: (value, pointers) for record, value, pointers in rows.iter_rows()}


def value_of(spec: str | dict[str, Any], text: str) -> Any:
    """The value of one text, None where there is none."""
    return read(spec, (0, "a", text)).get(0, (None, []))[0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("8", 8.0, id="a number"),
        pytest.param("3.5 m", 3.5, id="a fraction and a unit"),
        pytest.param("about 1,234 seats", 1234.0, id="thousands"),
        pytest.param("2,3 or 4", 2.0, id="a comma that lists"),
        pytest.param("-5", -5.0, id="below zero"),
        pytest.param("Court-2", 2.0, id="a hyphen is no minus"),
        pytest.param("5-a-side", 5.0, id="a number in a word"),
        pytest.param("5-6 courts", 5.0, id="the first of a range"),
        pytest.param("many", None, id="no number"),
        pytest.param("", None, id="empty"),
        pytest.param("9" * 400, None, id="too large to hold"),
    ],
)
def test_numeric_parser_reads_the_first_number(text: str, number: float | None):
    assert value_of("numeric_parser", text) == number


@pytest.mark.parametrize(
    ("combine", "value", "pointers"),
    [
        pytest.param("first", 2.0, ["/1"], id="the first that has one"),
        pytest.param("sum", 7.0, ["/1", "/2", "/3"], id="the sum, from all that count"),
        pytest.param("max", 4.0, ["/1", "/2", "/3"], id="the largest"),
    ],
)
def test_numeric_parser_combines_what_a_record_says(
    combine: str, value: float, pointers: list[str]
):
    spec = {"type": "numeric_parser", "combine": combine}

    found = read(spec, (0, "a", "none"), (0, "a", "2"), (0, "b", "4"), (0, "c", "1"), (1, "a", "x"))

    assert found == {0: (value, pointers)}  # 2 + 4 + 1; record 1 has no number, so no sum


@pytest.mark.parametrize(
    ("pattern", "group", "text", "value"),
    [
        pytest.param(r"(\d+) courts", 1, "has 3 courts, 4 courts", "3", id="the first match"),
        pytest.param(r"(\d+) (\w+)", 2, "3 courts", "courts", id="another group"),
        pytest.param(r"\d+", 0, "3 courts", "3", id="the whole match"),
        pytest.param(r"(x)?y", 1, "y", None, id="a group that took no part"),
        pytest.param(r"(\d+) courts", 1, "no courts", None, id="no match"),
        pytest.param(r"(?<=no )(\w+)", 1, "no courts", "courts", id="what only Python can match"),
    ],
)
def test_regex_capture(pattern: str, group: int, text: str, value: str | None):
    spec = {"type": "regex_capture", "pattern": pattern, "group": group}

    assert value_of(spec, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('{"a": {"b": [10, 20]}}', "20", id="a number inside"),
        pytest.param('{"a": {"b": [0, "x"]}}', "x", id="a text"),
        pytest.param('{"a": {"b": [0]}}', None, id="past the end"),
        pytest.param('{"a": {"b": [0, null]}}', None, id="null"),
        pytest.param("not json", None, id="no JSON"),
        pytest.param("", None, id="empty"),
    ],
)
def test_json_path(text: str, value: str | None):
    assert value_of({"type": "json_path", "path": "$.a.b[1]"}, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("yes", True, id="yes"),
        pytest.param(" TRUE ", True, id="shouted, with blanks"),
        pytest.param("1", True, id="one"),
        pytest.param("No", False, id="no"),
        pytest.param("f", False, id="f"),
        pytest.param("0", False, id="zero"),
        pytest.param("limited", None, id="any other word is no answer"),
        pytest.param("", None, id="empty"),
    ],
)
def test_boolean_coercion(text: str, value: bool | None):
    assert value_of("boolean_coercion", text) is value


@pytest.mark.parametrize("spec", ["coalesce", "normalize"])
def test_coalesce_and_normalize_take_the_first_value(spec: str):
    found = read(spec, (0, "a", None), (0, "b", "x"), (0, "c", "y"), (1, "c", "z"))

    assert found == {0: ("x", ["/1"]), 1: ("z", ["/3"])}


def test_array_builder_collects_every_value_once_with_all_its_rows():
    found = read(
        {"type": "array_builder", "split": ";"},
        (0, "a", "clay; asphalt;"), (0, "b", "clay"), (1, "a", " ; "), (2, "a", "grass"),
    )  # fmt: skip

    assert found == {0: (["asphalt", "clay"], ["/0", "/1"]), 2: (["grass"], ["/3"])}


def test_array_builder_keeps_a_text_whole_unless_told_to_part_it():
    assert value_of("array_builder", "clay;asphalt") == ["clay;asphalt"]


def test_string_template_needs_every_slot():
    found = read(
        {"type": "string_template", "template": "{b}: {a} and {a}"},
        (0, "a", "x"), (0, "a", "later"), (0, "b", "y"), (1, "a", "alone"), (2, "b", "alone"),
    )  # fmt: skip

    assert {record: value for record, (value, _) in found.items()} == {0: "y: x and x"}


def test_string_template_with_a_slot_that_nothing_fills_gives_nothing():
    assert read({"type": "string_template", "template": "{a} {nowhere}"}, (0, "a", "x")) == {}


@pytest.mark.parametrize(
    ("values", "text", "value"),
    [
        pytest.param({"Yes": 1}, "yES", 1, id="letter case is not compared"),
        pytest.param({" Yes": 1}, "yes ", 1, id="nor are blanks"),
        pytest.param({"STRASSE": 1}, "straße", 1, id="nor the ß"),
        pytest.param({"yes": 1}, "yes please", None, id="the whole text counts"),
        pytest.param({"yes": 1}, "", None, id="empty"),
        pytest.param({"a": 1, "b": 2.5}, "b", 2.5, id="a fraction among integers"),
        pytest.param({"a": True, "b": False}, "b", False, id="truth values"),
        pytest.param({"a": "x"}, "a", "x", id="texts"),
    ],
)
def test_value_map(values: dict[str, Any], text: str, value: Any):
    assert value_of({"type": "value_map", "values": values}, text) == value


def test_value_map_takes_the_first_part_it_knows():
    spec = {"type": "value_map", "values": {"tennis": 1, "padel": 2}, "split": ";"}

    assert value_of(spec, "golf; padel ;tennis") == 2


@pytest.mark.parametrize(
    "spec",
    [
        "numeric_parser",
        {"type": "numeric_parser", "combine": "sum"},
        {"type": "regex_capture", "pattern": "(x)"},
        {"type": "json_path", "path": "$.a"},
        "boolean_coercion",
        "coalesce",
        "array_builder",
        {"type": "string_template", "template": "{a}"},
        {"type": "value_map", "values": {"x": 1}},
    ],
    ids=str,
)
def test_nothing_seen_gives_nothing(spec: str | dict[str, Any]):
    assert read(spec) == {}
