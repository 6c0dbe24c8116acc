"""What one connector may spend in a run: taken before each call, settled after it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pipeline.errors import EmptyPurseError


@dataclass
class Purse:
    """US dollars and calls that were reserved; None: no bound.

    A call takes its worst case before it is sent. The true cost replaces it once it is known;
    where no answer tells, the worst case stays spent. `calls` counts every request that was
    sent, retries included.
    """

    dollars: Decimal | None = None
    most_calls: int | None = None
    spent: Decimal = Decimal(0)
    calls: int = 0

    def bears(self, worst: Decimal) -> int | None:
        """How many more calls of that worst case it can bear; None: any number."""
        bounds = []
        if self.most_calls is not None:
            bounds.append(self.most_calls - self.calls)
        if self.dollars is not None and worst:
            bounds.append(int((self.dollars - self.spent) / worst))
        return max(0, min(bounds)) if bounds else None

    def take(self, worst: Decimal) -> None:
        """Spend the worst case of a call that is about to be sent.

        Raises EmptyPurseError, and takes nothing, where that would be too much.
        """
        if self.bears(worst) == 0:
            raise EmptyPurseError(self.why_empty(worst))
        self.spent += worst
        self.calls += 1

    def settle(self, worst: Decimal, cost: Decimal) -> None:
        """Replace the worst case of one call by what it cost."""
        self.spent += cost - worst

    def why_empty(self, worst: Decimal) -> str:
        """What it is that a further call would exceed."""
        if self.most_calls is not None and self.calls >= self.most_calls:
            return f"stopped at the lens's {self.most_calls} calls"
        left = (self.dollars or Decimal(0)) - self.spent
        return f"stopped: a call may cost ${worst}, and ${left} of what was reserved is left"
