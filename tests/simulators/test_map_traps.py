"""What maps and registers are known to do to a careless client, their simulators do as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.simulators import World, gather_rows, simulators
from tests.simulators.businesses import establishment
from tests.simulators.rows import row_of

EDINBURGH = "55.883,-3.45,56.005,-3.077"
METRES = "310000,660000,340000,690000"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    rows = gather_rows() | {"food_hygiene": [row_of("food_hygiene", row) for row in _REGISTER]}
    with simulators(rows=rows) as running:
        yield running


# --- Overpass


def overpass(world: World, statements: str, box: str = EDINBURGH) -> Any:
    query = f"[out:json][timeout:25][bbox:{box}];{statements}"
    return httpx.post(world["openstreetmap"].url, data={"data": query}).json()["elements"]


def test_overpass_unites_selectors_and_reads_regular_expressions(world: World):
    exact, any_of = (
        '["leisure"="pitch"]["sport"="padel"]',
        '["leisure"="pitch"]["sport"~"(^|; *)padel( *;|$)"]',
    )

    several = overpass(world, f"(nwr{any_of};nwr[club=sport];);out geom;")

    assert len(overpass(world, f"way{exact};out ids;")) <= len(
        overpass(world, f"way{any_of};out ids;")
    )
    assert len(several) == len(overpass(world, f"nwr{any_of};out;")) + len(
        overpass(world, "nwr[club=sport];out;")
    )
    assert overpass(world, f"nwr{any_of};out;", box="0,0,1,1") == []
    assert overpass(world, f"nwr{any_of}({EDINBURGH});out;", box="0,0,1,1") != []


def test_what_an_element_shows_of_its_place_depends_on_out(world: World):
    (whole, *_), (centred, *_), (tagged, *_) = (
        overpass(world, f'way["name"="World of Football"];out {how};')
        for how in ("geom", "center", "tags")
    )

    assert "geometry" in whole
    assert {"center", "nodes"} <= set(centred)
    assert "geometry" not in centred
    assert set(tagged) == {"type", "id", "tags"}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        pytest.param('[out:json];nwr["a"="b"];outt;', "parse error", id="a misspelt word"),
        pytest.param("[out:json];nwr[~];out;", "cannot be read", id="a broken filter"),
        pytest.param('[out:json][bbox:56.1,-3,55.8,-2];node["a"];out;', "out of range", id="north under south"),
    ],
)  # fmt: skip
def test_overpass_tells_a_wrong_query_in_a_page(query: str, told: str, world: World):
    refused = httpx.post(world["openstreetmap"].url, data={"data": query})

    assert refused.status_code == 400
    assert refused.headers["content-type"].startswith("text/html")
    assert told in refused.text


# --- the WFS


def features(world: World, **params: Any) -> httpx.Response:
    wfs = world["sport_scotland"]
    asked = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "outputFormat": "application/json",
             "typeNames": "ext_spf:pub_spfotc", "authkey": wfs.api.key}  # fmt: skip
    return httpx.get(wfs.url, params=asked | params)


def test_a_box_without_crs_is_in_metres_and_a_urn_turns_the_axes(world: World):
    every = features(world).json()["numberMatched"]

    assert every > 10
    assert features(world, bbox=METRES).json()["numberMatched"] == every
    assert features(world, bbox="-3.45,55.883,-3.077,56.005").json()["features"] == []
    assert (
        features(world, bbox="-3.45,55.883,-3.077,56.005,EPSG:4326").json()["numberMatched"]
        == every
    )
    turned = "55.883,-3.45,56.005,-3.077,urn:ogc:def:crs:EPSG::4326"
    assert features(world, bbox=turned).json()["numberMatched"] == every


def test_the_wfs_refuses_in_xml_unless_asked_for_json(world: World):
    foreign = {"typeNames": "ext_spf:nothing"}

    as_xml, as_json = (
        features(world, **foreign),
        features(world, exceptions="application/json", **foreign),
    )

    assert "<ows:ExceptionText>Feature type ext_spf:nothing unknown" in as_xml.text
    assert as_json.json()["exceptions"][0]["code"] == "InvalidParameterValue"
    assert "natural order" in features(world, startIndex=3).text
    assert features(world, authkey="").status_code == 403


def test_septic_tanks_come_without_complaint(world: World):
    tanks = features(world, typeNames="ext_spf:pub_sptk").json()["features"]

    assert [tank["id"] for tank in tanks] == ["pub_sptk.1"]


# --- ArcGIS


def test_arcgis_refuses_with_status_200_and_speaks_in_metres_by_default(world: World):
    layer = f"{world['edinburgh_council'].url}/Sports_Clubs/FeatureServer/0/query"

    refused = httpx.get(layer, params={"where": "NO_SUCH=1", "f": "json"})
    metres, degrees = (
        httpx.get(layer, params={"where": "1=1", "f": "json", "outFields": "*"} | out).json()["features"][0]["geometry"]
        for out in ({}, {"outSR": 4326})
    )  # fmt: skip
    assert (refused.status_code, refused.json()["error"]["code"]) == (200, 400)
    assert 310_000 < metres["x"] < 340_000
    assert 660_000 < metres["y"] < 690_000
    assert -3.5 < degrees["x"] < -3


# --- Open Charge Map


def points(world: World, key: str | None = None, **params: Any) -> httpx.Response:
    chargers = world["open_charge_map"]
    headers = {"X-API-Key": chargers.api.key if key is None else key}
    return httpx.get(f"{chargers.url}/poi", params=params, headers=headers)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        pytest.param("test", "You must specify an API key using the key query parameter or x-api-key header.", id="no uuid"),
        pytest.param("5e0f5a17-0000-4000-8000-00000000dead", "Invalid API key.", id="another's"),
    ],
)  # fmt: skip
def test_open_charge_map_refuses_in_plain_text(key: str, told: str, world: World):
    refused = points(world, key)

    assert (refused.status_code, refused.text) == (403, told)


def test_a_distance_is_in_miles_and_a_centre_off_the_globe_is_forgotten(world: World):
    near = {"latitude": 55.9714, "longitude": -3.1757}

    in_miles, in_km = (
        points(world, distance=3, **near),
        points(world, distance=3, distanceunit="km", **near),
    )

    every = [point["ID"] for point in points(world).json()]
    assert len(in_miles.json()) > len(in_km.json()) >= 1
    assert [p["ID"] for p in points(world, latitude=955, longitude=-3).json()] == every
    assert every == sorted(every, reverse=True)
    assert len(points(world, maxresults="many").json()) == min(len(every), 100)


# --- the register of food businesses


# Facts from the register's Edinburgh edition of 13 November 2020 (Open Government Licence v3.0).
_PUB, _CAFE, _PASS = (
    (7843, "Pub/bar/nightclub"),
    (1, "Restaurant/Cafe/Canteen"),
    ("Pass", "fhis_pass_en-gb"),
)
_REGISTER = (
    establishment(663374, "Powerleague Portobello Community Club", _PUB, "10 Westbank Street", "", "EH15 1DR", ("Improvement Required", "fhis_improvement_required_en-gb"), "2018-07-25", "-3.118316", "55.957079"),
    establishment(663368, "Powerleague Sighthill Community Club", _PUB, "66 Bankhead Drive", "", "EH11 4EQ", _PASS, "2018-04-03", "-3.297101", "55.927966"),
    establishment(523062, "Royal Commonwealth Pool", _CAFE, "21 Dalkeith Road", "", "EH16 5BB", _PASS, "2019-05-03", "-3.172746", "55.939204"),
    establishment(522489, "R V S Astley Ainslie Hospital", _CAFE, "143 Grange Loan", "", "", _PASS, "2014-09-08", None, None),
)  # fmt: skip


def businesses(world: World, version: str | None = "2", **params: Any) -> httpx.Response:
    headers = {"x-api-version": version} if version else {}
    return httpx.get(f"{world['food_hygiene'].url}/Establishments", params=params, headers=headers)


def test_the_register_hides_from_requests_without_a_version(world: World):
    refused = businesses(world, version=None, name="powerleague")

    assert refused.status_code == 404
    assert "The API 'Establishments' doesn't exist" in refused.text


def test_the_register_counts_in_miles_and_tells_how_much_there_is(world: World):
    here = {"latitude": 55.957, "longitude": -3.118}

    near = businesses(world, maxDistanceLimit=1, **here).json()
    page = businesses(world, pageSize=2, pageNumber=2).json()

    assert [row["FHRSID"] for row in near["establishments"]] == [663374]
    assert near["establishments"][0]["Distance"] < 0.1
    assert near["establishments"][0]["geocode"] == {
        "longitude": "-3.118316",
        "latitude": "55.957079",
    }
    assert page["meta"]["itemCount"] == 2
    assert page["meta"]["totalPages"] == -(-page["meta"]["totalCount"] // 2)
    named = businesses(world, name="powerleague community").json()["establishments"]
    assert {row["PostCode"] for row in named} == {"EH15 1DR", "EH11 4EQ"}
