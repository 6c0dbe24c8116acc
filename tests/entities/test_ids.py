"""Ids stay: through growth, loss, new sources, merges, splits, and a thing that comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.lake.payload import Payload
from tests import authored
from tests.authored import at, feature, node, place
from tests.conftest import Call
from tests.entities.world import World

TENNIS = {"ACTIVITIES": "Tennis", "FACILITY_TYPE": "Tennis Courts"}


def council(*spots: tuple[str, str, tuple[float, float]], **more: Any) -> Payload:
    """(id, name, spot) of venues that the council lists."""
    return authored.edinburgh_council(
        *(feature(key, name, spot, **TENNIS, **more) for key, name, spot in spots)
    )


def osm(number: int, name: str, spot: tuple[float, float]) -> Payload:
    return authored.openstreetmap(
        node(number, spot, name=name, leisure="sports_centre", sport="tennis")
    )


def google(key: str, name: str, spot: tuple[float, float]) -> Payload:
    return authored.google_places(place(key, name, spot, types=["sports_complex"]))


def test_an_id_survives_growth_new_sources_and_loss(world: World):
    name = "Thistle Tennis Club"
    world.settle(google("g", name, at(0)))
    (first,) = world.ids().values()

    # The council's key sorts before Google's: a name made anew would be another.
    world.settle(google("g", name, at(0)), council(("c", name, at(4))))
    grown = world.homes()
    world.settle(council(("c", name, at(4))), osm(1, name, at(-4)), seed=1)
    moved_on = world.homes()

    assert grown == {"g": first, "c": first}
    assert moved_on == {"c": first, "node/1": first}
    assert world.events() == set()


def test_the_order_of_records_changes_no_id(new_world: Callable[[str], World]):
    answers = (
        council(("c", "Thistle Club", at(0)), ("d", "Harlequin Club", at(900))),
        google("g", "Thistle Club", at(5)),
        osm(1, "Harlequin Club", at(905)),
    )
    one, other = new_world("one"), new_world("other")

    one.settle(*answers, seed=1)
    other.settle(*reversed(answers), seed=2)

    assert one.ids() == other.ids()
    assert one.homes() == other.homes()


def test_a_merge_keeps_the_id_of_most_records_and_leads_the_other_to_it(
    world: World, sightline: Call
):
    thistle = (
        council(("c", "Thistle Tennis Club", at(0))),
        google("g", "Thistle Tennis Club", at(0)),
    )
    world.settle(*thistle, osm(1, "Thistle Club Tennis", at(700)))
    apart = world.ids()

    world.settle(*thistle, osm(1, "Thistle Club Tennis", at(9)))

    kept, gone = apart["thistle-tennis-club"], apart["thistle-club-tennis"]
    assert world.ids() == {"thistle-tennis-club": kept}
    assert world.events() == {("merged_into", gone, kept)}
    for name in ("thistle-club-tennis", gone, kept):
        told = sightline("explain", name, "--json").json()
        assert told["entity"]["entity_id"] == kept
    merges = [h for h in told["history"] if h["event"] == "merged_into"]
    assert [(h["other_id"], h["cause"]) for h in merges] == [(kept, "its records joined another")]


def test_a_merge_that_is_undone_brings_the_id_back(world: World):
    near, far = at(9), at(700)
    thistle = (
        council(("c", "Thistle Tennis Club", at(0))),
        google("g", "Thistle Tennis Club", at(0)),
    )
    world.settle(*thistle, osm(1, "Thistle Club Tennis", far))
    before = world.ids()
    world.settle(*thistle, osm(1, "Thistle Club Tennis", near))

    world.settle(*thistle, osm(1, "Thistle Club Tennis", far))

    assert world.ids() == before
    for slug, entity_id in before.items():
        assert world.found(slug) == [slug]
        assert world.found(entity_id) == [slug]


def test_a_split_leaves_the_id_to_the_majority(world: World, sightline: Call):
    name = "Thistle Tennis Club"
    world.settle(
        council(("a", name, at(0)), ADDRESS="1 Low Road"), osm(1, name, at(5)), google("g", name, at(9))
    )  # fmt: skip
    (old,) = world.ids().values()

    # The council's record, after which the entity was named, moves away.
    world.settle(
        council(("a", name, at(2000)), ADDRESS="9 High Road"), osm(1, name, at(5)), google("g", name, at(9))
    )  # fmt: skip

    homes = world.homes()
    assert homes["node/1"] == homes["g"] == old
    new = homes["a"]
    assert new != old
    assert world.events() == {("split_from", new, old)}
    assert world.ids()["thistle-tennis-club"] == old
    told = sightline("explain", new, "--json").json()
    assert [(h["event"], h["other_id"]) for h in told["history"]] == [("split_from", old)]


def test_a_thing_that_is_gone_is_retired_and_comes_back_as_itself(world: World, sightline: Call):
    thistle = council(("c", "Thistle Club", at(0)))
    harlequin = osm(1, "Harlequin Club", at(900))
    world.settle(thistle, harlequin)
    before = world.ids()

    world.settle(harlequin)

    assert set(world.ids()) == {"harlequin-club"}
    assert world.events() == {("retired", before["thistle-club"], None)}
    refusal = sightline("explain", "thistle-club")
    assert refusal.code == 2
    assert "nearest are harlequin-club" in refusal.err
    world.settle(thistle, harlequin)
    assert world.ids() == before
    assert world.events() == {("created", before["thistle-club"], None)}


def test_what_the_lens_no_longer_admits_is_retired_and_keeps_its_id(world: World):
    admitted = council(("c", "Thistle Club", at(0)))
    # Without an activity it is no venue of this directory, though it is still known.
    refused = authored.edinburgh_council(feature("c", "Thistle Club", at(0)))
    world.settle(admitted)
    before = world.ids()

    world.settle(refused)

    (entity_id,) = before.values()
    assert world.ids() == {}
    assert world.homes() == {"c": entity_id}
    assert world.events() == {("retired", entity_id, None)}
    world.settle(refused)
    assert world.events() == set()
    world.settle(admitted)
    assert world.ids() == before
    assert world.events() == {("created", entity_id, None)}


@pytest.mark.parametrize("seed", range(2))
def test_every_record_is_somewhere_and_every_id_is_one_things(world: World, seed: int):
    """Whatever moves, the map of records stays whole and no two groups share an id."""
    names = ("Thistle Club", "Harlequin Club", "Bramble Club")
    for step in range(3):
        spot = (seed * 7 + step * 3) % 4 * 400
        world.settle(
            council(*((f"c{n}", name, at(400 * n)) for n, name in enumerate(names))),
            osm(1, names[step % 3], at(spot)),
            google("g", names[(step + seed) % 3], at(spot)),
            seed=seed,
        )

        assert set(world.homes()) == {"c0", "c1", "c2", "node/1", "g"}
        lost = "select entity_id from entity anti join entity_member using (entity_id)"
        assert world.rows(lost) == []
        dead = (
            'select "from" from entity_redirect where "from" in '
            "(select entity_id from entity_member union select slug from entity)"
        )
        assert world.rows(dead) == []
