"""Faults are real to a client, come when they are told to, and our connectors notice them."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator

import httpx
import pytest

from pipeline.connectors.questions import SourceRequest
from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError, ForeignPayloadError
from tests import loopback
from tests.simulators import NAMES, Simulator, World, simulators
from tests.simulators.faults import HEAVY


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with simulators() as running:
        for simulator in running:
            simulator.slow_s = simulator.drip_s = 30
        yield running


@pytest.fixture(autouse=True)
def _well_behaved(world: World) -> None:
    world.behave()


@pytest.fixture
def chargers(world: World) -> Simulator:
    simulator = world["open_charge_map"]
    simulator.seen.clear()
    return simulator


def ask(chargers: Simulator, client: httpx.Client | None = None, **params: int) -> httpx.Response:
    get = client.get if client else httpx.get
    return get(
        f"{chargers.url}/poi", params=params, headers={"X-API-Key": chargers.api.key}, timeout=0.5
    )


@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        pytest.param("dropped", httpx.RemoteProtocolError, "without sending a response", id="before the headers"),
        pytest.param("cut", httpx.RemoteProtocolError, "without sending complete message body", id="in the body"),
        pytest.param("hang", httpx.ReadTimeout, "timed out", id="nothing comes"),
    ],
)  # fmt: skip
def test_a_broken_connection_is_really_broken(
    fault: str, error: type[httpx.HTTPError], told: str, chargers: Simulator
):
    chargers.faults.next(fault)

    with pytest.raises(error, match=told):
        ask(chargers)

    assert ask(chargers).status_code == 200


def test_a_late_answer_begins_late_and_a_dripping_one_never_ends(chargers: Simulator):
    chargers.faults.next("slow", "drip")

    with pytest.raises(httpx.ReadTimeout):
        ask(chargers)
    with httpx.stream("GET", f"{chargers.url}/poi", headers={"X-API-Key": chargers.api.key},
                      params={"maxresults": 1}, timeout=0.5) as dripping:  # fmt: skip
        pieces = dripping.iter_raw()
        assert next(pieces).startswith(b"[{")
        with pytest.raises(httpx.ReadTimeout):
            next(pieces)


@pytest.mark.parametrize(
    ("fault", "size"),
    [
        pytest.param("huge", 100_000_000, id="100 MB"),
        pytest.param("million", 40_000_000, id="items"),
    ],
)
def test_a_body_without_length_streams(fault: str, size: int, chargers: Simulator):
    chargers.faults.next(fault)
    came = 0

    with httpx.stream(
        "GET", f"{chargers.url}/poi", headers={"X-API-Key": chargers.api.key}, timeout=30
    ) as response:
        for piece in response.iter_raw():
            came += len(piece)

    assert "content-length" not in response.headers
    assert came > size


def test_a_body_may_be_spoilt_in_its_bytes_and_in_its_values(chargers: Simulator):
    (sound,) = ask(chargers, maxresults=1).json()
    chargers.faults.next("not_utf8", "nul", "nan", "zero_latitude", "swapped_axes")

    not_utf8, nul, nan, zero, swapped = (ask(chargers, maxresults=1) for _ in range(5))

    place = sound["AddressInfo"]
    with pytest.raises(UnicodeDecodeError):
        not_utf8.content.decode()
    assert nul.json()[0]["AddressInfo"]["Title"] == place["Title"] + "\0"
    assert b'"Latitude": NaN' in nan.content
    assert zero.json()[0]["AddressInfo"]["Latitude"] == 0.0
    assert zero.json()[0]["AddressInfo"]["Longitude"] == place["Longitude"]
    assert swapped.json()[0]["AddressInfo"]["Latitude"] == place["Longitude"]


def test_a_script_is_followed_and_then_all_is_well(chargers: Simulator):
    chargers.faults.next("rate_limited", "retry_after", "", "unavailable")

    codes = [ask(chargers) for _ in range(5)]

    assert [answer.status_code for answer in codes] == [429, 429, 200, 503, 200]
    assert [answer.headers.get("retry-after") for answer in codes[:2]] == [None, "1"]
    assert [request.fault for request in chargers.seen][:2] == ["rate_limited", "retry_after"]


def test_a_misspelt_fault_is_refused(chargers: Simulator):
    with pytest.raises(ValueError, match="'rate_limit', expected one of"):
        chargers.faults.next("rate_limit")


def test_chance_hangs_on_the_request_and_not_on_the_order(chargers: Simulator):
    def codes(order: list[int]) -> dict[int, str | None]:
        chargers.faults.misbehave(0.5, seed=3, names=["unavailable"])
        chargers.faults._came.clear()
        chargers.seen.clear()
        with httpx.Client() as client:
            for number in order:
                ask(chargers, client, greaterthanid=number)
        return {int(r.params["greaterthanid"]): r.fault for r in chargers.seen}

    there = codes(list(range(40)))

    assert there == codes(list(range(39, -1, -1)))
    assert 8 < sum(fault == "unavailable" for fault in there.values()) < 32


@pytest.mark.parametrize("name", NAMES)
def test_no_fault_is_one_of_the_simulator_itself(
    name: str, world: World, caplog: pytest.LogCaptureFixture
):
    """A fault meets a sound answer and a refusal; neither may end in an error of the server."""
    simulator = world[name]
    for fault in set(simulator.faults.known) - {*HEAVY, "slow", "drip"}:
        for key in (simulator.api.key or "", "wrong"):
            simulator.faults.next(fault)
            with contextlib.suppress(httpx.RemoteProtocolError):
                ask_anything(simulator, key)

    assert [
        record.getMessage() for record in caplog.records if record.name.startswith("aiohttp")
    ] == []


def ask_anything(simulator: Simulator, key: str) -> httpx.Response:
    """A request that the API answers soundly if the key is right."""
    url, headers = simulator.url, {"X-API-KEY": key, "X-Goog-Api-Key": key, "X-Goog-FieldMask": "*", "x-api-version": "2"}  # fmt: skip
    wfs = {"request": "GetFeature", "typeNames": "ext_spf:pub_spfp", "outputFormat": "json", "authkey": key}  # fmt: skip
    method, path, sent = {
        "serper": ("POST", "/search", {"json": {"q": "padel"}}),
        "google_places": ("POST", "/places:searchText", {"json": {"textQuery": "padel"}}),
        "openstreetmap": ("POST", "", {"data": {"data": "[out:json];nwr[name];out geom;"}}),
        "sport_scotland": ("GET", "", {"params": wfs}),
        "edinburgh_council": ("GET", "/Sports_Clubs/FeatureServer/0/query", {"params": {"where": "1=1", "f": "geojson"}}),
        "open_charge_map": ("GET", "/poi", {}),
        "food_hygiene": ("GET", "/Establishments", {}),
    }[simulator.api.name]  # fmt: skip
    return httpx.request(method, url + path, headers=headers, **sent)


def test_every_request_is_kept_as_it_came(world: World):
    serper = world["serper"]
    before = serper.count

    httpx.post(f"{serper.url}/search", json={"q": "padel"}, headers={"X-API-KEY": "a-key"})

    kept = serper.seen[-1]
    assert serper.count == before + 1
    assert (kept.method, kept.path, kept.json) == ("POST", "/search", {"q": "padel"})
    assert kept.headers["x-api-key"] == "a-key"
    assert kept.at <= time.monotonic()


def test_every_answer_waits_for_the_delay():
    with simulators("food_hygiene", delay_s=30) as world, pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{world['food_hygiene'].url}/Establishments", timeout=0.2)


@pytest.mark.parametrize(
    ("name", "fault", "told"),
    [
        pytest.param("serper", "no_credits", "Not enough credits", id="serper: an empty purse"),
        pytest.param("google_places", "error_in_200", "legacy API", id="google: the legacy API"),
        pytest.param("google_places", "dead_id", "no longer valid", id="google: a dead id"),
        pytest.param("openstreetmap", "error_in_200", "did not finish", id="overpass: a remark"),
        pytest.param("openstreetmap", "page_in_200", "error page", id="overpass: a page"),
        pytest.param("sport_scotland", "error_in_200", "could not obtain", id="wfs: an exception"),
        pytest.param("sport_scotland", "wrong_layer", "pub_sptk", id="wfs: septic tanks"),
        pytest.param(
            "edinburgh_council", "error_in_200", "Unable to complete", id="arcgis: an error"
        ),
        pytest.param("edinburgh_council", "wrong_layer", "another layer", id="arcgis: trees"),
        pytest.param(
            "open_charge_map", "blocked", "Blocked for API abuse", id="ocm: a ban in text"
        ),
        pytest.param("open_charge_map", "html", "markup", id="a sign-in page"),
    ],
)
def test_a_connector_notices_what_its_api_hides(
    name: str, fault: str, told: str, world: World, connectors: dict[str, Connector]
):
    connector, simulator = connectors[name], world[name]
    request = connector.plan_requests(loopback.question(), {})[0]
    simulator.faults.always(fault)

    with pytest.raises((ConnectorError, ForeignPayloadError), match=told):
        read_page(connector, simulator, request)


def read_page(connector: Connector, simulator: Simulator, request: SourceRequest) -> None:
    """Fetch and check as a run does."""
    answers, _ = loopback.fetch(
        connector, None, request, key=simulator.api.key, base_url=simulator.url
    )
    for answer in answers:
        connector.require_expected(answer.body, answer.content_type)


def test_a_truncated_page_is_sound_to_look_at(world: World):
    wfs = world["sport_scotland"]
    params = {"request": "GetFeature", "typeNames": "ext_spf:pub_spfotc", "authkey": wfs.api.key,
              "outputFormat": "application/json"}  # fmt: skip
    whole = httpx.get(wfs.url, params=params).json()
    wfs.faults.next("truncated")

    cut = json.loads(httpx.get(wfs.url, params=params).content)

    assert cut["numberMatched"] == whole["numberMatched"]
    assert len(cut["features"]) == len(whole["features"]) // 2
