"""The plan of a run: every node in its phase and order, and who provides what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.connectors.registry import Connector
from pipeline.connectors.spec import Operation, Phase, TrustTier
from pipeline.lens.compiled import CompiledLens
from pipeline.lens.contract import ConnectorRule
from pipeline.lens.routing import compile_connector_rule
from pipeline.orchestration.plan import ConnectorNode, ExecutionPlan, plan_connectors

ALWAYS = [{"type": "always"}]


def plan_with(
    lens: CompiledLens, connectors: dict[str, Connector], priorities: dict[str, int]
) -> ExecutionPlan:
    """A plan whose rules always fire, with these priorities."""
    rules = {
        name: compile_connector_rule(
            ConnectorRule.model_validate({"priority": priority, "triggers": ALWAYS})
        )
        for name, priority in priorities.items()
    }
    return plan_connectors(replace(lens, connector_rules=rules), connectors)


def test_the_order_is_phase_then_priority_then_name(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    six = {
        name: connectors[name]
        for name in ("serper", "openstreetmap", "google_places", "open_charge_map",
                     "edinburgh_council", "sport_scotland")
    }  # fmt: skip
    priorities = {
        "serper": 1, "openstreetmap": 2, "google_places": 2, "open_charge_map": 0,
        "edinburgh_council": 5,
    }  # fmt: skip

    planned = plan_with(lens, six, priorities)

    assert [(node.name, str(node.phase)) for node in planned.nodes] == [
        ("serper", "DISCOVERY"),
        ("google_places", "DISCOVERY"),
        ("openstreetmap", "DISCOVERY"),
        ("open_charge_map", "STRUCTURED"),
        ("edinburgh_council", "STRUCTURED"),
        ("sport_scotland", "STRUCTURED"),  # no rule: last of its phase
        ("google_places.details", "ENRICHMENT"),
    ]


def test_parameters_and_limits_of_the_lens_reach_the_node(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    nodes = {node.name: node for node in plan_connectors(lens, connectors).nodes}

    assert '["club"="sport"]' in nodes["openstreetmap"].parameters["selectors"]
    assert nodes["serper"].parameters == {}
    assert nodes["serper"].call_limit == 5
    assert nodes["openstreetmap"].call_limit is None


def test_only_a_node_that_requires_a_context_key_depends_on_the_context(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    nodes = plan_connectors(lens, connectors).nodes

    assert [n.name for n in nodes if n.is_context_dependent] == ["google_places.details"]


def provider(connectors: dict[str, Connector], name: str, tier: TrustTier) -> ConnectorNode:
    spec: Any = connectors["serper"].spec.model_copy(update={"name": name, "trust_tier": tier})
    operation = Operation(phase=Phase.DISCOVERY, provides={"context.seeds.x": "x"})
    return ConnectorNode(Connector(spec), operation, None)


def test_of_several_providers_the_highest_trust_then_the_earlier_counts(
    connectors: dict[str, Connector],
):
    low, first, second = (
        provider(connectors, name, tier)
        for name, tier in (("a", "low"), ("b", "high"), ("c", "high"))
    )

    assert ExecutionPlan((low, first, second)).best_provider("context.seeds.x") is first
    assert ExecutionPlan((low, second, first)).best_provider("context.seeds.x") is second
    assert ExecutionPlan((low,)).best_provider("context.seeds.y") is None
