"""Slugs: unique, made of as little as needed, independent of order, and never given twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.lake.payload import Payload
from tests import authored
from tests.authored import at, feature
from tests.conftest import Call
from tests.entities.world import World

LEITH = (55.9750123, -3.1700456)
PORTOBELLO = (55.9530123, -3.1100456)


def club(key: str, name: str | None, spot: tuple[float, float], **more: Any) -> dict[str, Any]:
    return feature(key, name, spot, ACTIVITIES="Tennis", FACILITY_TYPE="Tennis Courts", **more)


def council(*clubs: dict[str, Any]) -> Payload:
    return authored.edinburgh_council(*clubs)


def slugs(world: World) -> dict[str, str]:
    """Each record's slug, by the record's own id."""
    by_id = {entity_id: slug for slug, entity_id in world.ids().items()}
    return {key: by_id[entity_id] for key, entity_id in world.homes().items()}


def test_a_collision_adds_locality_then_street_then_postcode_then_id(world: World):
    far = [at(1000 * n) for n in range(6)]
    world.settle(
        council(
            club("alone", "Bramble Club", far[0], WARD="Marchmont"),
            club("leith", "Thistle Club", LEITH),
            # The boxes of two places hold it: the smaller one counts.
            club("seafield", "Thistle Club", (55.9650123, -3.1500456)),
            club("portobello", "Thistle Club", PORTOBELLO, WARD="Portobello"),
            # Two of one ward: the street tells them apart, without its number.
            club("low", "Thistle Club", far[1], WARD="Morningside", ADDRESS="1 Low Rd"),
            club("high", "Thistle Club", far[2], WARD="Morningside", ADDRESS="9 High Road"),
            # Two of one ward and street: the postcode does.
            club("x", "Harlequin Club", far[3], WARD="Colinton", ADDRESS="1 Low Rd", POSTCODE="EH13 0AA"),
            club("y", "Harlequin Club", far[4], WARD="Colinton", ADDRESS="99 Low Rd", POSTCODE="EH13 9ZZ"),
        )
    )  # fmt: skip

    assert slugs(world) == {
        "alone": "bramble-club",
        "leith": "thistle-club-leith",  # by its position: no source names its ward
        "seafield": "thistle-club-seafield",
        "portobello": "thistle-club-portobello",
        "low": "thistle-club-low-road",
        "high": "thistle-club-high-road",
        "x": "harlequin-club-eh13-0aa",
        "y": "harlequin-club-eh13-9zz",
    }


def test_where_nothing_else_differs_the_id_does(world: World):
    world.settle(
        council(
            club("x", "Thistle Club", at(-2000, -3000)), club("y", "Thistle Club", at(-2000, 3000))
        )
    )

    homes = world.homes()
    assert slugs(world) == {
        key: f"thistle-club-{homes[key].removeprefix('e_')[:6]}" for key in ("x", "y")
    }


def test_the_order_of_things_changes_no_slug(new_world: Callable[[str], World]):
    clubs = [
        club("a", "Thistle Club", LEITH),
        club("b", "Thistle Club", PORTOBELLO),
        club("c", "Thistle Club Leith", at(2000)),
        club("d", "Bramble Club", at(3000)),
    ]
    one, other = new_world("one"), new_world("other")

    one.settle(council(*clubs))
    other.settle(council(*reversed(clubs)), seed=5)

    assert slugs(one) == slugs(other)
    # `Thistle Club Leith` is called so; the Thistle Club in Leith has no street to add.
    assert slugs(one)["c"] == "thistle-club-leith"
    assert slugs(one)["a"].startswith("thistle-club-")
    assert slugs(one)["b"] == "thistle-club-portobello"


def test_a_newcomer_takes_no_published_slug(world: World):
    world.settle(council(club("first", "Thistle Club", LEITH)))

    world.settle(
        council(club("first", "Thistle Club", LEITH), club("second", "Thistle Club", PORTOBELLO))
    )

    assert slugs(world) == {"first": "thistle-club", "second": "thistle-club-portobello"}


def test_the_slug_of_a_thing_that_is_gone_is_kept_for_it(world: World):
    first, second = club("first", "Thistle Club", LEITH), club("second", "Thistle Club", PORTOBELLO)
    world.settle(council(first))
    world.settle(council(second))
    while_gone = slugs(world)

    world.settle(council(first, second))

    assert while_gone == {"second": "thistle-club-portobello"}
    assert slugs(world) == {"first": "thistle-club", "second": "thistle-club-portobello"}


def test_a_rename_leaves_the_old_slug_leading_on(world: World, sightline: Call):
    world.settle(council(club("a", "Thistle Club", LEITH)))
    (entity_id,) = world.ids().values()

    world.settle(council(club("a", "Bramble Club", LEITH)))

    assert world.ids() == {"bramble-club": entity_id}
    assert world.events() == {("renamed", entity_id, "bramble-club")}
    told = sightline("explain", "thistle-club", "--json").json()
    assert told["entity"]["slug"] == "bramble-club"
    causes = [h["cause"] for h in told["history"] if h["event"] == "renamed"]
    assert causes == ["the slug was 'thistle-club'"]


def test_a_former_slug_is_nobody_elses_and_its_own_again(world: World):
    world.settle(council(club("a", "Thistle Club", LEITH)))
    world.settle(council(club("a", "Bramble Club", LEITH)))

    world.settle(council(club("a", "Bramble Club", LEITH), club("b", "Thistle Club", PORTOBELLO)))
    newcomer = slugs(world)
    world.settle(council(club("a", "Thistle Club", LEITH), club("b", "Thistle Club", PORTOBELLO)))

    assert newcomer == {"a": "bramble-club", "b": "thistle-club-portobello"}
    assert slugs(world) == {"a": "thistle-club", "b": "thistle-club-portobello"}
    assert world.found("bramble-club") == ["thistle-club"]
    assert world.found("thistle-club") == ["thistle-club"]
    assert world.rows('select "from" from entity_redirect') == [("bramble-club",)]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        pytest.param("Łódź – Café & Gym", "lodz-cafe-and-gym", id="letters of other alphabets"),
        pytest.param("Heriot's Rugby Club", "heriots-rugby-club", id="an apostrophe"),
        pytest.param("健身房", "jianshenfang", id="Chinese"),
        pytest.param("  5-a-side/football?#", "5-a-side-football", id="signs that mean something in a URL"),
    ],
)  # fmt: skip
def test_a_slug_is_safe_in_a_url(world: World, name: str, slug: str):
    world.settle(council(club("a", name, LEITH)))

    assert list(world.ids()) == [slug]


def test_a_name_without_a_letter_is_called_by_its_id(world: World):
    world.settle(council(club("a", "***", LEITH), club("b", "+++", PORTOBELLO)))

    for slug, entity_id in world.ids().items():
        assert slug == entity_id.replace("_", "-")
