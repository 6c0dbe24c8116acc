"""What the search APIs are known to do to a careless client, their simulators do as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.simulators import World, simulators


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with simulators("serper", "google_places") as running:
        yield running


# --- Serper


def search(world: World, key: str | None = None, **body: Any) -> httpx.Response:
    serper = world["serper"]
    headers = {"X-API-KEY": serper.api.key if key is None else key}
    return httpx.post(f"{serper.url}/search", json=body, headers=headers)


def test_serper_searches_the_united_states_unless_told_and_counts_credits(world: World):
    small, large = search(world, q="padel"), search(world, q="padel", gl="gb", num=20)

    assert small.json()["searchParameters"]["gl"] == "us"
    assert large.json()["searchParameters"]["gl"] == "gb"
    assert [small.json()["credits"], large.json()["credits"]] == [1, 2]
    assert [row["position"] for row in large.json()["organic"]][:3] == [1, 2, 3]


def test_an_empty_purse_at_serper_is_a_bad_request(world: World):
    world["serper"].faults.next("no_credits")

    refused = search(world, q="padel")

    assert refused.status_code == 400
    assert refused.json() == {"message": "Not enough credits", "statusCode": 400}
    assert search(world, key="wrong", q="padel").status_code == 403


# --- Google Places


def places(world: World, mask: str | None, **body: Any) -> httpx.Response:
    google = world["google_places"]
    headers = {"X-Goog-Api-Key": google.api.key} | ({"X-Goog-FieldMask": mask} if mask else {})
    return httpx.post(f"{google.url}/places:searchText", json=body, headers=headers)


def test_google_answers_the_masked_fields_alone_and_nothing_with_empty_braces(world: World):
    found = places(world, "places.id,places.location", textQuery="Powerleague Portobello").json()

    assert set(found["places"][0]) == {"id", "location"}
    assert places(world, "places.id", textQuery="zzyzx").content == b"{}"


@pytest.mark.parametrize(
    ("mask", "body"),
    [
        pytest.param(None, {}, id="without a mask"),
        pytest.param("places.place_id", {}, id="a name of the legacy API"),
        pytest.param("places.id, places.types", {}, id="a blank in the mask"),
        pytest.param("id", {}, id="a field without its prefix"),
        pytest.param("places.id", {"pageSize": -1}, id="a negative page"),
        pytest.param("places.id", {"locationBias": {}, "locationRestriction": {"rectangle": {}}}, id="bias and restriction"),
        pytest.param("places.id", {"locationRestriction": {"circle": {}}}, id="restricted to a circle"),
        pytest.param("places.id", {"pageToken": "Zm9yZWlnbg=="}, id="a foreign token"),
    ],
)  # fmt: skip
def test_google_refuses(mask: str | None, body: dict[str, Any], world: World):
    refused = places(world, mask, textQuery="padel", **body)

    assert refused.status_code == 400
    assert refused.json()["error"]["status"] == "INVALID_ARGUMENT"


def test_google_tells_of_a_next_page_only_if_the_mask_names_it(world: World):
    silent = places(world, "places.id", textQuery="edinburgh", pageSize=2).json()
    told = places(world, "places.id,nextPageToken", textQuery="edinburgh", pageSize=2).json()

    token = told.pop("nextPageToken")
    second = places(world, "places.id", textQuery="edinburgh", pageSize=2, pageToken=token)
    other = places(world, "places.id", textQuery="portobello", pageSize=2, pageToken=token)
    assert silent == told
    assert second.status_code == 200
    assert second.json()["places"] != told["places"]
    assert other.status_code == 400


def test_details_of_a_place_take_a_mask_without_prefix_and_ids_die(world: World):
    google = world["google_places"]
    alive = f"{google.url}/places/ChIJBebMXLO5h0gR3gUF4G04NnM"
    key = {"X-Goog-Api-Key": google.api.key}

    found = httpx.get(alive, headers=key | {"X-Goog-FieldMask": "id,displayName"})
    prefixed = httpx.get(alive, headers=key | {"X-Goog-FieldMask": "places.id"})
    dead = httpx.get(f"{google.url}/places/gone", headers=key | {"X-Goog-FieldMask": "id"})
    assert found.json()["displayName"]["text"] == "Powerleague Edinburgh Portobello"
    assert prefixed.status_code == 400
    assert (dead.status_code, dead.json()["error"]["status"]) == (404, "NOT_FOUND")
