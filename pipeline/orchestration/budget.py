"""What a run may spend: the worst case is reserved before a phase, the true cost replaces it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.connectors.purse import Purse
from pipeline.connectors.questions import SourceRequest
from pipeline.orchestration.plan import ConnectorNode


@dataclass
class Budget:
    """US dollars of one run."""

    total: Decimal
    spent: Decimal = Decimal(0)

    def admit(self, worst_cases: Sequence[tuple[str, Decimal]]) -> dict[str, str]:
        """Why each connector that does not fit may not run; the others may, all at once.

        `worst_cases` are (connector, dollars) in the order in which they may reserve.
        """
        left = self.total - self.spent
        refused: dict[str, str] = {}
        for name, worst in worst_cases:
            if worst > left:
                refused[name] = f"may cost ${worst}, and ${left} of the budget is left"
            else:
                left -= worst
        return refused


def worst_case(node: ConnectorNode, requests: Sequence[SourceRequest]) -> Decimal:
    """What the requests cost if every page there may be is asked for."""
    pages = node.operation.max_pages or node.connector.spec.api.max_pages
    calls = len(requests) * pages
    if node.call_limit is not None:
        calls = min(calls, node.call_limit)
    return node.operation.worst_call_usd * calls


def open_purse(node: ConnectorNode, requests: Sequence[SourceRequest]) -> Purse:
    """What the node may spend: the worst case that was reserved, and the lens's calls."""
    return Purse(worst_case(node, requests), node.call_limit)
