"""What the control plane sees of a record."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from pipeline.connectors.registry import Connector
from pipeline.orchestration.asking import extract_answers
from pipeline.orchestration.candidate import Candidate, to_candidates
from pipeline.orchestration.outcome import ConnectorOutcome
from pipeline.orchestration.plan import ConnectorNode
from pipeline.values import canonical_json
from tests.orchestration.things import candidate
from tests.source_answers import payloads

PLACES = {
    "places": [
        {"id": "p2", "displayName": {"text": "B"}, "location": {"latitude": 0.0, "longitude": 0.0}},
        {"id": "p1", "displayName": {"text": "A"}, "internationalPhoneNumber": "+44 131 496 0001"},
    ]
}


def found(connectors: dict[str, Connector], body: object) -> list[Candidate]:
    source = connectors["google_places"]
    node = ConnectorNode(source, source.spec.all_operations()[0], None)
    outcome = ConnectorOutcome(node.name, node.phase, "replay", "ok", "")
    outcome.payloads = payloads(body, endpoint="searchText")
    extract_answers(node, outcome)
    assert outcome.extracted is not None
    return to_candidates(outcome.extracted.records, source.spec)


def test_a_record_is_a_candidate_with_ids_position_and_content(connectors: dict[str, Connector]):
    first, second = found(connectors, PLACES)

    assert (first.source, first.name, first.ids["google_place_id"]) == ("google_places", "A", "p1")
    assert (first.latitude, first.longitude) == (None, None)
    assert first.content["phone"] == "+441314960001"
    assert (second.latitude, second.longitude) == (0.0, 0.0)
    assert second.accuracy_m == 20  # of the source's spec
    assert second.confidence == 0.55  # of its tier


def test_the_order_of_an_answer_does_not_matter(connectors: dict[str, Connector]):
    turned = {"places": PLACES["places"][::-1]}

    assert found(connectors, turned) == found(connectors, PLACES)


def test_a_candidate_is_frozen_and_plain():
    offered = candidate(ids={"x": "1"}, content={"phone": "1"})

    with pytest.raises(FrozenInstanceError):
        offered.name = "B"  # type: ignore[misc]
    assert canonical_json(offered.as_dict()) == (
        '{"confidence":1.0,"content":{"phone":"1"},"ids":{"x":"1"},"latitude":55.95,'
        '"longitude":-3.19,"name":"A","source":"one"}'
    )
    assert replace(offered, name="B").as_dict()["name"] == "B"
