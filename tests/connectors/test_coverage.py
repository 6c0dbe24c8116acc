"""The boxes of a dump: they hold every position, and no more than they must."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.connectors.coverage import cover
from pipeline.values import BoundingBox

POSITIONS = st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=20)


def boxes(*positions: tuple[float | str | None, float | str | None]) -> list[list[float]]:
    written = [(str(y) if y is not None else None, str(x) if x is not None else None) for y, x in positions]  # fmt: skip
    found = cover(
        pl.Series([y for y, _ in written], dtype=pl.String),
        pl.Series([x for _, x in written], dtype=pl.String),
    )
    return [box.as_list() for box in found]


def test_a_town_is_one_tight_box_and_a_stray_another():
    found = boxes((55.95, -3.12), (55.90, -3.20), (51.526512, -0.144238))

    assert found == [
        [51.5265, -0.14425, 51.52652, -0.14423],
        [55.89999, -3.20001, 55.95001, -3.11999],
    ]


def test_what_is_no_position_is_left_out():
    assert boxes((None, None), ("", "-3.1"), ("x", "1"), (91, 0), (55.9, None)) == []


@given(POSITIONS)
def test_every_position_lies_in_a_box(positions: list[tuple[float, float]]):
    found = cover(
        pl.Series([y for y, _ in positions], dtype=pl.Float64),
        pl.Series([x for _, x in positions], dtype=pl.Float64),
    )

    for y, x in positions:
        assert any(box.contains(BoundingBox(y, x, y, x)) for box in found)
    assert len(found) <= len(positions)
