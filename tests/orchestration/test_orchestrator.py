"""A run's phases on loopback servers: who is asked, when, and when it is enough."""

from __future__ import annotations

import asyncio
import threading
from decimal import Decimal
from typing import Any

import pytest
from werkzeug import Response

from pipeline.connectors.spec import Phase
from pipeline.errors import SettingsError, StoppedError
from pipeline.orchestration.confidence import Progress
from pipeline.values import BoundingBox, GeoPoint
from tests.loopback import QUERY, reply
from tests.orchestration.world import (
    DISCOVERY,
    STRUCTURED,
    World,
    outcome,
    place,
    statuses,
    stops,
)

ALWAYS = {"type": "always"}
HERE = (55.9566, -3.1179)


def when(path: str, operator: str, value: Any) -> dict[str, Any]:
    return {"type": "condition", "when": {"path": path, "operator": operator, "value": value}}


def silence(world: World, *sources: str) -> None:
    """Let these sources hold nothing."""
    nothing: dict[str, Any] = {
        "openstreetmap": {"elements": []}, "google_places": {},
        "serper": {"searchParameters": {}, "organic": []},
        "food_hygiene": {"establishments": [], "meta": {"itemCount": 0, "totalPages": 0}},
        "sport_scotland": {"type": "FeatureCollection", "features": [], "numberMatched": 0},
        "edinburgh_council": {"type": "FeatureCollection", "features": []},
    }  # fmt: skip
    world.apis.instead |= {source: reply(nothing[source]) for source in sources}


def test_a_phase_begins_when_the_one_before_has_ended(world: World):
    """The details come last, though their source had answered first."""
    slow = threading.Event()
    world.apis.before = lambda node: node in {"serper", "sport_scotland"} and slow.wait(0.1)

    asking = world.run(QUERY, min_confidence=1.0)

    phases = {node.name: list(Phase).index(node.phase) for node in asking.plan.nodes}
    order = [phases[node] for _, node in world.apis.events]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2}
    assert [decision.phase for decision in asking.decisions] == list(Phase)


def test_inside_a_phase_all_are_asked_at_once(world: World):
    """Nobody answers before all three are asked: one after the other they would wait for ever."""
    together = threading.Barrier(3, timeout=30)
    world.apis.before = lambda source: source in DISCOVERY and together.wait()

    asking = world.run(QUERY)

    assert {statuses(asking)[name] for name in DISCOVERY} == {"ok"}
    assert not together.broken


def test_one_thing_is_not_certain_before_the_structured_sources_have_answered(world: World):
    asking = world.run(QUERY)

    assert {source for _, source in world.apis.events} >= STRUCTURED
    assert stops(asking)[0] == ""
    assert asking.decisions[0].confidence < 0.8 <= asking.decisions[1].confidence
    assert "has reached 0.80" in stops(asking)[1]


def test_details_are_left_out_when_enough_is_known(world: World):
    asking = world.run(QUERY)

    details = outcome(asking, "google_places.details")
    assert (details.status, details.cost) == ("skipped", 0)
    assert details.why == f"enough is known: {stops(asking)[1]}"
    assert all("/places/" not in request.path for request in world.apis.asked("google_places"))


def test_details_are_asked_for_what_answers_where_nobody_else_confirms_it(world: World):
    """One medium source is worth 0.55: not the 0.8 that is wanted."""
    silence(world, "openstreetmap", "serper", *STRUCTURED)
    world.apis.rows = [
        place("near", QUERY, *HERE),
        place("other", "Tynecastle", *HERE),
        place("far", QUERY, 55.7, -3.5),
    ]

    asking = world.run(QUERY)

    asked = [r.path for r in world.apis.asked("google_places") if "/places/" in r.path]
    assert asked == ["/google_places/places/near"]
    assert asking.state.seeds == {"place_id": ["near"]}
    assert outcome(asking, "google_places.details").cost == Decimal("0.025")
    assert [round(decision.confidence, 2) for decision in asking.decisions] == [0.55, 0.55, 0.55]
    assert set(stops(asking)) == {""}


def test_details_are_skipped_where_nothing_was_found_at_all(world: World):
    silence(world, *DISCOVERY, *STRUCTURED)

    asking = world.run(QUERY)

    details = outcome(asking, "google_places.details")
    assert details.status == "skipped"
    assert details.why.endswith("needs context.seeds.place_id, which google_places did not give")


def test_details_without_a_place_id_have_nothing_to_ask(world: World):
    """Another source found the thing: the node may run, and has no request to make."""
    silence(world, "google_places", "serper", *STRUCTURED)

    asking = world.run(QUERY)

    details = outcome(asking, "google_places.details")
    assert asking.state.candidates
    assert (details.status, details.cost) == ("empty", 0)
    assert details.why.endswith("there was nothing to ask for")


def test_many_are_enough_when_enough_things_are_found(world: World):
    silence(world, "openstreetmap", "serper")
    three_keys = [place(f"a{n}", "Acme Padel", *HERE) for n in range(3)]
    two = [*three_keys, place("b", "Other Padel", 55.97, -3.17)]

    world.apis.rows = three_keys
    one_thing = world.run("padel edinburgh", target_entity_count=2)
    world.apis.rows = two
    enough = world.run("padel edinburgh", target_entity_count=2)

    assert (one_thing.decisions[0].accepted, one_thing.decisions[0].groups) == (3, 1)
    assert stops(one_thing)[0] == ""
    assert stops(enough) == ["2 found so far, 2 wanted"]
    skipped = {name for name, status in statuses(enough).items() if status == "skipped"}
    assert skipped >= STRUCTURED
    assert outcome(enough, "sport_scotland").why == f"enough is known: {stops(enough)[0]}"


def test_conditions_of_the_context_hold_as_things_stand_when_a_phase_begins(world: World):
    found, accepted = (when(f"context.{n}_count", "GTE", 1) for n in ("candidate", "accepted"))
    world.rule("serper", found)  # same phase as those who find
    world.rule("sport_scotland", accepted)
    world.rule("edinburgh_council", when("context.evidence.openstreetmap.candidates", "LT", 1))

    asking = world.run(QUERY)

    told = statuses(asking)
    assert told["serper"] == "skipped"
    assert "no trigger matched (context.candidate_count GTE 1)" in outcome(asking, "serper").why
    assert told["sport_scotland"] == "ok"
    assert told["edinburgh_council"] == "skipped"


def test_a_source_that_a_condition_rules_out_is_not_waited_for(world: World):
    for name in STRUCTURED:
        world.rule(name, when("context.accepted_count", "LT", 1))

    asking = world.run(QUERY, min_confidence=0.6)

    assert "has reached 0.60" in stops(asking)[0]


@pytest.mark.parametrize(
    ("budget", "refused"),
    [
        pytest.param("0", {"google_places", "serper"}, id="nothing may be spent"),
        # Three pages of a search at $0.035 are reserved, and one of two credits at $0.001.
        pytest.param("0.105", {"serper"}, id="the first in the lens's order fits"),
        pytest.param("0.106", {"serper"}, id="a cent too little"),
        pytest.param("0.107", set(), id="both fit, exactly"),
        pytest.param("0.05", {"google_places"}, id="a later one fits where an earlier does not"),
    ],
)
def test_parallel_paid_sources_share_one_budget(world: World, budget: str, refused: set[str]):
    asking = world.run(QUERY, budget=Decimal(budget))

    told = statuses(asking)
    assert {name for name in ("google_places", "serper") if told[name] == "stopped"} == refused
    spent = sum(one.cost for one in asking.in_plan_order())
    assert asking.budget.spent == spent <= Decimal(budget)
    assert {told[name] for name in STRUCTURED | {"openstreetmap"}} == {"ok"}


def test_what_was_reserved_and_not_spent_is_there_for_the_next_phase(world: World):
    """A search reserves $0.105 and costs $0.035; the details of one place cost $0.025."""
    silence(world, "openstreetmap", *STRUCTURED)

    asking = world.run("Powerleague Portobello", budget=Decimal("0.107"), min_confidence=1.0)

    assert outcome(asking, "google_places.details").status == "ok"
    assert asking.budget.spent == Decimal("0.061")  # 0.035 + 0.001 + 0.025


def test_a_source_that_fails_costs_itself_and_not_the_phase(world: World):
    world.apis.instead["google_places"] = reply("gone", "text/plain", 410)

    asking = world.run(QUERY)

    told = statuses(asking)
    assert told["google_places"] == "failed"
    assert {told[name] for name in (DISCOVERY | STRUCTURED) - {"google_places"}} == {"ok"}
    assert asking.state.accepted_entities
    assert asking.state.evidence["google_places"]["status"] == "failed"


@pytest.mark.parametrize(
    ("asked", "finds"),
    [
        pytest.param({"bounding_box": BoundingBox(55.95, -3.12, 55.96, -3.11)}, True, id="its box"),
        pytest.param(
            {"bounding_box": BoundingBox(55.90, -3.30, 55.91, -3.29)}, False, id="another"
        ),
        pytest.param({"point": GeoPoint(*HERE), "radius_m": 200.0}, True, id="near it"),
        pytest.param({"point": GeoPoint(55.93, -3.25), "radius_m": 200.0}, False, id="elsewhere"),
    ],
)
def test_where_to_look_is_asked_and_held_against_the_answers(
    world: World, asked: dict[str, Any], finds: bool
):
    world.apis.rows = [place("p", "Powerleague", *HERE)]

    asking = world.run("Powerleague", **asked)

    area = asking.request.area
    assert area is not None
    low = world.apis.asked("google_places")[0].get_json()["locationRestriction"]["rectangle"]["low"]
    assert low == {"latitude": area.south, "longitude": area.west}
    assert bool(asking.state.accepted_entities) is finds


def test_another_rule_of_confidence_decides_otherwise(world: World):
    class Sceptic:
        def calculate(self, progress: Progress) -> float:
            return 0.1

    asking = world.run(QUERY, calculator=Sceptic())

    assert set(stops(asking)) == {""}
    assert statuses(asking)["google_places.details"] == "ok"


def test_a_key_that_is_missed_late_is_told_and_nothing_falls_back(world: World):
    """The rule selects the source only once something is found, and then its key is missing."""
    world.rule("serper")
    world.rule("sport_scotland", when("context.accepted_count", "GTE", 1))
    without = ["SIGHTLINE_SPORT_SCOTLAND_KEY"]
    asking = world.plan(QUERY, without=without)
    asking.require_keys()

    asyncio.run(asking.run())

    hub = outcome(asking, "sport_scotland")
    assert (hub.mode, hub.status) == ("live", "failed")
    assert "SIGHTLINE_SPORT_SCOTLAND_KEY (sport_scotland)" in hub.why
    assert world.apis.asked("sport_scotland") == []


def test_missing_keys_of_what_is_selected_are_told_once_each(world: World):
    without = ["SIGHTLINE_GOOGLE_PLACES_KEY", "SIGHTLINE_OPEN_CHARGE_MAP_KEY"]

    with pytest.raises(SettingsError) as told:
        world.plan(QUERY, without=without).require_keys()

    assert str(told.value).count("SIGHTLINE_GOOGLE_PLACES_KEY") == 1
    assert "OPEN_CHARGE_MAP" not in str(told.value)
    for mode in ("auto", "replay"):
        world.plan(QUERY, mode=mode, without=without).require_keys()


def test_replay_asks_nobody_and_says_what_the_lake_lacks(world: World):
    asking = world.run(QUERY, mode="replay")

    assert world.apis.events == []
    asked = {name: status for name, status in statuses(asking).items() if status != "skipped"}
    assert set(asked.values()) == {"empty"}
    assert "the lake holds no answer" in outcome(asking, "serper").why


def test_a_run_that_is_told_to_stop_keeps_what_came_and_asks_no_further(world: World):
    asking = world.plan(QUERY)
    loops: list[asyncio.AbstractEventLoop] = []

    def stop(source: str) -> None:
        if source == "serper":
            loops[0].call_soon_threadsafe(asking.stopping.set)

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        await asking.run()

    world.apis.before = stop
    with pytest.raises(StoppedError):
        asyncio.run(run())

    assert {source for _, source in world.apis.events} <= DISCOVERY
    assert set(asking.outcomes) >= DISCOVERY
    assert asking.budget.spent == sum(one.cost for one in asking.in_plan_order())
    assert not asking.is_waiting


def test_every_node_of_the_plan_has_an_outcome_with_a_reason(world: World):
    world.apis.instead["serper"] = Response("<html>", 500, content_type="text/html")

    asking = world.run(QUERY)

    assert set(asking.outcomes) == {node.name for node in asking.plan.nodes}
    assert all(one.why for one in asking.in_plan_order())
    for one in asking.in_plan_order():
        assert one.as_report()["phase"] == str(one.phase)
