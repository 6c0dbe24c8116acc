"""However late each answer comes, a command stores and tells the same."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.faults.commands import Ended, live, new_home
from tests.faults.conftest import Tell
from tests.faults.facts import facts, payload_ids, rows
from tests.faults.sampling import often
from tests.simulators import World

pytestmark = pytest.mark.torture
RUNS = often(50, 3)


def told(run: Ended) -> dict[str, Any]:
    """A report without what no two runs share: the id and the durations."""
    report = run.json()
    del report["run_id"]
    for part in (*report["connectors"], *report["stages"].values()):
        del part["seconds"]
    return report


def hashes(home: Path) -> tuple[str, str]:
    """The days on which the answers came, and the hashes of the entities, which cover them."""
    days = rows(home, "select distinct observed_at::date as day from extracted_entity order by day")
    return str(days), str(rows(home, "select content_hash, source_info from entity order by slug"))


def test_delays_change_nothing(world: World, tmp_path: Path, tell: Tell):
    undisturbed = new_home(tmp_path / "undisturbed")
    expected = told(live(undisturbed, world.env)), facts(undisturbed), payload_ids(undisturbed)
    known = dict([hashes(undisturbed)])

    for number in range(RUNS):
        chance = random.Random(number)
        for simulator in world:
            simulator.delay_s = chance.uniform(0, 0.1)
            simulator.slow_s = chance.uniform(0, 0.2)
            simulator.faults.misbehave(0.5, number, ["slow"])
        home = new_home(tmp_path / f"run-{number}")
        run = live(home, world.env)
        assert (run.code, run.err) == (0, "")
        assert (told(run), facts(home), payload_ids(home)) == expected, f"seed {number}"
        days, found = hashes(home)
        assert known.setdefault(days, found) == found

    assert len(expected[1]["entity"]) > 10
    tell(
        f"delays: {RUNS} runs with random delays, {len(expected[1]['entity'])} entities, all alike"
    )
