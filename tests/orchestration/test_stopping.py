"""What is decided at a barrier, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from pipeline.connectors.spec import Phase
from pipeline.orchestration.confidence import Progress
from pipeline.orchestration.request import IngestionMode
from pipeline.orchestration.stopping import BarrierDecision, decide
from tests.orchestration.things import candidate, request

ONE, MANY = IngestionMode.RESOLVE_ONE, IngestionMode.DISCOVER_MANY


@dataclass(frozen=True)
class Sure:
    """A calculator that always says the same."""

    confidence: float

    def calculate(self, _progress: Progress) -> float:
        return self.confidence


def decided(
    mode: IngestionMode, sizes: list[int], confidence: float, *, awaits: bool = False, **asked: Any
) -> BarrierDecision:
    groups = [[candidate()] * size for size in sizes]
    progress = Progress(request(**asked), mode, groups, awaits)
    return decide(Phase.DISCOVERY, progress, Sure(confidence))


@pytest.mark.parametrize(
    ("sizes", "confidence", "awaits", "stops"),
    [
        pytest.param([1], 0.8, False, True, id="sure enough, exactly"),
        pytest.param([1], 0.79, False, False, id="not sure enough"),
        pytest.param([], 1.0, False, False, id="sure of nothing"),
        pytest.param([1], 1.0, True, False, id="a structured source has not answered"),
    ],
)
def test_one_thing_is_enough_when_it_is_sure(
    sizes: list[int], confidence: float, awaits: bool, stops: bool
):
    decision = decided(ONE, sizes, confidence, awaits=awaits)

    assert bool(decision.stops) is stops
    assert decision.stops in {"", f"confidence {confidence:.2f} has reached 0.80"}


def test_a_search_that_wants_no_certainty_still_waits_for_the_structured_sources():
    assert not decided(ONE, [1], 0.0, awaits=True, min_confidence=0.0).stops
    assert decided(ONE, [1], 0.0, min_confidence=0.0).stops


@pytest.mark.parametrize(
    ("sizes", "stops"),
    [
        pytest.param([1, 1], "2 found so far, 2 wanted", id="enough"),
        pytest.param([1, 1, 1], "3 found so far, 2 wanted", id="more than enough"),
        pytest.param([3], "", id="three keys of one thing are one thing"),
        pytest.param([], "", id="nothing"),
    ],
)
def test_many_things_are_enough_when_enough_groups_are_found(sizes: list[int], stops: str):
    for awaits in (True, False):
        assert decided(MANY, sizes, 1.0, awaits=awaits, target_entity_count=2).stops == stops


def test_a_decision_is_told_in_plain_values():
    assert decided(ONE, [2, 1], 0.91).as_report() == {
        "after": "DISCOVERY", "confidence": 0.91, "accepted": 3, "groups": 2, "decision": "stop",
        "why": "confidence 0.91 has reached 0.80",
    }  # fmt: skip
    assert decided(ONE, [], 0.0).as_report()["why"] == "nothing is found so far"
    assert decided(ONE, [], 0.0).as_report()["decision"] == "go on"
