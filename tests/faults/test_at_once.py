"""Several commands on one home at the same time: nothing twice, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.commands import Ended, live, new_home, start
from tests.faults.facts import damage, facts, payload_ids, runs
from tests.simulators import World

OTHER = "tennis edinburgh"
Command = tuple[str, ...]


def asking(query: str) -> Command:
    return ("run", query, "--mode", "live", "--json")


def together(home: Path, world: World, *commands: Command) -> list[Ended]:
    """Start them all, then wait for each."""
    going = [start(home, *command, env=world.env) for command in commands]
    return [command.end() for command in going]


@pytest.fixture
def one_by_one(world: World, tmp_path: Path):
    """What a home holds on which queries were asked one after another."""

    def asked(*queries: str) -> Path:
        home = new_home(tmp_path / "one by one")
        for query in queries:
            assert live(home, world.env, query).code == 0
        return home

    return asked


def test_the_same_query_twice_is_the_same_as_once(world: World, home: Path, one_by_one):
    alone = one_by_one("padel edinburgh")
    for simulator in world:
        simulator.delay_s = 0.1

    ended = together(home, world, *[asking("padel edinburgh")] * 2)

    assert [(e.code, e.err) for e in ended] == [(0, "")] * 2
    assert facts(home) == facts(alone)
    assert payload_ids(home) == payload_ids(alone)
    assert damage(home) == []
    assert runs(home) == ["succeeded"] * 2


def test_queries_that_overlap_keep_what_each_of_them_found(world: World, home: Path, one_by_one):
    """Identities hang on who came first; what is known of each thing does not."""
    alone = one_by_one("padel edinburgh", OTHER)

    ended = together(home, world, asking("padel edinburgh"), asking(OTHER))

    assert [(e.code, e.err) for e in ended] == [(0, "")] * 2
    told, expected = facts(home), facts(alone)
    for table in ("extracted_entity", "entity_member", "entity", "entity_claim"):
        assert told[table] == expected[table], table
    assert payload_ids(home) == payload_ids(alone)
    assert damage(home) == []


def test_a_rebuild_during_a_run_loses_nothing(world: World, home: Path):
    assert live(home, world.env).code == 0

    ended = together(home, world, asking(OTHER), ("rebuild",))

    assert ended[0].code == 0, ended[0].err
    # A rebuild that a run overtook says so, and another one sets things right.
    assert ended[1].code == 0 or "another run was stored meanwhile" in ended[1].err
    assert damage(home) == []
    found = {entity["slug"] for entity in ended[0].json()["entities"]}
    assert found <= {row["slug"] for row in facts(home)["entity"]}
    assert start(home, "rebuild", env={}).end().code == 0
    assert found <= {row["slug"] for row in facts(home)["entity"]}


def test_many_writers_of_one_answer_store_it_once(world: World, home: Path):
    """All begin on an empty lake, and each asks another question that one layer answers alike."""
    queries = ("padel edinburgh", OTHER, "squash edinburgh")

    ended = together(home, world, *map(asking, queries))

    assert {e.code for e in ended} == {0}, [e.err for e in ended]
    ids = payload_ids(home)
    assert len(ids) == len(set(ids))
    assert damage(home) == []
