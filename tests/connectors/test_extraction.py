"""Records and observations from raw columns: cleaned, first found first, with pointers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest

from pipeline.connectors.extraction import (
    Extraction,
    Origin,
    build_extraction,
    clean_text,
    id_map,
)
from pipeline.connectors.registry import load_connectors
from pipeline.errors import ConnectorError
from tests.source_answers import column, mapping, pointers, seen

SPEC = load_connectors()["sport_scotland"].spec  # NA and N/A are missing values of it


def build(fields: dict[str, list[Any]], observed: dict[str, Any], **raw: list[Any]) -> Extraction:
    """The extraction of rows with these raw columns."""
    rows = pl.DataFrame(raw).with_columns(
        pl.lit("p0").alias("payload_id"),
        pl.format("/items/{}", pl.int_range(pl.len())).alias("json_pointer"),
    )
    return build_extraction(rows, SPEC, fields, observed)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        pytest.param(" a \n\t b ", "a b", id="blanks"),
        pytest.param("a\u00a0b", "a b", id="a hard blank"),
        pytest.param("a\x00b\x1f", "a b", id="control characters"),
        pytest.param("\ufeffa\u202eb\u200f", "ab", id="marks of direction"),
        pytest.param("   ", None, id="only blanks"),
        pytest.param("", None, id="empty"),
        pytest.param("NA", None, id="a word for nothing"),
        pytest.param(" N/A ", None, id="another one, with blanks"),
        pytest.param("Na", "Na", id="letter case tells"),
        pytest.param("NAPIER", "NAPIER", id="a word that begins like it"),
    ],
)
def test_text_is_cleaned_and_words_for_nothing_are_null(raw: str, cleaned: str | None):
    frame = pl.DataFrame({"x": [raw]})

    assert frame.select(clean_text(pl.col("x"), SPEC.missing_values)).to_series()[0] == cleaned


def test_the_first_column_with_a_value_gives_the_field_and_its_pointer():
    found = build(
        {"entity_name": ["name", "official_name"]}, {},
        name=["A", "NA", None], official_name=["x", " B ", None],
    )  # fmt: skip

    assert column(found, "entity_name") == ["A", "B", None]
    assert pointers(found, "entity_name", 0) == [["/items/0/name"]]
    assert pointers(found, "entity_name", 1) == [["/items/1/official_name"]]
    assert seen(found, 2) == {}


def test_an_origin_may_stand_elsewhere_than_its_column():
    found = build({"city": [Origin("part", "/address")]}, {}, part=["Leith"])

    assert pointers(found, "city") == [["/items/0/address"]]


def test_a_list_is_one_observation_per_value():
    found = build({"raw_categories": ["kinds"]}, {"kinds": "kinds"}, kinds=[["b", " a ", "NA", ""]])

    assert seen(found) == {"kinds": ["b", "a"], "raw_categories": ["b", "a"]}
    assert pointers(found, "kinds") == [["/items/0/kinds"], ["/items/0/kinds"]]


@pytest.mark.parametrize(
    ("latitude", "longitude", "kept"),
    [
        pytest.param("55.9", "-3.2", (55.9, -3.2), id="degrees"),
        pytest.param("0", "0.0", (0.0, 0.0), id="zero is a coordinate"),
        pytest.param("-90", "180", (-90.0, 180.0), id="the edges"),
        pytest.param("55.9", None, (None, None), id="half a position"),
        pytest.param("91", "0", (None, None), id="beyond the pole"),
        pytest.param("0", "-180.1", (None, None), id="beyond the date line"),
        pytest.param("674292", "330210", (None, None), id="metres of a grid"),
        pytest.param("north", "-3.2", (None, None), id="a word"),
        pytest.param("nan", "-3.2", (None, None), id="not a number"),
    ],
)
def test_both_coordinates_or_neither(
    latitude: str | None, longitude: str | None, kept: tuple[float | None, float | None]
):
    found = build(
        {"latitude": ["y"], "longitude": ["x"]}, {}, y=[latitude, "1"], x=[longitude, "2"]
    )

    assert (column(found, "latitude")[0], column(found, "longitude")[0]) == kept
    assert (column(found, "latitude")[1], column(found, "longitude")[1]) == (1.0, 2.0)


def test_instants_of_several_forms_stand_side_by_side_as_utc():
    written = [
        "2026-03-01T10:00:00+01:00", "2026-03-01T10:00:00", "2026-03-01", "2026-03-01 10:00",
        "2026-03-01T10:00:00.250Z", "2026-03-01T10:00:00-0130", "next week", "2026-02-30", None,
    ]  # fmt: skip

    found = build({"time_start": ["at"]}, {}, at=written)

    assert column(found, "time_start") == [
        datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 10), datetime(2026, 3, 1),
        datetime(2026, 3, 1, 10), datetime(2026, 3, 1, 10, 0, 0, 250_000),
        datetime(2026, 3, 1, 11, 30), None, None, None,
    ]  # fmt: skip
    assert seen(found) == {"time_start": ["2026-03-01T10:00:00+01:00"]}


def test_contacts_are_normalized_and_the_original_is_kept():
    found = build(
        {"phone": ["tel"], "email": ["mail"], "website_url": ["web"], "opening_hours": ["open"]},
        {},
        tel=["0131 496 0001"], mail=["A@Club.org"], web=["club.org"], open=["Mo-Su 00:00-24:00"],
    )  # fmt: skip

    record = found.records.row(0, named=True)
    assert (record["phone"], record["email"]) == ("+441314960001", "a@club.org")
    assert (record["website_url"], record["opening_hours"]) == ("https://club.org/", "24/7")
    assert seen(found) == {
        "phone": ["0131 496 0001"],
        "email": ["A@Club.org"],
        "website_url": ["club.org"],
        "opening_hours": ["Mo-Su 00:00-24:00"],
    }


def test_an_id_map_holds_the_schemes_that_have_a_value():
    frame = pl.DataFrame({"b": ["2", None], "a": [1, None]})

    found = frame.select(ids=id_map({"scheme_b": "b", "scheme_a": "a"}))["ids"].to_list()

    assert [mapping(ids) for ids in found] == [{"scheme_a": "1", "scheme_b": "2"}, {}]


@pytest.mark.parametrize("name", ["location_lat", "contact_phone", "website", "entity_class"])
def test_a_name_that_is_no_universal_field_is_refused(name: str):
    with pytest.raises(ConnectorError, match=rf"\['{name}'\] are no universal fields"):
        build({name: ["x"]}, {}, x=["1"])


def test_what_a_source_does_not_say_has_its_default():
    found = build({}, {}, x=["1"]).records.row(0, named=True)

    assert (found["role"], found["derived_from"]) == ("listing", [])
    assert (found["source_record_id"], found["licence"]) == (None, None)
