"""Points, boxes, canonical JSON and the ids made of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.values import BoundingBox, GeoPoint, canonical_json, digest, fingerprint

CITY = BoundingBox(55.88, -3.45, 56.0, -3.08)

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
points = st.builds(GeoPoint, latitudes, longitudes)


def test_one_degree_of_latitude_is_111_195_metres():
    # 2 * pi * 6 371 008.8 m / 360 = 111 195.08 m
    assert GeoPoint(10.0, 20.0).distance_m(GeoPoint(11.0, 20.0)) == pytest.approx(
        111_195.08, abs=0.01
    )


def test_a_degree_of_longitude_is_half_as_long_at_sixty_north():
    # cos 60° = 0.5, so nearly 55 597.5 m; the great circle is a little shorter
    assert GeoPoint(60.0, 0.0).distance_m(GeoPoint(60.0, 1.0)) == pytest.approx(55_597.5, abs=6)


def test_london_to_paris_is_344_kilometres():
    london, paris = GeoPoint(51.5074, -0.1278), GeoPoint(48.8566, 2.3522)

    assert london.distance_m(paris) == pytest.approx(343_556, abs=200)


@settings(max_examples=100, deadline=None)
@given(points, points)
def test_a_distance_is_the_same_both_ways_and_never_more_than_half_the_globe(
    a: GeoPoint, b: GeoPoint
):
    there = a.distance_m(b)

    assert there == pytest.approx(b.distance_m(a))
    assert 0 <= there <= 20_015_115  # pi * 6 371 008.8 m


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        pytest.param(90.1, 0.0, id="beyond the pole"),
        pytest.param(0.0, -180.1, id="beyond the date line"),
        pytest.param(float("nan"), 0.0, id="no number"),
        pytest.param(325_000.0, 673_000.0, id="metres of a national grid"),
    ],
)
def test_a_point_that_is_not_in_degrees_is_refused(latitude: float, longitude: float):
    with pytest.raises(ValueError, match="expected degrees"):
        GeoPoint(latitude, longitude)


def test_zero_is_a_coordinate():
    assert GeoPoint(0.0, 0.0).distance_m(GeoPoint(0.0, 0.0)) == 0.0


@pytest.mark.parametrize(
    ("inner", "is_inside"),
    [
        pytest.param(CITY, True, id="itself"),
        pytest.param(BoundingBox(55.9, -3.2, 55.95, -3.1), True, id="well inside"),
        pytest.param(BoundingBox(55.9, -3.2, 55.9, -3.2), True, id="a single point"),
        pytest.param(BoundingBox(55.87, -3.2, 55.95, -3.1), False, id="sticks out to the south"),
        pytest.param(BoundingBox(55.9, -3.46, 55.95, -3.1), False, id="sticks out to the west"),
        pytest.param(BoundingBox(55.9, -3.2, 56.01, -3.1), False, id="sticks out to the north"),
        pytest.param(BoundingBox(55.9, -3.2, 55.95, -3.07), False, id="sticks out to the east"),
        pytest.param(BoundingBox(50.0, 0.0, 51.0, 1.0), False, id="elsewhere"),
    ],
)
def test_a_box_contains_what_lies_wholly_in_it(inner: BoundingBox, is_inside: bool):
    assert CITY.contains(inner) is is_inside


def test_the_size_of_a_box():
    box = BoundingBox(10.0, 20.0, 12.0, 23.0)

    assert box.extent == 6.0  # 2 degrees by 3
    assert box.as_list() == [10.0, 20.0, 12.0, 23.0]


@pytest.mark.parametrize(
    "edges",
    [
        pytest.param((56.0, -3.4, 55.0, -3.0), id="north below south"),
        pytest.param((55.0, -3.0, 56.0, -3.4), id="east before west"),
        pytest.param((float("nan"), -3.4, 56.0, -3.0), id="no number"),
    ],
)
def test_a_box_that_is_no_box_is_refused(edges: tuple[float, float, float, float]):
    with pytest.raises(ValueError, match="expected south <= north and west <= east"):
        BoundingBox(*edges)


def test_canonical_json_sorts_keys_at_every_depth_and_keeps_letters():
    value = {"b": 1, "a": {"z": [2, 1], "c": "é"}}

    assert canonical_json(value) == '{"a":{"c":"é","z":[2,1]},"b":1}'


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_canonical_json_refuses_what_json_has_no_word_for(number: float):
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"a": [number]})


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('aé\n"'),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(json_values)
def test_canonical_json_says_the_same_value_in_one_way(value: object):
    text = canonical_json(value)

    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


def test_a_digest_is_the_published_sha_256():
    # FIPS 180-2, appendix B.1
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    assert digest("abc") == expected
    assert digest(b"abc") == expected


def test_a_fingerprint_depends_on_every_part_and_on_nothing_else():
    one = fingerprint("source", 1, None)

    # the first 16 digits of the SHA-256 of '["source",1,null]'
    assert one == digest('["source",1,null]')[:16]
    assert len(fingerprint("source", length=8)) == 8
    others = [
        fingerprint("source", 1),
        fingerprint("source", "1", None),
        fingerprint(1, "source", None),
    ]
    assert one not in others
