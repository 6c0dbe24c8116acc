"""CSV bodies to rows: a broken line costs itself alone."""

from __future__ import annotations

import pytest

from pipeline.connectors.decoding import Decoded, decode_csv

HEAD = "id,name,town"
ROWS = ["1,Alpha,Leith", "2,Beta,Leith", "3,Gamma,Leith", "4,Delta,Leith"]


def decode(*lines: str) -> Decoded:
    return decode_csv("p0", "\n".join([HEAD, *lines, ""]).encode(), ["id", "name", "wanted"])


def test_rows_are_read_as_text_with_their_place():
    found = decode(*ROWS)

    assert found.rows["id"].to_list() == ["1", "2", "3", "4"]
    assert found.rows["json_pointer"].to_list() == ["/0", "/1", "/2", "/3"]
    assert found.rows["wanted"].to_list() == [None] * 4
    assert found.failures.is_empty()


def test_a_field_may_hold_a_line_break_and_a_comma():
    found = decode(ROWS[0], '2,"Beta,\nannexe",Leith', ROWS[2])

    assert found.rows["name"].to_list() == ["Alpha", "Beta,\nannexe", "Gamma"]
    assert found.failures.is_empty()


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        pytest.param("2,Beta,Leith,too,many", "the row has 5 fields, the header 3", id="too long"),
        pytest.param('2,"Beta,Leith', "a quote that is not closed", id="an open quote"),
        pytest.param(
            f"2,{'x' * 200_000},Leith,too,many", "field larger than field limit (131072)", id="huge"
        ),
    ],
)
def test_a_broken_line_costs_itself_alone(broken: str, error: str):
    found = decode(ROWS[0], broken, *ROWS[2:])

    assert found.rows["id"].to_list() == ["1", "3", "4"]
    assert found.rows["json_pointer"].to_list() == ["/0", "/2", "/3"]
    assert found.failures.rows() == [("p0", "/1", error)]


def test_a_body_that_is_empty_has_no_rows():
    assert decode_csv("p0", b"", ["id"]).rows.is_empty()
