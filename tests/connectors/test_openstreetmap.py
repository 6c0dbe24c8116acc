"""The traps of Overpass answers, one test each; bodies are authored where none is recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import ForeignPayloadError
from tests.real_data import real_file
from tests.source_answers import (
    column,
    extract,
    failures,
    mapping,
    pointers,
    require_expected,
    seen,
)

ERROR_PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml"><body>
<p><strong style="color:#FF0000">Error</strong>: runtime error: rate_limited. Please check /api/status </p>
</body></html>"""


def answer(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"version": 0.6, "elements": list(elements), **more}


def node(number: int, lat: float, lon: float, **tags: str) -> dict[str, Any]:
    bare = {"type": "node", "id": number, "lat": lat, "lon": lon}
    return bare | ({"tags": tags} if tags else {})


def way(number: int, tags: dict[str, str] | None = None, **form: Any) -> dict[str, Any]:
    return {"type": "way", "id": number, "tags": tags or {"name": "W"}, **form}


def points(*pairs: tuple[float, float]) -> list[dict[str, float]]:
    return [{"lat": lat, "lon": lon} for lat, lon in pairs]


def positions(*bodies: Any) -> dict[str, tuple[float | None, float | None]]:
    records = extract("openstreetmap", *bodies).records
    return {
        key: (lat, lon)
        for key, lat, lon in records.select("source_record_id", "latitude", "longitude").iter_rows()
    }


def test_a_node_and_a_way_of_one_number_are_two_things():
    found = positions(answer(node(1, 1, 2, name="N"), way(1, center={"lat": 3, "lon": 4})))

    assert found == {"node/1": (1, 2), "way/1": (3, 4)}


def test_bare_geometry_nodes_are_no_records():
    found = positions(
        answer(
            node(1, 0, 0), node(2, 0, 2), node(3, 2, 2), way(9, nodes=[1, 2, 3, 1]),
            {"type": "node", "id": 4, "lat": 5, "lon": 5, "tags": {"source": "survey"}},
        )
    )  # fmt: skip

    assert list(found) == ["way/9"]


@pytest.mark.parametrize(
    ("elements", "position"),
    [
        pytest.param(
            [way(9, nodes=[1, 2, 3, 4, 1]), *(node(n, *at) for n, at in enumerate([(0, 0), (0, 4), (2, 4), (2, 0)], 1))],
            (1, 2), id="vertices among bare nodes",
        ),
        pytest.param(
            [way(9, geometry=points((0, 0), (0, 4), (2, 4), (2, 0), (0, 0)))], (1, 2),
            id="vertices of its own",
        ),
        pytest.param([way(9, center={"lat": 1, "lon": 2})], (1, 2), id="a centre"),
        pytest.param(
            [way(9, center={"lat": 7, "lon": 8}, geometry=points((0, 0), (2, 2)))], (7, 8),
            id="a centre besides vertices",
        ),
        pytest.param([way(9, geometry=[{"lat": 0, "lon": 0}, None, {"lat": 2, "lon": 4}])], (1, 2),
            id="vertices cut off by the box"),
        pytest.param([way(9, nodes=[1, 2])], (None, None), id="vertices that did not come"),
        pytest.param([way(9)], (None, None), id="nothing but tags"),
    ],
)  # fmt: skip
def test_a_way_stands_in_the_middle_of_whatever_geometry_came(
    elements: list[dict[str, Any]], position: tuple[float | None, float | None]
):
    assert positions(answer(*elements)) == {"way/9": position}


def test_a_closed_outline_is_a_footprint_and_a_line_is_none():
    corners = points((0, 0), (0, 1), (1, 1), (0, 0))
    found = extract("openstreetmap", answer(way(1, geometry=corners), way(2, geometry=corners[:3])))

    assert column(found, "footprint") == [[[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 0, 0]], None]


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param(
            [
                {"type": "way", "id": 5, "nodes": [1, 2, 3]},
                {"type": "way", "id": 6, "nodes": [3, 4, 1]},
                *(node(n, *at) for n, at in enumerate([(0, 0), (0, 4), (2, 4), (2, 0)], 1)),
            ],
            id="members that came on their own",
        ),
        pytest.param([], id="members with vertices"),
    ],
)
def test_a_relation_is_drawn_from_its_ways(elements: list[dict[str, Any]]):
    members = [
        {"type": "way", "ref": 5, "role": "outer"},
        {"type": "way", "ref": 6, "role": "outer"},
        {"type": "node", "ref": 99, "role": "entrance"},
    ]
    if not elements:
        members[0]["geometry"] = points((0, 0), (0, 4), (2, 4))
        members[1]["geometry"] = points((2, 4), (2, 0), (0, 0))
    relation = {"type": "relation", "id": 7, "members": members, "tags": {"name": "R"}}

    found = extract("openstreetmap", answer(relation, *elements))

    assert (column(found, "latitude"), column(found, "longitude")) == ([1], [2])
    assert column(found, "footprint") == [[[0, 0, 0, 4], [0, 4, 2, 4], [2, 4, 2, 0], [2, 0, 0, 0]]]


def test_an_area_and_a_count_are_no_things_of_their_own():
    area = {"type": "area", "id": 3600000001, "tags": {"name": "Example"}}
    count = {"type": "count", "id": 0, "tags": {"nodes": "5", "name": "5"}}

    assert positions(answer(area, count, node(1, 1, 2, name="N"))) == {"node/1": (1, 2)}


def test_each_answer_is_drawn_from_itself_alone():
    old = answer(way(1, geometry=points((0, 0), (2, 2))))
    new = answer(way(1, geometry=points((10, 10), (12, 12))))

    found = extract("openstreetmap", old, new, days=[0, 9])

    by_payload = found.records.select("payload_id", "latitude").rows()
    assert by_payload == [("p0", 1), ("p1", 11)]


def test_several_sports_in_one_tag_are_each_seen():
    found = extract("openstreetmap", answer(node(1, 1, 2, sport="tennis; padel;squash")))

    assert seen(found)["sport"] == ["tennis", "padel", "squash"]
    assert column(found, "raw_categories") == [["sport=tennis; padel;squash"]]


def test_tags_are_universal_fields():
    found = extract(
        "openstreetmap",
        answer(
            node(
                1, 55.9, -3.2,
                **{
                    "official_name": "Example Centre", "leisure": "sports_centre",
                    "addr:housenumber": "10", "addr:street": "Example Road",
                    "addr:city": "Edinburgh", "addr:postcode": "EH1 1AA", "addr:suburb": "Leith",
                    "contact:phone": "0131 496 0001", "contact:website": "club.org",
                    "contact:facebook": "https://facebook.example/x", "fhrs:id": "42",
                    "opening_hours": "Mo-Su 00:00-24:00",
                },
            ),
            node(2, 55.9, -3.2, **{"name": "N", "official_name": "O", "addr:place": "Quay"}),
        ),
    )  # fmt: skip

    first, second = found.records.to_dicts()
    assert (first["entity_name"], second["entity_name"]) == ("Example Centre", "N")
    assert (first["street_address"], second["street_address"]) == ("10 Example Road", "Quay")
    assert pointers(found, "street_address") == [
        ["/elements/0/tags/addr:housenumber", "/elements/0/tags/addr:street"]
    ]
    assert (first["city"], first["postcode"], first["locality"]) == (
        "Edinburgh",
        "EH1 1AA",
        "Leith",
    )
    assert (first["phone"], first["website_url"]) == ("+441314960001", "https://club.org/")
    assert first["opening_hours"] == "24/7"
    assert mapping(first["social_media"]) == {"facebook": "https://facebook.example/x"}
    assert mapping(first["external_ids"]) == {"fhrs": "42", "openstreetmap": "node/1"}


def test_an_element_of_the_wrong_shape_is_told():
    found = extract("openstreetmap", answer(node(1, 1, 2, name="N"), {"type": "node", "id": "x"}))

    assert column(found, "source_record_id") == ["node/1"]
    assert failures(found) == [("p0", "/elements/1")]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            answer(remark='runtime error: Query timed out in "query" at line 4 after 2 seconds.'),
            "did not finish: runtime error: Query timed out", id="a timeout in a 200",
        ),
        pytest.param(
            answer(node(1, 1, 2), remark="runtime error: Query run out of memory using about 9 MB"),
            "did not finish: runtime error: Query run out of memory", id="half an answer",
        ),
        pytest.param(ERROR_PAGE, "error page: runtime error: rate_limited", id="an error page"),
        pytest.param("<html><body>Bad gateway</body></html>", "an XHTML page", id="another page"),
        pytest.param({"osm3s": {}}, "expected an Overpass answer with 'elements'", id="no elements"),
        pytest.param(answer({"id": 1}), "expected type and id", id="an element without type"),
    ],
)  # fmt: skip
def test_what_is_no_finished_answer_is_refused(body: Any, told: str):
    with pytest.raises(ForeignPayloadError, match=told):
        require_expected(
            "openstreetmap", body, "text/html" if isinstance(body, str) else "application/json"
        )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(answer(), id="an empty answer"),
        pytest.param(answer(remark="runtime remark: something harmless"), id="a warning"),
        pytest.param(answer(node(1, 1, 2)), id="an element"),
    ],
)
def test_a_finished_answer_is_taken(body: Any):
    require_expected("openstreetmap", body)


@pytest.mark.parametrize(
    ("name", "elements", "records", "named"),
    [
        ("tennis_captured.json", 2957, 576, 65),
        ("soccer_captured.json", 6350, 1153, 163),
        ("golf_captured.json", 14046, 218, 208),
        ("empty_captured.json", 0, 0, 0),
    ],
)
def test_recorded_answers_hold_as_many_things_as_are_tagged(
    name: str, elements: int, records: int, named: int
):
    body = real_file(f"openstreetmap/{name}").read_bytes()
    require_expected("openstreetmap", body)

    found = extract("openstreetmap", body)

    assert len(json.loads(body)["elements"]) == elements
    assert found.records.height == records
    assert found.records["entity_name"].drop_nulls().len() == named
    assert found.records["latitude"].null_count() == 0
    assert failures(found) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("remark-runtime-error-01.json", "Query timed out in"),
        ("bad-request.html", "line 2: parse error"),
        ("bad-request-encoding.html", "line 2: parse error"),
    ],
)
def test_recorded_failures_are_refused(name: str, told: str):
    body = real_file(f"openstreetmap/overpass_replies/{name}").read_bytes()

    with pytest.raises(ForeignPayloadError, match=told):
        require_expected("openstreetmap", body)
