"""Which sources are asked, in which order, and what is said of each."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.lens.contract import ConnectorRule
from pipeline.lens.paths import known_paths
from pipeline.orchestration.plan import PlannedConnector, build_eval_context, plan_connectors
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.request import IngestRequest

IS_NAMED = {"path": "query_features.is_named_search", "operator": "EQ", "value": True}


def plan(
    lens: CompiledLens,
    connectors: dict[str, Connector],
    query: str,
    rules: dict[str, dict[str, Any]] | None = None,
) -> list[PlannedConnector]:
    """The plan of a query; `rules` replace the lens's own."""
    if rules is not None:
        parsed = {name: ConnectorRule.model_validate(rule) for name, rule in rules.items()}
        contract = lens.contract.model_copy(update={"connector_rules": parsed})
        lens = replace(lens, contract=contract)
    request = IngestRequest(query, 20, 0.8, Decimal(1))
    features = QueryFeatures.extract(query, request, lens.vocabulary)
    return plan_connectors(lens, connectors, request, features)


def verdict(
    lens: CompiledLens, connectors: dict[str, Connector], query: str, trigger: dict[str, Any]
) -> tuple[bool, str]:
    """What one trigger makes of a query."""
    rules = {"serper": {"priority": 1, "triggers": [trigger]}}
    (of_serper,) = (p for p in plan(lens, connectors, query, rules) if p.connector.name == "serper")
    return of_serper.is_selected, of_serper.why


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
    assert verdict(lens, connectors, query, trigger) == expected


def test_one_trigger_of_several_is_enough_and_the_first_is_told(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    rules = {
        "serper": {
            "priority": 1,
            "triggers": [
                {"type": "location_match", "places": ["leith"]},
                {"type": "any_keyword_match", "keywords": ["padel"]},
                {"type": "always"},
            ],
        }
    }

    planned = {p.connector.name: p for p in plan(lens, connectors, "padel portobello", rules)}

    assert planned["serper"].why == "keyword 'padel'"


def test_a_source_without_a_rule_is_not_asked(lens: CompiledLens, connectors: dict[str, Connector]):
    planned = plan(lens, connectors, "padel", {})

    assert {(p.is_selected, p.why) for p in planned} == {(False, "the lens has no rule for it")}
    assert {p.connector.name for p in planned} == set(connectors)


def test_the_order_is_phase_then_priority_then_name(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    always = [{"type": "always"}]
    rules = {
        "serper": {"priority": 1, "triggers": always},
        "openstreetmap": {"priority": 2, "triggers": always},
        "google_places": {"priority": 2, "triggers": always},
        "open_charge_map": {"priority": 0, "triggers": always},
        "edinburgh_council": {"priority": 5, "triggers": always},
    }

    planned = plan(lens, connectors, "padel", rules)

    assert [(p.connector.name, str(p.phase)) for p in planned] == [
        ("serper", "DISCOVERY"),
        ("google_places", "DISCOVERY"),
        ("openstreetmap", "DISCOVERY"),
        ("open_charge_map", "STRUCTURED"),
        ("edinburgh_council", "STRUCTURED"),
        ("food_hygiene", "STRUCTURED"),  # no rule: last of its phase, by name
        ("sport_scotland", "STRUCTURED"),
    ]


def test_parameters_of_the_lens_reach_the_connector(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    planned = {p.connector.name: p for p in plan(lens, connectors, "padel edinburgh")}

    assert '["club"="sport"]' in planned["openstreetmap"].parameters["selectors"]
    assert planned["serper"].parameters == {}


def test_the_paths_a_lens_may_name_are_those_of_the_context(lens: CompiledLens):
    request = IngestRequest("padel", 20, 0.8, Decimal(1))
    features = QueryFeatures.extract("padel", request, lens.vocabulary)
    context = build_eval_context(request, features)

    laid_out = {
        f"{root}.{name}" if isinstance(value, dict) else root
        for root, value in context.items()
        for name in (value if isinstance(value, dict) else [""])
    }

    assert laid_out == set(known_paths("connector_rules"))
