"""The macros every step may use: distances, outlines, nested JSON."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from pipeline.values import GeoPoint
from pipeline.workbench import Workbench

SQUARE = [[0, 0, 0, 2], [0, 2, 2, 2], [2, 2, 2, 0], [2, 0, 0, 0]]  # edges lat, lon to lat, lon


def ask(bench: Workbench, folder: Path, expression: str, given: pl.DataFrame) -> list[object]:
    """The expression for each row of the given frame, in its order."""
    bench.register("given", given.with_row_index("n"))
    (folder / "answer.sql").write_text(
        f"-- answer: one row per n.\n-- reads: given\n-- grain: n\nselect n, {expression} as found from given\n",
        "utf-8",
    )
    bench.run_step(str(folder), "answer")
    return bench.fetch("answer").sort("n")["found"].to_list()


def test_a_distance_in_sql_is_the_distance_in_python(bench: Workbench, tmp_path: Path):
    dice = random.Random(7)
    pairs = [
        (
            GeoPoint(dice.uniform(-90, 90), dice.uniform(-180, 180)),
            GeoPoint(dice.uniform(-90, 90), dice.uniform(-180, 180)),
        )
        for _ in range(200)
    ]
    frame = pl.DataFrame(
        [
            {"a": one.latitude, "b": one.longitude, "c": other.latitude, "d": other.longitude}
            for one, other in pairs
        ]
    )

    found = ask(bench, tmp_path, "distance_m(a, b, c, d)", frame)

    assert found == pytest.approx([one.distance_m(other) for one, other in pairs])


@pytest.mark.parametrize(
    ("latitude", "longitude", "is_inside"),
    [
        pytest.param(1.0, 1.0, True, id="in the middle"),
        pytest.param(0.1, 1.9, True, id="in a corner"),
        pytest.param(3.0, 1.0, False, id="to the north"),
        pytest.param(1.0, 3.0, False, id="to the east"),
        pytest.param(1.0, -0.1, False, id="to the west"),
    ],
)
def test_an_outline_holds_the_points_inside_it(
    bench: Workbench, tmp_path: Path, latitude: float, longitude: float, is_inside: bool
):
    edges = pl.Series("edges", [SQUARE, list(reversed(SQUARE))], dtype=pl.List(pl.List(pl.Float64)))
    frame = pl.DataFrame([edges]).with_columns(lat=latitude, lon=longitude)

    # in any order of its edges
    assert ask(bench, tmp_path, "outline_contains(edges, lat, lon)", frame) == [
        is_inside,
        is_inside,
    ]


def test_a_corner_level_with_the_point_counts_once(bench: Workbench, tmp_path: Path):
    corners = [(0, 1), (1, 2), (2, 1), (1, 0), (0, 1)]  # a diamond
    shape = [[*a, *b] for a, b in pairwise(corners)]
    edges = pl.Series("edges", [shape] * 2, dtype=pl.List(pl.List(pl.Float64)))
    frame = pl.DataFrame([edges]).with_columns(lat=1.0, lon=pl.Series([1.0, -1.0]))

    assert ask(bench, tmp_path, "outline_contains(edges, lat, lon)", frame) == [True, False]


def test_a_point_in_the_hollow_of_an_outline_is_outside(bench: Workbench, tmp_path: Path):
    # a U open to the north: the hollow is above latitude 1, between longitudes 1 and 2
    corners = [(0, 0), (0, 3), (2, 3), (2, 2), (1, 2), (1, 1), (2, 1), (2, 0), (0, 0)]
    shape = [[*a, *b] for a, b in pairwise(corners)]
    edges = pl.Series("edges", [shape] * 3, dtype=pl.List(pl.List(pl.Float64)))
    frame = pl.DataFrame([edges]).with_columns(lat=1.5, lon=pl.Series([0.5, 1.5, 2.5]))

    assert ask(bench, tmp_path, "outline_contains(edges, lat, lon)", frame) == [True, False, True]


def test_the_depth_of_a_page_is_that_of_its_path_alone(bench: Workbench, tmp_path: Path):
    pages = [
        "http://x.org",
        "http://x.org?a=b/c",
        "http://x.org/a/b?c=d/e#f/g",
        "http://x.org/a//b/",
    ]
    frame = pl.DataFrame({"page": pages})

    assert ask(bench, tmp_path, "url_depth(page)", frame) == [0, 0, 2, 2]


def test_leaves_become_one_document(bench: Workbench, tmp_path: Path):
    frame = pl.DataFrame({"leaves": [["a.b.c", "a.d", "e"]], "values": [["1", '"two"', "[3]"]]})

    (found,) = ask(
        bench,
        tmp_path,
        "nested(list_transform(list_zip(leaves, values), lambda z: nested_leaf(z[1], z[2])))",
        frame,
    )

    assert json.loads(str(found)) == {"a": {"b": {"c": 1}, "d": "two"}, "e": [3]}


def test_no_leaves_are_an_empty_document(bench: Workbench, tmp_path: Path):
    frame = pl.DataFrame({"leaves": pl.Series([[]], dtype=pl.List(pl.String))})

    assert ask(
        bench, tmp_path, "nested(list_transform(leaves, lambda l: l::json))::varchar", frame
    ) == ["{}"]


@pytest.mark.parametrize(
    ("claimed", "kind", "document"),
    [
        pytest.param('say "hi"', "string", '"say \\"hi\\""', id="a text is quoted"),
        pytest.param("12", "string", '"12"', id="digits of a text stay text"),
        pytest.param("12", "number", "12", id="a number"),
        pytest.param('["a"]', "list", '["a"]', id="a list"),
    ],
)
def test_a_claims_text_is_read_as_json(
    bench: Workbench, tmp_path: Path, claimed: str, kind: str, document: str
):
    frame = pl.DataFrame({"claimed": [claimed], "kind": [kind]})

    assert ask(bench, tmp_path, "claim_json(claimed, kind)", frame) == [document]
