"""The simulators satisfy our own connectors, page by page, and answer as the APIs are known to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import polars as pl
import pytest

from pipeline.connectors.questions import Answer, Question
from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.values import BoundingBox
from tests import loopback
from tests.conftest import Call
from tests.simulators import NAMES, World, gather_rows, simulators
from tests.source_answers import payloads

CITY = BoundingBox(55.883, -3.45, 56.005, -3.077)
TENNIS = Question("tennis edinburgh", ("tennis",), CITY)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with simulators(crowd=100, seed=7) as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(world: World) -> None:
    for simulator in world:
        simulator.seen.clear()
    world.behave()


def asked(
    world: World, connectors: dict[str, Connector], name: str, parameters: Any = None, **limits: Any
) -> list[Answer]:
    """Every page of every request a connector makes of the whole city."""
    connector, simulator = connectors[name], world[name]
    answers: list[Answer] = []
    for request in connector.plan_requests(TENNIS, parameters or {}):
        pages, _ = loopback.fetch(
            connector, None, request, key=simulator.api.key, base_url=simulator.url, **limits
        )
        answers += pages
    return answers


def items(answers: list[Answer], *path: str) -> list[Any]:
    found = []
    for answer in answers:
        page = json.loads(answer.body)
        for name in path:
            page = page.get(name, [])
        found += page
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_connector_reads_every_answer_whole(
    name: str, world: World, connectors: dict[str, Connector], lens: CompiledLens
):
    if name not in connectors:
        pytest.skip(f"there is no connector {name}")
    parameters = getattr(lens.contract.connector_rules.get(name), "parameters", None)

    answers = asked(world, connectors, name, parameters, requests_per_second=None)

    for answer in answers:
        connectors[name].require_expected(answer.body, answer.content_type)
    extraction = connectors[name].extract(
        payloads(*(a.body for a in answers), endpoint=answers[0].endpoint)
    )
    assert extraction.records.height > 5
    assert extraction.failures.height == 0
    if name != "serper":  # a web page is nowhere
        assert extraction.records["latitude"].null_count() == 0


def test_google_gives_sixty_rows_on_three_pages(world: World, connectors: dict[str, Connector]):
    answers = asked(world, connectors, "google_places")

    ids = [place["id"] for place in items(answers, "places")]
    assert [len(json.loads(answer.body)["places"]) for answer in answers] == [20, 20, 20]
    assert len(set(ids)) == 60
    assert "nextPageToken" not in json.loads(answers[-1].body)


@pytest.mark.parametrize(
    ("name", "size", "path", "key"),
    [
        pytest.param("open_charge_map", 7, (), "ID", id="by the greatest id"),
        pytest.param("sport_scotland", 9, ("features",), "id", id="until numberMatched"),
        pytest.param("edinburgh_council", 4, ("features",), "id", id="while exceededTransferLimit"),
    ],
)
def test_small_pages_give_the_same_rows_as_a_large_one(
    name: str, size: int, path: tuple[str, ...], key: str, world: World, connectors: dict[str, Connector]
):  # fmt: skip
    paged = asked(world, connectors, name, page_size=size, max_pages=100)
    whole = asked(world, connectors, name, page_size=1000)

    assert len(paged) > len(whole)
    assert sorted(str(i[key]) for i in items(paged, *path)) == sorted(
        str(i[key]) for i in items(whole, *path)
    )


def test_a_map_server_marks_the_cut_at_the_top_a_hosted_layer_under_properties(world: World):
    council = world["edinburgh_council"]
    params = {"where": "1=1", "f": "geojson", "outSR": 4326, "resultRecordCount": 3}

    hosted, old = (
        httpx.get(f"{council.url}/Sports_Clubs/{kind}/0/query", params=params).json()
        for kind in ("FeatureServer", "MapServer")
    )

    assert hosted["properties"] == {"exceededTransferLimit": True}
    assert "exceededTransferLimit" not in hosted
    assert old["exceededTransferLimit"] is True
    assert "properties" not in old


def test_a_crowd_of_venues_becomes_as_many_entities(
    home, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    with simulators(sample=False, crowd=12) as crowd:
        for name, value in crowd.env.items():
            monkeypatch.setenv(name, value)
        called = sightline("run", "tennis edinburgh", "--mode", "live")
        entities = sightline("sql", "SELECT slug, canonical_activities FROM entity", "--json")

    assert called.code == 0, called.err
    found = entities.json()
    assert len(found) == 12
    assert all("tennis" in entity["canonical_activities"] for entity in found)


def test_a_crowd_follows_from_its_size_and_seed():
    first, again, other = (gather_rows(sample=False, crowd=30, seed=seed) for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert all(first[name] for name in NAMES)


def test_real_rows_answer_where_real_data_is(connectors: dict[str, Connector]):
    from tests.real_data import real_file

    real_file("sport_scotland/facilities_2024-07.csv")
    real_file("openstreetmap/tennis_captured.json")

    with simulators("sport_scotland", "openstreetmap", sample=False, real=True) as world:
        facilities = asked(world, connectors, "sport_scotland")
        courts = asked(
            world, connectors, "openstreetmap", {"selectors": ['["leisure"="pitch"]["sport"="tennis"]']}
        )  # fmt: skip

    assert len(items(facilities, "features")) > 1000
    elements = items(courts, "elements")
    assert len(elements) > 100
    assert all(e["type"] != "way" or e["geometry"] for e in elements)
    frame = pl.DataFrame({"id": [f["id"] for f in items(facilities, "features")]})
    assert frame["id"].is_unique().all()
