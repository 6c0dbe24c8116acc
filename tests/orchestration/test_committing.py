"""What a phase brought, taken in: who cannot be read costs himself alone."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from pipeline.connectors.extraction import Extraction
from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.asking import extract_answers
from pipeline.orchestration.committing import Answered, commit_outcomes
from pipeline.orchestration.execution_context import ExecutionContext
from pipeline.orchestration.outcome import ConnectorOutcome
from pipeline.orchestration.plan import ConnectorNode
from pipeline.records.reading import Interpreted
from pipeline.values import canonical_json
from tests.orchestration.things import candidate, features
from tests.source_answers import payloads

NAME = "Powerleague Portobello"


class Unreadable(Connector):
    """A source whose answers nobody can read."""

    def extract(self, payloads: pl.DataFrame) -> Extraction:
        raise ZeroDivisionError("no such thing")


def google(*ids: str, name: str = NAME) -> Any:
    here = {"latitude": 55.9566, "longitude": -3.1179}
    return {"places": [{"id": i, "displayName": {"text": name}, "location": here} for i in ids]}


def osm(*numbers: int, **tags: str) -> Any:
    tags = {"name": NAME, "leisure": "sports_centre"} | tags
    place = {"type": "node", "lat": 55.9566, "lon": -3.1179, "tags": tags}
    return {"elements": [place | {"id": number} for number in numbers]}


def answered(connector: Connector, body: Any, endpoint: str = "searchText") -> Answered:
    node = ConnectorNode(connector, connector.spec.all_operations()[0], None)
    outcome = ConnectorOutcome(node.name, node.phase, "replay", "ok", "always asked")
    outcome.payloads = payloads(body, endpoint=endpoint)
    extract_answers(node, outcome)
    return node, outcome


def commit(
    lens: CompiledLens,
    connectors: dict[str, Connector],
    *brought: Answered,
    query: str = NAME,
    state: ExecutionContext | None = None,
    first: int = 0,
) -> tuple[ExecutionContext, Interpreted]:
    context = state or ExecutionContext(("google_place_id",), 0.5)
    read = commit_outcomes(list(brought), lens, connectors, features(lens, query), context, first)
    return context, read


def test_what_answers_is_accepted_and_its_ids_are_seeds(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    found = answered(connectors["google_places"], google("p2", "p1", "p1"))

    state, read = commit(lens, connectors, found)

    assert state.accepted_entity_keys == {"google_place_id:p1", "google_place_id:p2"}
    assert state.seeds == {"place_id": ["p1", "p2"]}
    assert state.evidence["google_places"] == {
        "status": "ok", "payloads": 1, "records": 3, "candidates": 3
    }  # fmt: skip
    assert read.records.height == 3


def test_what_does_not_answer_is_neither_a_candidate_nor_a_seed(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    found = answered(connectors["google_places"], google("p1", name="Meadowbank"))

    state, read = commit(lens, connectors, found)

    assert (state.candidates, state.accepted_entities, state.seeds) == ([], [], {})
    assert read.records.height == 1


def test_a_candidate_that_is_not_believed_gives_no_seed(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    state = ExecutionContext(least_confidence=0.9)

    commit(lens, connectors, answered(connectors["google_places"], google("p1")), state=state)

    assert len(state.candidates) == 1
    assert (state.accepted_entities, state.seeds) == ([], {})


def test_a_duplicate_still_gives_the_id_that_only_it_knows(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    """Another source told of the same place first, whose ids are no work for anybody."""
    state = ExecutionContext(("google_place_id",))
    state.accept_entity(candidate(NAME, "another", ids={"google_place_id": "p1"}))

    commit(lens, connectors, answered(connectors["google_places"], google("p1")), state=state)

    assert [one.source for one in state.accepted_entities] == ["another"]
    assert state.seeds == {"place_id": ["p1"]}


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned round"])
def test_answers_that_cannot_be_read_cost_their_connector_alone(
    lens: CompiledLens, connectors: dict[str, Connector], turned: bool
):
    broken = Unreadable(connectors["openstreetmap"].spec)
    known = connectors | {"openstreetmap": broken}
    brought = [answered(connectors["google_places"], google("p1")),
               answered(broken, osm(1), "interpreter")]  # fmt: skip

    state, read = commit(lens, known, *(brought[::-1] if turned else brought))

    told = {outcome.name: (outcome.status, outcome.why) for _, outcome in brought}
    assert told == {
        "google_places": ("ok", "always asked"),
        "openstreetmap": (
            "failed", "its answers cannot be read: ZeroDivisionError('no such thing')"),
    }  # fmt: skip
    assert [candidate.source for candidate in state.accepted_entities] == ["google_places"]
    assert state.evidence["openstreetmap"]["status"] == "failed"
    assert read.records["source"].to_list() == ["google_places"]


def test_records_are_numbered_through_all_phases(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    found = answered(connectors["google_places"], google("p1", "p2"))
    also = answered(connectors["openstreetmap"], osm(1, 2), "interpreter")

    _, read = commit(lens, connectors, also, found, first=7)

    assert read.records.select("record", "source").rows() == [
        (7, "google_places"), (8, "google_places"), (9, "openstreetmap"), (10, "openstreetmap"),
    ]  # fmt: skip


def test_the_order_in_which_connectors_answered_changes_nothing(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    def told(*names: str) -> str:
        bodies = {
            "google_places": answered(connectors["google_places"], google("p1", "p2")),
            "openstreetmap": answered(connectors["openstreetmap"], osm(1, 2), "interpreter"),
        }
        state, _ = commit(lens, connectors, *(bodies[name] for name in names))
        return canonical_json(state.as_dict())

    assert told("google_places", "openstreetmap") == told("openstreetmap", "google_places")


def test_a_phase_that_brought_nothing_changes_nothing(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    state, read = commit(lens, connectors)

    assert state == ExecutionContext(("google_place_id",), 0.5)
    assert read.records.is_empty()
