"""A clock that goes back, between runs and within one: nothing breaks, and somebody is told."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from pipeline.context import Clock, start_context
from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.request import IngestRequest
from pipeline.runs.rebuild import rebuild
from pipeline.runs.report import RunReport
from pipeline.runs.run import run_query
from pipeline.settings import load_settings
from pipeline.warehouse import Gate
from tests.faults.facts import damage, facts, rows
from tests.simulators import World

NOON = datetime(2026, 11, 20, 12)
Ask = Callable[[Clock], RunReport]


@pytest.fixture
def ask(world: World, home: Path, lens: CompiledLens, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A live run by a clock."""
    for name, value in world.env.items():
        monkeypatch.setenv(name, value)

    def run(clock: Clock) -> RunReport:
        settings = load_settings(mode="live", environ={"SIGHTLINE_HOME": str(home)})
        budget = settings.app.orchestration.budget_usd
        request = IngestRequest("Powerleague Portobello", 10, 0.8, budget)
        return run_query(start_context(settings, lens, clock), request)

    return run


def by(moment: datetime) -> Clock:
    return lambda: moment


def test_a_run_never_ends_before_it_began(ask: Ask, home: Path):
    steps = count()

    report = ask(lambda: NOON - timedelta(hours=next(steps)))

    assert report.status == "succeeded"
    (run,) = rows(home, "select started_at, finished_at from orchestration_run")
    assert run == {"started_at": NOON, "finished_at": NOON}
    assert rows(home, "from raw_ingestion where last_seen_at < first_fetched_at") == []
    assert damage(home) == []


def test_a_day_that_comes_twice_changes_nothing_but_is_told(ask: Ask, home: Path):
    ask(by(NOON))
    before = facts(home)

    report = ask(by(NOON - timedelta(days=1)))

    assert {entity["change"] for entity in report.entities} == {"unchanged"}
    assert facts(home) == before
    assert any("dated up to 2026-11-20 12:00 UTC, which is to come" in w for w in report.warnings)
    assert rows(home, "from raw_ingestion where last_seen_at < first_fetched_at") == []
    assert damage(home) == []


def test_what_changes_while_the_clock_is_back_is_not_updated_before_it_was_created(
    ask: Ask, home: Path, world: World
):
    ask(by(NOON))
    world["google_places"].faults.always("unavailable")
    world["openstreetmap"].faults.always("zero_latitude")

    report = ask(by(NOON - timedelta(days=1)))

    assert report.entities
    assert rows(home, "from entity where updated_at < created_at") == []
    assert rows(home, "from orchestration_run where finished_at < started_at") == []


def test_the_newest_payload_counts_also_if_its_clock_was_ahead(
    ask: Ask, home: Path, lens: CompiledLens, world: World
):
    """A rebuild says that answers of the future outdo others; a right clock ends the warning."""
    ask(by(NOON + timedelta(days=365)))
    settings = load_settings(environ={"SIGHTLINE_HOME": str(home)})

    now, later = (
        rebuild(start_context(settings, lens, by(moment)))
        for moment in (NOON, NOON + timedelta(days=366))
    )

    assert any("answers of openstreetmap are dated up to 2027-11-20" in w for w in now.warnings)
    assert not any("to come" in warning for warning in later.warnings)
    assert now.entities["removed"] == later.entities["removed"] == 0


def test_a_run_that_was_killed_before_the_clock_went_back_ends_no_earlier_than_it_began(
    ask: Ask, home: Path
):
    ask(by(NOON))
    with Gate(home / "data" / "warehouse.duckdb").write() as connection:
        connection.execute(
            "update orchestration_run set status = 'running', finished_at = null, report = ?",
            [json.dumps({"host": socket.gethostname(), "process": 999_999_999})],
        )

    ask(by(NOON - timedelta(days=1)))

    ended = rows(home, "select status, finished_at from orchestration_run order by started_at")
    assert [row["status"] for row in ended] == ["succeeded", "failed"]
    assert ended[1]["finished_at"] == NOON
