"""Which sources a query is worth asking, in which phase and order, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from pipeline.connectors.registry import Connector
from pipeline.connectors.spec import Operation, Phase
from pipeline.lens.compiled import CompiledLens
from pipeline.lens.routing import CompiledConnectorRule

_PHASES = list(Phase)
_CONTEXT = "context."


@dataclass(frozen=True)
class ConnectorNode:
    """One operation of a connector with its place in the plan.

    `rule` is the lens's, None where it has none; the node's name is the connector's, and for a
    further operation `connector.operation`.
    """

    connector: Connector
    operation: Operation
    rule: CompiledConnectorRule | None

    @property
    def name(self) -> str:
        return self.connector.spec.node_name(self.operation)

    @property
    def phase(self) -> Phase:
        return self.operation.phase

    @property
    def priority(self) -> float:
        """The lens's, smallest first."""
        return self.rule.rule.priority if self.rule else inf

    @property
    def call_limit(self) -> int | None:
        """The lens's bound on the calls of one run."""
        return self.rule.rule.budget_limit if self.rule else None

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self.rule.rule.parameters if self.rule else {}

    @property
    def is_context_dependent(self) -> bool:
        """Whether it reads what other connectors found."""
        return any(key.startswith(_CONTEXT) for key in self.operation.requires)


@dataclass(frozen=True)
class ExecutionPlan:
    """Every node, by phase, then lens priority, then name. Phases are barriers."""

    nodes: tuple[ConnectorNode, ...]

    def in_phase(self, phase: Phase) -> list[ConnectorNode]:
        return [node for node in self.nodes if node.phase is phase]

    def best_provider(self, key: str) -> ConnectorNode | None:
        """Who fills a context key: the highest trust, then the earlier place in the plan."""
        providers = [
            (-node.connector.spec.trust_level, place, node)
            for place, node in enumerate(self.nodes)
            if key in node.operation.provides
        ]
        return min(providers, key=lambda entry: entry[:2])[2] if providers else None


def plan_connectors(lens: CompiledLens, connectors: Mapping[str, Connector]) -> ExecutionPlan:
    """A node for every operation of every connector, with the lens's rule for it."""
    nodes = [
        ConnectorNode(connector, operation, None)
        for connector in connectors.values()
        for operation in connector.spec.all_operations()
    ]
    ruled = (
        ConnectorNode(n.connector, n.operation, lens.connector_rules.get(n.name)) for n in nodes
    )
    return ExecutionPlan(
        tuple(sorted(ruled, key=lambda n: (_PHASES.index(n.phase), n.priority, n.name)))
    )
