"""The context that conditions see: fixed, complete, plain."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest

from pipeline.conditions import Condition, Operator, evaluate
from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.eval_context import build_eval_context
from pipeline.orchestration.execution_context import ExecutionContext
from pipeline.orchestration.request import IngestionMode, IngestRequest
from pipeline.values import BoundingBox, GeoPoint
from tests.orchestration.things import candidate, features, request

BOX = BoundingBox(55.9, -3.3, 56.0, -3.1)


def seen(
    lens: CompiledLens, query: str, state: ExecutionContext | None = None, **asked: Any
) -> dict[str, Any]:
    read = features(lens, query, **asked)
    return build_eval_context(request(query, **asked), read, state or ExecutionContext())


@pytest.mark.parametrize(
    ("query", "asked", "true"),
    [
        pytest.param("padel", {}, {"is_discover_many", "is_category_search"}, id="a kind of thing"),
        pytest.param("padel leith", {},
                     {"is_discover_many", "is_category_search", "has_geo_constraint"}, id="and a place"),
        pytest.param("padel", {"bounding_box": BOX},
                     {"is_discover_many", "is_category_search", "has_geo_constraint"}, id="or a box"),
        pytest.param("padel", {"point": GeoPoint(0.0, 0.0)},
                     {"is_discover_many", "is_category_search", "has_geo_constraint"}, id="or a point"),
        pytest.param("Tynecastle", {}, {"is_resolve_one"}, id="a name"),
        pytest.param("Tynecastle", {"ingestion_mode": IngestionMode.DISCOVER_MANY},
                     {"is_discover_many"}, id="the request says what is wanted"),
    ],
)  # fmt: skip
def test_booleans_say_what_is_asked(
    lens: CompiledLens, query: str, asked: dict[str, Any], true: set[str]
):
    context = seen(lens, query, **asked)

    assert {name for name, value in context.items() if value is True} == true


def test_booleans_and_counts_follow_what_was_found(lens: CompiledLens):
    state = ExecutionContext(candidates=[candidate(), candidate("B")])
    state.accept_entity(candidate())

    context = seen(lens, "padel", state)

    assert context["has_candidates"] is context["has_accepted_entities"] is True
    assert (context["context"]["candidate_count"], context["context"]["accepted_count"]) == (2, 1)


@pytest.mark.parametrize(
    ("path", "operator", "value", "verdict"),
    [
        pytest.param("request.budget", "GTE", 0.5, True, id="money is a number"),
        pytest.param("request.target_entity_count", "EQ", 20, True, id="a count"),
        pytest.param("request.bounding_box.south", "EQ", 55.9, True, id="inside the box"),
        pytest.param("request.point.latitude", "EXISTS", None, False, id="no point"),
        pytest.param("query_features.mode", "EQ", "DISCOVER_MANY", True, id="a mode is a text"),
        pytest.param("query_features.activities", "CONTAINS", "padel", True, id="a tuple"),
        pytest.param("context.accepted_entity_keys", "INTERSECTS", ["a@55.9500,-3.1900"], True,
                     id="keys"),
        pytest.param("context.seeds.place_id", "CONTAINS", "p1", True, id="a seed"),
        pytest.param("context.evidence.one.records", "GT", 2, True, id="evidence"),
        pytest.param("nobody.knows", "NE", 1, False, id="a path that there is not"),
    ],
)  # fmt: skip
def test_conditions_reach_every_part(
    lens: CompiledLens, path: str, operator: str, value: Any, verdict: bool
):
    state = ExecutionContext(seeds={"place_id": ["p1"]}, evidence={"one": {"records": 3}})
    state.accept_entity(candidate(latitude=55.95, longitude=-3.19))
    state.accepted_entity_keys.add("a@55.9500,-3.1900")
    context = seen(lens, "padel", state, bounding_box=BOX)

    assert evaluate(Condition(path, Operator(operator), value), context) is verdict


def test_building_it_changes_nothing_and_repeats(lens: CompiledLens):
    state = ExecutionContext(seeds={"x": ["1"]}, evidence={"one": {"n": 1}})
    state.accept_entity(candidate())
    before = deepcopy(state)

    assert seen(lens, "padel", state) == seen(lens, "padel", state)
    assert state == before


def test_a_request_names_a_box_or_a_point_and_not_both(lens: CompiledLens):
    with pytest.raises(ValueError, match="expected one of them"):
        IngestRequest("x", 1, 0.5, Decimal(0), bounding_box=BOX, point=GeoPoint(0.0, 0.0))

    assert request(bounding_box=BOX).area == BOX
    assert request(point=GeoPoint(55.95, -3.19), radius_m=500).area.holds(GeoPoint(55.9544, -3.19))
    assert request().area is None
    assert set(asdict(request())) == set(seen(lens, "padel")["request"])
