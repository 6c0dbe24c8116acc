"""Asking one node: whatever goes wrong is told in its outcome, and what came before is kept."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from pipeline.connectors.http import open_session
from pipeline.connectors.questions import Question
from pipeline.errors import UnwritableLakeError
from pipeline.lake.store import scan_lake
from pipeline.orchestration.asking import Ask, answer, describe
from pipeline.orchestration.outcome import ConnectorOutcome
from pipeline.orchestration.plan import plan_connectors
from tests.loopback import BOX, QUERY, reply
from tests.orchestration.world import World, place

ASKED = Question(QUERY, ("powerleague",), BOX)


def ask(
    world: World, name: str, mode: str = "live", *, is_live: bool = True, stopped: bool = False
) -> ConnectorOutcome:
    """What becomes of one node of the lens's plan."""
    node = {n.name: n for n in plan_connectors(world.lens, world.connectors).nodes}[name]
    requests = node.connector.plan_requests(ASKED, node.parameters, node.operation.name)
    asked = Ask(node, requests, "always asked", is_live)
    found = asked.outcome("stopped", "not yet")
    environ = world.apis.environ()

    async def run() -> None:
        stopping = asyncio.Event()
        if stopped:
            stopping.set()
        async with open_session(environ, stopping=stopping) as session:
            live = session if is_live else None
            await answer(asked, found, world.context(mode), ASKED, environ, live)

    asyncio.run(run())
    return found


def kept(world: World) -> int:
    return scan_lake(world.context("replay").settings.lake).collect().height


def test_answers_are_recorded_and_paid_for(world: World):
    found = ask(world, "google_places")

    assert (found.status, found.mode, found.why) == ("ok", "live", "always asked")
    assert (found.payloads.height, kept(world)) == (1, 1)
    assert found.cost == Decimal("0.035")
    assert found.seconds > 0


def test_what_came_before_a_failure_counts_and_is_paid_for(world: World):
    """The second page of a search is no answer."""
    pages = [{"places": [place("p1", "Acme", 55.95, -3.11)], "nextPageToken": "more"},
             {"error": {"code": 500, "status": "INTERNAL", "message": "odd"}}]  # fmt: skip
    left = list(pages)
    world.apis._google_places = lambda _request: left.pop(0)  # type: ignore[method-assign]

    found = ask(world, "google_places")

    assert (found.status, found.payloads.height, kept(world)) == ("ok", 1, 1)
    assert found.why.startswith("always asked; incomplete: ")
    assert "odd" in found.why
    assert found.cost == Decimal("0.070")


def test_a_source_that_does_not_answer_has_failed(world: World):
    world.apis.instead["openstreetmap"] = reply("gone", "text/plain", 410)

    found = ask(world, "openstreetmap")

    assert found.status == "failed"
    assert "HTTP 410: gone" in found.why
    assert (found.payloads.height, kept(world), found.cost) == (0, 0, 0)


def test_a_run_that_is_stopped_asks_nothing_new(world: World):
    found = ask(world, "openstreetmap", stopped=True)

    assert (found.status, found.why) == (
        "stopped",
        "the run was interrupted; what had come is kept",
    )
    assert world.apis.events == []


def test_a_lake_that_cannot_be_written_ends_the_run(world: World):
    """No other source could store its answers either."""
    (world.home / "data").mkdir()
    (world.home / "data" / "lake").write_text("no folder")

    with pytest.raises(UnwritableLakeError, match="cannot be written"):
        ask(world, "openstreetmap")


@pytest.mark.parametrize("mode", ["auto", "replay"])
def test_a_replayed_answer_says_why_it_is_one(world: World, mode: str):
    ask(world, "google_places")
    asked_before = list(world.apis.events)

    found = ask(world, "google_places", mode, is_live=False)
    missing = ask(world, "serper", mode, is_live=False)

    assert world.apis.events == asked_before
    assert (found.status, found.mode, found.payloads.height) == ("ok", "replay", 1)
    assert ("SIGHTLINE_GOOGLE_PLACES_KEY is not set" in found.why) is (mode == "auto")
    assert missing.status == "empty"
    assert missing.why.endswith("the lake holds no answer to this or a wider question")


@pytest.mark.parametrize("is_live", [True, False], ids=["live", "replayed"])
def test_a_node_that_has_no_request_is_empty(world: World, is_live: bool):
    found = ask(world, "google_places.details", is_live=is_live)

    assert (found.status, found.why) == ("empty", "always asked; there was nothing to ask for")
    assert world.apis.events == []


@pytest.mark.parametrize(
    ("error", "told"),
    [(KeyError("x"), "KeyError('x')"), (ValueError("odd"), "ValueError('odd')")],
)
def test_an_error_that_is_not_ours_tells_its_kind(error: Exception, told: Any):
    assert describe(error) == told
