"""A change set is written whole or not at all, and touches nothing that it does not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
import pytest

from pipeline.errors import CheckFailedError, WarehouseError
from pipeline.lake.payload import Payload
from pipeline.warehouse.gate import Gate
from pipeline.warehouse.stored import read_stored
from pipeline.warehouse.writing import EntityChanges, RunRow, write_changes
from tests import authored
from tests.authored import at, feature, node, way
from tests.entities.world import World

TABLES = (
    "extracted_entity", "record_link", "entity_member", "entity_relation", "entity_claim",
    "entity", "entity_history", "entity_redirect", "orchestration_run",
)  # fmt: skip
OF_A_LENS = [table for table in TABLES if table != "orchestration_run"]


def thistle(phone: str = "0131 496 0001", day: int = 0) -> Payload:
    """A club with a court of its own."""
    return authored.openstreetmap(
        node(1, at(0), name="Thistle Club", leisure="sports_centre", sport="tennis", phone=phone),
        way(2, at(5), (20, 10), leisure="pitch", sport="tennis"),
        day=day,
    )


def harlequin(day: int = 0) -> Payload:
    return authored.edinburgh_council(
        feature("h", "Harlequin Club", at(3000), ACTIVITIES="Tennis", FACILITY_TYPE="Tennis Courts"),
        day=day,
    )  # fmt: skip


def snapshot(world: World, lens_id: str | None = None) -> dict[str, Any]:
    """Every row of every table, or of one lens."""
    which = f"where lens_id = '{lens_id}'" if lens_id else ""
    tables = OF_A_LENS if lens_id else TABLES
    return {table: world.rows(f"select * from {table} {which} order by all") for table in tables}


def test_an_unchanged_entity_keeps_its_row_to_the_byte(world: World):
    world.settle(thistle(), harlequin())
    before = dict(world.rows("select slug, entity from entity"))

    # The same answers a day later, and one new phone.
    world.settle(thistle("0131 496 0002", day=1), harlequin())

    after = dict(world.rows("select slug, entity from entity"))
    assert after["harlequin-club"] == before["harlequin-club"]
    changed = after["thistle-club"]
    assert changed["phone"] == "+441314960002"
    assert changed["created_at"] == before["thistle-club"]["created_at"] == datetime(2026, 2, 1)
    assert changed["updated_at"] == datetime(2026, 2, 2)


def test_the_same_answers_again_change_no_row(world: World):
    world.settle(thistle(), harlequin())
    before = snapshot(world)

    world.settle(harlequin(), thistle(), seed=3)

    after = snapshot(world)
    before.pop("orchestration_run")
    after.pop("orchestration_run")
    assert after == before


def test_a_whole_build_forgets_what_it_does_not_mention(world: World):
    world.settle(thistle(), harlequin())

    world.settle(harlequin())

    rows = snapshot(world)
    left = {table: len(rows[table]) for table in ("extracted_entity", "entity_member", "entity")}
    assert left == {"extracted_entity": 1, "entity_member": 1, "entity": 1}
    assert rows["entity_relation"] == []
    claimed = {row[0] for row in world.rows("select distinct entity_id from entity_claim")}
    assert claimed == set(world.ids().values())


def test_a_partial_build_leaves_all_else_alone(world: World):
    world.settle(thistle(), harlequin())
    of_harlequin = (
        "select extracted_entity, entity, entity_claim from entity "
        "join entity_claim using (entity_id) "
        "join extracted_entity using (record_key) where slug = 'harlequin-club' order by all"
    )
    before = world.rows(of_harlequin)

    world.write(world.ask(thistle("0131 496 0002", day=1), wanted="node/1"))

    assert world.rows(of_harlequin) == before
    phones = dict(world.rows("select slug, phone from entity"))
    assert phones == {"harlequin-club": None, "thistle-club": "+441314960002"}
    assert world.rows("select count(*) from entity_relation") == [(1,)]
    assert world.events() == set()


def test_a_partial_build_lets_go_of_what_left_the_entity(world: World):
    page = authored.page("https://p.example/1", "Thistle Club")
    world.settle(thistle(), authored.serper(page))
    attached = world.homes()

    # The court moved away, and the page could mean another Thistle Club as well now.
    moved = authored.openstreetmap(
        way(2, at(700), (20, 10), leisure="pitch", sport="tennis"),
        node(3, at(2000), name="Thistle Club", leisure="sports_centre", sport="tennis"),
        day=1,
    )
    world.write(world.ask(moved, wanted="node/1"))

    (thistle_id,) = world.ids().values()
    assert attached == {"node/1": thistle_id, "https://p.example/1": thistle_id}
    assert world.homes() == {"node/1": thistle_id}
    assert world.rows("select from_id from entity_relation") == []
    assert world.rows("select distinct record_key from entity_claim") == [("openstreetmap:node/1",)]


def test_a_partial_build_sees_to_the_half_that_was_not_asked_for(world: World):
    twin = feature("h", "Thistle Club", at(4), ACTIVITIES="Tennis", FACILITY_TYPE="Tennis Courts")
    world.settle(thistle(), authored.edinburgh_council(twin))
    (entity_id,) = world.ids().values()

    moved = {**twin, "geometry": {"coordinates": list(reversed(at(2000)))}}
    world.write(world.ask(authored.edinburgh_council(moved, day=1), wanted="h"))

    homes = world.homes()
    assert homes["h"] == entity_id  # of equal halves the smaller key goes on
    assert homes["node/1"] != entity_id
    left = world.rows(
        "select record_key from entity_claim where entity_id = $id", {"id": entity_id}
    )
    assert set(left) == {("edinburgh_council:h",)}


def no_claims(changes: EntityChanges) -> EntityChanges:
    return replace(changes, claims=changes.claims.clear())


def a_name_that_lost(changes: EntityChanges) -> EntityChanges:
    won = (pl.col("won") & (pl.col("path") != "entity_name")).alias("won")
    return replace(changes, claims=changes.claims.with_columns(won))


def a_strange_member(changes: EntityChanges) -> EntityChanges:
    stranger = changes.members.head(1).with_columns(pl.lit("x:1").alias("record_key"))
    return replace(changes, members=pl.concat([changes.members, stranger]))


def pieces_alone(changes: EntityChanges) -> EntityChanges:
    return replace(changes, relations=changes.relations.with_columns(pl.lit("e_0").alias("to_id")))


def a_nameless_slug(changes: EntityChanges) -> EntityChanges:
    gone = pl.lit(None, pl.String).alias("slug")
    return replace(changes, entities=changes.entities.with_columns(gone))


def one_slug_for_two(changes: EntityChanges) -> EntityChanges:
    slug = pl.lit("same").alias("slug")
    return replace(changes, entities=changes.entities.with_columns(slug))


def twice_the_records(changes: EntityChanges) -> EntityChanges:
    return replace(changes, records=pl.concat([changes.records, changes.records]))


@pytest.mark.parametrize(
    ("spoil", "error", "told"),
    [
        pytest.param(no_claims, CheckFailedError, "entities without provenance", id="no claim"),
        pytest.param(a_name_that_lost, CheckFailedError, "entities without provenance", id="a name that lost"),
        pytest.param(a_strange_member, CheckFailedError, "members without record: 1 rows", id="stranger"),
        pytest.param(pieces_alone, CheckFailedError, "parts of nothing", id="piece of nothing"),
        pytest.param(a_nameless_slug, WarehouseError, "nothing was written", id="no slug"),
        pytest.param(one_slug_for_two, WarehouseError, "nothing was written", id="a slug twice"),
        pytest.param(twice_the_records, WarehouseError, "nothing was written", id="a record twice"),
    ],
)  # fmt: skip
def test_what_fails_leaves_the_previous_truth_whole(
    world: World,
    spoil: Callable[[EntityChanges], EntityChanges],
    error: type[Exception],
    told: str,
):
    world.settle(thistle(), harlequin())
    before = snapshot(world)
    changes = world.build(thistle("0131 496 0002", day=1), harlequin(day=1))

    with pytest.raises(error, match=told):
        world.write(spoil(changes))

    assert snapshot(world) == before
    world.write(changes)
    assert world.rows("select phone from entity where slug = 'thistle-club'") == [
        ("+441314960002",)
    ]


def test_a_run_that_cannot_be_recorded_takes_its_entities_with_it(world: World):
    world.settle(harlequin())
    before = snapshot(world)
    changes = world.build(thistle(), harlequin())
    now = datetime(2026, 2, 9)
    good = world.run_row(now)
    bad = RunRow({**good.values, "status": None}, good.payloads)

    with pytest.raises(WarehouseError, match="nothing was written"):
        write_changes(world.gate, changes, bad, now)

    assert snapshot(world) == before


def test_a_run_without_changes_is_recorded_and_changes_nothing(world: World):
    world.settle(thistle())
    before = snapshot(world)
    now = datetime(2026, 2, 9)

    write_changes(world.gate, None, world.run_row(now), now)

    after = snapshot(world)
    assert {table for table in TABLES if after[table] != before[table]} == {"orchestration_run"}


def test_two_lenses_share_a_warehouse_and_nothing_else(world: World):
    other = World(replace(world.lens, id="other"), world.connectors, world.gate, world.scratch)
    world.settle(thistle(), harlequin())
    ours = snapshot(world, world.lens.id)

    other.settle(thistle())
    theirs = snapshot(world, "other")
    other.settle()

    assert snapshot(world, world.lens.id) == ours
    assert [len(theirs[table]) for table in ("entity", "entity_member")] == [1, 1]
    left = {table: len(rows) for table, rows in snapshot(world, "other").items() if rows}
    # Created and retired; the slug is kept for it.
    assert left == {"entity_history": 2, "entity_redirect": 1}


def test_what_is_stored_is_read_by_lens_and_empty_before_there_is_anything(world: World):
    nothing = read_stored(Gate(world.scratch / "none.duckdb"), world.lens.id)
    world.settle(thistle(), harlequin())

    stored = read_stored(world.gate, world.lens.id)

    frames = {"records": 3, "members": 2, "entities": 2, "taken_slugs": 2}
    for name, height in frames.items():
        assert getattr(stored, name).height == height
        assert getattr(nothing, name).is_empty()
        assert getattr(nothing, name).columns == getattr(stored, name).columns
    assert read_stored(world.gate, "other").records.is_empty()
