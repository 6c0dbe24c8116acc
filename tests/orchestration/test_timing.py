"""Who answers first changes nothing: not the context, not the entities."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from pipeline.runs.run import run_query
from pipeline.values import canonical_json
from pipeline.warehouse.gate import Gate
from tests.orchestration.things import request
from tests.orchestration.world import World

pytestmark = pytest.mark.torture
RUNS = 50 if os.environ.get("SIGHTLINE_TORTURE") == "all" else 5
MANY, ONE = "padel edinburgh", "Powerleague Portobello"
TABLES = {
    "entity": "FROM entity SELECT * EXCLUDE (created_at, updated_at) ORDER BY ALL",
    "entity_claim": "FROM entity_claim SELECT * ORDER BY ALL",
    "entity_member": "FROM entity_member SELECT * ORDER BY ALL",
}


def told(home: Path) -> str:
    """Every row of what was built, byte for byte."""
    with Gate(home / "data" / "warehouse.duckdb").read() as connection:
        rows = {name: connection.sql(sql).pl().write_json() for name, sql in TABLES.items()}
    return canonical_json(rows)


def fresh_home(folder: Path, seed: int) -> Path:
    """An empty home; the lens's evidence need not be checked again in each."""
    home, cache = folder / str(seed), folder / "cache"
    (home / "data").mkdir(parents=True)
    cache.mkdir(exist_ok=True)
    (home / "data" / ".cache").symlink_to(cache)
    (home / "app.yaml").write_text((folder / "app.yaml").read_text())
    return home


def hesitate(world: World, seed: int) -> None:
    """Let every answer wait for up to 30 ms, as the seed has it."""
    luck = random.Random(seed)
    world.apis.before = lambda _node: time.sleep(luck.random() * 0.03)


def test_random_delays_change_neither_the_context_nor_the_entities(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, value in world.apis.environ().items():
        monkeypatch.setenv(name, value)
    seen = set()
    for seed in range(RUNS):
        hesitate(world, seed)
        world.home = fresh_home(tmp_path, seed)
        asking = world.run(MANY, min_confidence=1.0)
        run_query(world.context("replay"), request(MANY, min_confidence=1.0))
        seen.add((canonical_json(asking.state.as_dict()), told(world.home)))

    ((state, entities),) = seen
    assert '"accepted_entities":[{' in state
    assert entities.count("padel") > 1


def test_random_delays_change_no_phase_of_a_run_that_goes_through_them_all(
    world: World, tmp_path: Path
):
    seen = set()
    for seed in range(RUNS):
        hesitate(world, seed)
        world.home = tmp_path / str(seed)
        asking = world.run(ONE, min_confidence=1.0)
        seen.add((canonical_json(asking.state.as_dict()), str(asking.decisions), *asking.outcomes))

    ((_, _, *nodes),) = seen
    assert "google_places.details" in nodes
