"""What a run may spend: the worst case is reserved before a phase, the true cost replaces it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.connectors.purse import Purse
from pipeline.connectors.questions import SourceRequest
from pipeline.orchestration.plan import PlannedConnector


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


def worst_case(plan: PlannedConnector, requests: Sequence[SourceRequest]) -> Decimal:
    """What the plan's requests cost if every page there may be is asked for."""
    spec = plan.connector.spec
    calls = len(requests) * spec.api.max_pages
    if plan.call_limit is not None:
        calls = min(calls, plan.call_limit)
    return spec.worst_call_usd * calls


def open_purse(plan: PlannedConnector, requests: Sequence[SourceRequest]) -> Purse:
    """What the plan may spend: the worst case that was reserved, and the lens's calls."""
    return Purse(worst_case(plan, requests), plan.call_limit)
