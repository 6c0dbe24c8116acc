"""How sure a run is, and that the rule can be another one."""

from __future__ import annotations

import pytest

from pipeline.connectors.spec import Phase
from pipeline.orchestration.candidate import Candidate
from pipeline.orchestration.confidence import Progress, StandardConfidence
from pipeline.orchestration.request import IngestionMode
from pipeline.orchestration.stopping import decide
from tests.orchestration.things import candidate, request

ONE, MANY = IngestionMode.RESOLVE_ONE, IngestionMode.DISCOVER_MANY


def said(source: str, confidence: float) -> Candidate:
    return candidate(source=source, confidence=confidence)


def sure(*groups: list[Candidate], mode: IngestionMode = ONE, awaits: bool = False) -> float:
    asked = request(target_entity_count=4, min_confidence=0.8)
    return StandardConfidence().calculate(Progress(asked, mode, groups, awaits))


@pytest.mark.parametrize(
    ("groups", "confidence"),
    [
        pytest.param([], 0.0, id="nothing is known"),
        pytest.param([[said("a", 0.7)]], 0.7, id="one source"),
        pytest.param([[said("a", 0.7), said("b", 0.5)]], 0.85, id="1 - 0.3 * 0.5"),
        pytest.param(
            [[said("a", 0.7), said("a", 0.7)]], 0.7, id="a source is no witness to itself"
        ),
        pytest.param([[said("a", 0.2), said("a", 0.7)]], 0.7, id="its best word counts"),
        pytest.param([[said("a", 0.7), said("a", 0.2)]], 0.7, id="whichever came first"),
        pytest.param([[said("a", 0.3)], [said("b", 0.5)]], 0.5, id="the best group"),
    ],
)
def test_one_thing_is_as_sure_as_those_who_agree(groups: list[list[Candidate]], confidence: float):
    assert sure(*groups) == pytest.approx(confidence)


def test_it_stays_below_what_is_wanted_until_structured_sources_have_answered():
    certain = [said("a", 0.9), said("b", 0.9)]

    assert sure(certain) > 0.8
    assert sure(certain, awaits=True) < 0.8
    assert sure([said("a", 0.3)], awaits=True) == pytest.approx(0.3)


@pytest.mark.parametrize(("groups", "share"), [(0, 0.0), (1, 0.25), (4, 1.0), (9, 1.0)])
def test_many_things_are_as_sure_as_the_share_that_is_found(groups: int, share: float):
    assert sure(*([said("a", 0.1)] for _ in range(groups)), mode=MANY) == share


def test_any_other_rule_can_take_its_place():
    class Optimist:
        def calculate(self, progress: Progress) -> float:
            return 1.0

    progress = Progress(request(), ONE, [[said("a", 0.1)]], awaits_structured=False)

    assert decide(Phase.DISCOVERY, progress, Optimist()).stops
    assert not decide(Phase.DISCOVERY, progress, StandardConfidence()).stops
