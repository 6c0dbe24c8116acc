"""Which sources a query is worth asking, and what is said of each."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pipeline.connectors.registry import Connector
from pipeline.connectors.spec import Operation, Phase
from pipeline.lens.compiled import CompiledLens
from pipeline.lens.contract import ConnectorRule
from pipeline.lens.paths import known_paths
from pipeline.lens.routing import compile_connector_rule
from pipeline.orchestration.candidate import Candidate
from pipeline.orchestration.eval_context import build_eval_context
from pipeline.orchestration.execution_context import ExecutionContext
from pipeline.orchestration.gating import Verdict, lacks_context, select
from pipeline.orchestration.plan import ConnectorNode, ExecutionPlan, plan_connectors
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.request import IngestRequest
from pipeline.values import GeoPoint

IS_NAMED = {"path": "query_features.is_named_search", "operator": "EQ", "value": True}


def judge(
    lens: CompiledLens,
    connectors: dict[str, Connector],
    query: str,
    triggers: list[dict[str, Any]] | None,
    context: ExecutionContext | None = None,
    **request: Any,
) -> Verdict:
    """What triggers make of a query; None: the lens has no rule."""
    asked = IngestRequest(query, 20, 0.8, Decimal(1), **request)
    features = QueryFeatures.extract(query, asked, lens.vocabulary)
    rule = None
    if triggers is not None:
        rule = compile_connector_rule(
            ConnectorRule.model_validate({"priority": 1, "triggers": triggers})
        )
    node = ConnectorNode(connectors["serper"], Operation(phase=Phase.DISCOVERY), rule)
    seen = build_eval_context(asked, features, context or ExecutionContext())
    return select(node, features, seen)


@pytest.mark.parametrize(
    ("trigger", "query", "expected"),
    [
        pytest.param({"type": "always"}, "x", (True, "always asked"), id="always"),
        pytest.param(
            {"type": "any_keyword_match", "keywords": ["ev charging"]}, "EV-charging in Leith",
            (True, "keyword 'ev charging'"), id="a keyword, however it is written"),
        pytest.param(
            {"type": "any_keyword_match", "keywords": ["ev"]}, "seven hills",
            (False, "no trigger matched (any keyword of ['ev'])"), id="a keyword is a whole word"),
        pytest.param(
            {"type": "any_keyword_match", "vocabulary": ["activities"]}, "five-a-side",
            (True, "activities word 'five a side'"), id="a word of a vocabulary section"),
        pytest.param(
            {"type": "any_keyword_match", "vocabulary": ["brands"]}, "football leith",
            (False, "no trigger matched (any keyword of ['brands'])"), id="a word of another section"),
        pytest.param(
            {"type": "any_keyword_match", "vocabulary": ["venue_words"]}, "leisure centre",
            (True, "venue_words word 'leisure centre'"), id="a kind of venue"),
        pytest.param(
            {"type": "location_match", "places": ["edinburgh"]}, "padel portobello",
            (True, "place 'portobello' in 'edinburgh'"), id="a place inside the one named"),
        pytest.param(
            {"type": "location_match", "places": ["leith"]}, "padel portobello",
            (False, "no trigger matched (a place in ['leith'])"), id="a place elsewhere"),
        pytest.param(
            {"type": "location_match", "places": ["edinburgh"]}, "padel",
            (False, "no trigger matched (a place in ['edinburgh'])"), id="no place at all"),
        pytest.param(
            {"type": "condition", "when": IS_NAMED}, "Tynecastle Park",
            (True, "condition query_features.is_named_search EQ True holds"), id="a condition"),
        pytest.param(
            {"type": "condition", "when": {"path": "request.ingestion_mode", "operator": "EXISTS"}},
            "padel", (False, "no trigger matched (request.ingestion_mode EXISTS)"),
            id="a condition without a value"),
        pytest.param(
            {"type": "condition", "when": {"all": [IS_NAMED, {"not": {
                "path": "has_geo_constraint", "operator": "EQ", "value": True}}]}},
            "Tynecastle Park",
            (True, ("condition (query_features.is_named_search EQ True and not "
                    "has_geo_constraint EQ True) holds")), id="a composite condition"),
    ],
)  # fmt: skip
def test_each_kind_of_trigger_says_why(
    lens: CompiledLens,
    connectors: dict[str, Connector],
    trigger: dict[str, Any],
    query: str,
    expected: tuple[bool, str],
):
    assert judge(lens, connectors, query, [trigger]) == Verdict(*expected)


def test_one_trigger_of_several_is_enough_and_the_first_is_told(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    triggers = [
        {"type": "location_match", "places": ["leith"]},
        {"type": "any_keyword_match", "keywords": ["padel"]},
        {"type": "always"},
    ]

    assert judge(lens, connectors, "padel portobello", triggers).why == "keyword 'padel'"


def test_a_source_without_a_rule_is_not_asked(lens: CompiledLens, connectors: dict[str, Connector]):
    assert judge(lens, connectors, "padel", None) == Verdict(False, "the lens has no rule for it")


def test_a_point_in_a_place_is_as_good_as_its_name(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    triggers = [{"type": "location_match", "places": ["edinburgh"]}]

    verdict = judge(lens, connectors, "padel", triggers, point=GeoPoint(55.95, -3.19))

    assert verdict == Verdict(True, "place 'asked for' in 'edinburgh'")


def test_a_rule_may_look_at_what_was_found_so_far(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    few = {"path": "context.accepted_count", "operator": "LT", "value": 1}
    triggers = [{"type": "condition", "when": few}]
    full = ExecutionContext()
    full.accept_entity(Candidate("serper", "A", 55.95, -3.19))

    assert judge(lens, connectors, "padel", triggers).runs
    assert not judge(lens, connectors, "padel", triggers, full).runs


def test_the_paths_a_lens_may_name_are_those_of_the_context(lens: CompiledLens):
    request = IngestRequest("padel", 20, 0.8, Decimal(1))
    features = QueryFeatures.extract("padel", request, lens.vocabulary)
    context = build_eval_context(request, features, ExecutionContext())

    laid_out = {
        f"{root}.{name}" if isinstance(value, dict) else root
        for root, value in context.items()
        for name in (value if isinstance(value, dict) else [""])
    }

    assert laid_out == set(known_paths("connector_rules"))


@pytest.mark.parametrize("requires", [(), ("context.seeds.id",), ("query_features.area",)])
@pytest.mark.parametrize("query_only", [True, False])
@pytest.mark.parametrize("has_key", [True, False])
@pytest.mark.parametrize("found", ["nothing", "candidates", "accepted"])
def test_a_node_is_skipped_where_all_four_hold(
    lens: CompiledLens,
    connectors: dict[str, Connector],
    requires: tuple[str, ...],
    query_only: bool,
    has_key: bool,
    found: str,
):
    """It needs the context, nothing was found, a key is missing, and it cannot do without."""
    operation = Operation(phase=Phase.ENRICHMENT, requires=requires, supports_query_only=query_only)
    node = ConnectorNode(connectors["serper"], operation, None)
    thing = Candidate("google_places", "A", 55.95, -3.19)
    context = ExecutionContext(seeds={"id": ["x"]} if has_key else {})
    if found != "nothing":
        context.candidates.append(thing)
    if found == "accepted":
        context.accepted_entities.append(thing)
    request = IngestRequest("padel", 20, 0.8, Decimal(1))
    features = QueryFeatures.extract("padel", request, lens.vocabulary)

    told = lacks_context(
        node, ExecutionPlan((node,)), build_eval_context(request, features, context)
    )

    is_dependent = requires == ("context.seeds.id",)
    assert bool(told) == (is_dependent and found == "nothing" and not has_key and not query_only)


def test_what_is_missing_is_told_with_who_gives_it(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    plan = plan_connectors(lens, connectors)
    (details,) = (node for node in plan.nodes if node.name == "google_places.details")
    request = IngestRequest("padel", 20, 0.8, Decimal(1))
    features = QueryFeatures.extract("padel", request, lens.vocabulary)
    seen = build_eval_context(request, features, ExecutionContext())

    assert lacks_context(details, plan, seen) == (
        "needs context.seeds.place_id, which google_places did not give"
    )
    alone = ExecutionPlan((replace(details),))
    assert lacks_context(details, alone, seen).endswith("which no connector gives")
