"""A disk that is full: told as what it is, nothing half, and all is well once there is room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.commands import live, new_home, start
from tests.faults.facts import damage, facts, payload_ids, runs
from tests.simulators import World, gather_rows, simulators

MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def bulky() -> Iterator[World]:
    """APIs of which one sends more than a megabyte that cannot be packed."""
    rows = gather_rows()
    first = rows["openstreetmap"][0]
    note = {"note": os.urandom(8 * MEGABYTE).hex()}
    document = dict(first.document) | {"tags": dict(first.document["tags"]) | note}
    rows["openstreetmap"][0] = replace(first, document=document)
    with simulators(rows=rows) as world:
        yield world


def test_a_lake_that_cannot_be_written_ends_the_run(bulky: World, tmp_path: Path):
    undisturbed = new_home(tmp_path / "undisturbed")
    assert live(undisturbed, bulky.env).code == 0
    home = new_home(tmp_path / "home")

    full = live(home, bulky.env, most_bytes=6 * MEGABYTE)

    assert (full.code, full.out) == (11, "")
    assert "source=openstreetmap" in full.err
    assert "cannot be written" in full.err
    assert "File too large" in full.err
    assert damage(home) == []
    assert runs(home) == ["failed"]
    assert set(payload_ids(home)) < set(payload_ids(undisturbed))
    assert live(home, bulky.env).code == 0
    assert facts(home) == facts(undisturbed)
    assert payload_ids(home) == payload_ids(undisturbed)


def test_a_warehouse_that_cannot_be_begun_ends_the_run_unasked(world: World, home: Path):
    before = world.count

    full = live(home, world.env, most_bytes=4096)

    assert (full.code, full.out) == (16, "")
    assert "warehouse.duckdb" in full.err
    assert world.count == before
    assert live(home, world.env).code == 0
    assert runs(home) == ["succeeded"]


def test_a_warehouse_that_cannot_take_the_entities_keeps_what_it_has(world: World, home: Path):
    """The answers are in the lake by then, so that nothing is paid for twice."""
    assert live(home, world.env, "Powerleague Portobello").code == 0
    before = facts(home)

    full = live(home, world.env, most_bytes=400 * 1024)

    assert (full.code, full.out) == (16, "")
    assert "nothing was written" in full.err
    assert facts(home) == before
    assert damage(home) == []
    assert live(home, world.env).code == 0
    assert runs(home) == ["succeeded", "failed", "succeeded"]
    assert start(home, "lake", "verify", env={}).end().code == 0
