"""Whether a run has what it was asked for: decided at the barriers between phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.connectors.spec import Phase
from pipeline.orchestration.confidence import ConfidenceCalculator, Progress
from pipeline.orchestration.request import IngestionMode


@dataclass(frozen=True)
class BarrierDecision:
    """What was decided after a phase; `stops` is the reason to ask no further, or empty."""

    phase: Phase
    confidence: float
    accepted: int
    groups: int
    stops: str

    def as_report(self) -> dict[str, Any]:
        return {
            "after": str(self.phase),
            "confidence": round(self.confidence, 3),
            "accepted": self.accepted,
            "groups": self.groups,
            "decision": "stop" if self.stops else "go on",
            "why": self.stops or "not enough is known yet",
        }


def decide(phase: Phase, progress: Progress, calculator: ConfidenceCalculator) -> BarrierDecision:
    """Stop where one thing is known well enough, or enough things are known."""
    confidence = calculator.calculate(progress)
    accepted = sum(len(group) for group in progress.groups)
    groups = len(progress.groups)
    wanted, least = progress.request.target_entity_count, progress.request.min_confidence
    stops = ""
    if progress.mode is IngestionMode.DISCOVER_MANY:
        if groups >= wanted:
            stops = f"{groups} things are found, {wanted} were wanted"
    elif confidence >= least and accepted and not progress.awaits_structured:
        stops = f"confidence {confidence:.2f} has reached {least:.2f}"
    return BarrierDecision(phase, confidence, accepted, groups, stops)
