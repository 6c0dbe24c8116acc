"""Whether a run has what it was asked for: decided at the barriers between phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.connectors.spec import Phase
from pipeline.orchestration.confidence import ConfidenceCalculator, Progress
from pipeline.orchestration.request import IngestionMode


@dataclass(frozen=True)
class BarrierDecision:
    """What was decided after a phase: `stops` is the reason to ask no further, else `goes_on`."""

    phase: Phase
    confidence: float
    accepted: int
    groups: int
    stops: str
    goes_on: str = ""

    def as_report(self) -> dict[str, Any]:
        is_last = self.phase is list(Phase)[-1]
        onward = "end" if is_last else "go on"
        return {
            "after": str(self.phase),
            "confidence": round(self.confidence, 3),
            "accepted": self.accepted,
            "groups": self.groups,
            "decision": "stop" if self.stops else onward,
            "why": self.stops or self.goes_on,
        }


def decide(phase: Phase, progress: Progress, calculator: ConfidenceCalculator) -> BarrierDecision:
    """Stop where one thing is known well enough, or enough things are known."""
    confidence = calculator.calculate(progress)
    accepted = sum(len(group) for group in progress.groups)
    groups = len(progress.groups)
    wanted, least = progress.request.target_entity_count, progress.request.min_confidence
    if progress.mode is IngestionMode.DISCOVER_MANY:
        is_enough = groups >= wanted
        told = f"{groups} found so far, {wanted} wanted"
    else:
        is_enough = confidence >= least and accepted > 0 and not progress.awaits_structured
        word = "has reached" if is_enough else "has not reached"
        told = f"confidence {confidence:.2f} {word} {least:.2f}"
        if progress.awaits_structured:
            told = "the structured sources have not answered yet"
        elif not accepted:
            told = "nothing is found so far"
    stops, goes_on = (told, "") if is_enough else ("", told)
    return BarrierDecision(phase, confidence, accepted, groups, stops, goes_on)
