"""What answers a query: by name and place, or by kind and place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.relevance import answering_groups
from pipeline.orchestration.request import IngestRequest
from pipeline.resolve.features import compare_features
from pipeline.workbench import Workbench

TEXT = ("record_key", "source", "status", "role", "part_kind", "entity_class", "entity_name",
        "street_address", "locality", "city", "postcode", "phone", "website_url", "external_ids",
        "footprint")  # fmt: skip
SCHEMA = (
    dict.fromkeys(TEXT, pl.String)
    | dict.fromkeys(("latitude", "longitude", "position_accuracy_m"), pl.Float64)
    | dict.fromkeys(("canonical_activities", "canonical_place_types"), pl.List(pl.String))
)
IN_PORTOBELLO = {"latitude": 55.9565, "longitude": -3.1180}
IN_LEITH = {"latitude": 55.9700, "longitude": -3.1700}


def thing(key: str, name: str | None, *activities: str, **known: Any) -> dict[str, Any]:
    row = dict.fromkeys(SCHEMA) | {
        "record_key": key,
        "source": "openstreetmap",
        "status": "ok",
        "role": "listing",
        "entity_class": "place",
        "entity_name": name,
        "canonical_activities": list(activities),
        "canonical_place_types": [],
    }
    return row | known


THINGS = [
    thing("league", "Powerleague Portobello", "football", **IN_PORTOBELLO),
    thing("league-leith", "Powerleague", "football", **IN_LEITH),
    thing("league-adrift", "Powerleague", "football", locality="Portobello"),
    thing("bowls", "Portobello Indoor Bowls", "bowls", **IN_PORTOBELLO),
    thing("court", None, "padel", part_kind="unit", **IN_PORTOBELLO),
    thing("pool", "Leith Victoria", "swimming",
          canonical_place_types=["swimming_pool"], **IN_LEITH),
    thing("page", "Powerleague Portobello - book padel", "padel", role="mention", **IN_PORTOBELLO),
]  # fmt: skip


def answering(
    lens: CompiledLens,
    connectors: dict[str, Connector],
    bench: Workbench,
    query: str,
    groups: dict[str, str] | None = None,
) -> list[str]:
    """Which groups answer; each thing is a group of its own unless `groups` says more."""
    specs = {name: connector.spec for name, connector in connectors.items()}
    records = pl.DataFrame(THINGS, SCHEMA)
    keys = [row["record_key"] for row in THINGS]
    names = [(groups or {}).get(key, key) for key in keys]
    bench.register("feature", compare_features(records, lens, specs))
    bench.register("grouping", pl.DataFrame({"record_key": keys, "group_key": names}))
    features = QueryFeatures.extract(
        query, IngestRequest(query, 20, 0.8, Decimal(1)), lens.vocabulary
    )
    return answering_groups(features, lens, bench)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("Powerleague Portobello", ["league"], id="a full name, exactly"),
        pytest.param("Powerleague in Portobello", ["league", "league-adrift"],
                     id="the name, in the place by position or by words"),
        pytest.param("Powerlegue Portobello", ["league", "league-adrift"], id="a slip of the pen"),
        pytest.param("Indoor Bowls Portobello", ["bowls"], id="every word of the name"),
        pytest.param("Powerleague Gorgie Road", [], id="a word that no name has"),
        pytest.param("football in Leith", ["league-leith"], id="an activity in a place"),
        pytest.param("football", ["league", "league-adrift", "league-leith"],
                     id="an activity anywhere"),
        pytest.param("padel portobello", ["court"], id="a piece without a name, but no page"),
        pytest.param("swimming pool leith", ["pool"], id="a kind of venue"),
        pytest.param("tennis portobello", [], id="an activity that nothing there has"),
        pytest.param("leith", ["league-leith", "pool"], id="a place alone: all that is there"),
        pytest.param("in the", [], id="filler asks for nothing"),
        pytest.param("!?", [], id="punctuation asks for nothing"),
    ],
)  # fmt: skip
def test_what_answers_a_query(
    lens: CompiledLens,
    connectors: dict[str, Connector],
    bench: Workbench,
    query: str,
    expected: list[str],
):
    assert answering(lens, connectors, bench, query) == expected


def test_a_group_answers_by_any_of_its_records(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench
):
    one = {"league": "venue", "court": "venue", "page": "venue"}

    assert answering(lens, connectors, bench, "padel portobello", one) == ["venue"]
