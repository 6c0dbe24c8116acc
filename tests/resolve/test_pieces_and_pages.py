"""What is no thing of its own: pitches, courts and areas of larger things, pages about them."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.resolve.resolver import Resolution
from tests import authored
from tests.authored import at, node, page, place, way
from tests.resolve.conftest import Resolve, groups, one


def wholes(resolution: Resolution) -> dict[str, str]:
    """Each piece with what it is a piece of."""
    return dict(resolution.parts.select("part_key", "whole_key").iter_rows())


def pitch(number: int, spot: tuple[float, float], sport: str = "tennis") -> dict[str, object]:
    return way(number, spot, (20, 10), leisure="pitch", sport=sport)


def club(number: int, spot: tuple[float, float], name: str = "Thistle Club", sport: str = "tennis"):
    return node(number, spot, name=name, leisure="sports_centre", sport=sport)


def test_a_pitch_belongs_to_the_ground_it_is_drawn_in(resolved: Resolve):
    # Its middle is nearer to another club of the same game.
    resolution = resolved(
        authored.openstreetmap(
            pitch(1, at(0, 40)),
            way(2, at(0), (100, 100), name="Thistle Ground", leisure="sports_centre", sport="tennis"),
            club(3, at(0, 55), "Harlequins"),
        )
    )  # fmt: skip

    assert wholes(resolution) == {"openstreetmap:way/1": "openstreetmap:way/2"}
    assert frozenset(["openstreetmap:way/2", "openstreetmap:way/1"]) in groups(
        resolution, "member", "part"
    )


@pytest.mark.parametrize(
    ("spot", "sport", "whole"),
    [
        pytest.param(at(20), "tennis", "openstreetmap:node/9", id="within both accuracies"),
        pytest.param(at(40), "tennis", None, id="beyond them"),
        pytest.param(at(20), "padel", None, id="another game"),
    ],
)
def test_a_pitch_that_lies_in_nothing_goes_to_the_nearest_venue_of_its_game(
    resolved: Resolve, spot: tuple[float, float], sport: str, whole: str | None
):
    # Both positions are known to 15 m: 30 m together. The nearest venue of all plays bowls.
    resolution = resolved(
        authored.openstreetmap(
            pitch(1, spot, sport),
            club(9, at(0)),
            club(8, at(20, 5), "Harlequins", sport="bowls"),
            club(7, at(-9), "Farther Club"),
        )
    )

    assert wholes(resolution) == ({"openstreetmap:way/1": whole} if whole else {})
    everyone = set(resolution.members["record_key"])
    assert ("openstreetmap:way/1" in everyone) == (whole is not None)


def test_a_named_polygon_of_courts_is_a_part_of_its_centre(resolved: Resolve):
    resolution = resolved(
        authored.openstreetmap(
            way(1, at(0), (40, 40), name="Thistle Tennis Courts", leisure="sports_centre", sport="tennis"),
            way(2, at(0), (120, 120), name="Thistle Sports Centre", leisure="sports_centre"),
            pitch(3, at(0)),
        )
    )  # fmt: skip

    assert wholes(resolution) == {
        "openstreetmap:way/1": "openstreetmap:way/2",
        "openstreetmap:way/3": "openstreetmap:way/2",  # handed on by the courts
    }
    assert groups(resolution) == one("openstreetmap:way/2")


def test_a_named_polygon_of_courts_that_is_in_nothing_is_a_venue(resolved: Resolve):
    resolution = resolved(
        authored.openstreetmap(
            way(1, at(0), (40, 40), name="Thistle Tennis Courts", leisure="sports_centre", sport="tennis"),
            pitch(3, at(0)),
        )
    )  # fmt: skip

    assert wholes(resolution) == {"openstreetmap:way/3": "openstreetmap:way/1"}
    assert groups(resolution) == one("openstreetmap:way/1")


def test_an_unnamed_area_in_nothing_is_nothing(resolved: Resolve):
    resolution = resolved(
        authored.openstreetmap(
            way(1, at(0), (60, 60), leisure="sports_centre", sport="tennis"),
            pitch(2, at(0)),
            club(3, at(500)),
        )
    )

    assert wholes(resolution) == {}
    assert groups(resolution, "member", "part") == one("openstreetmap:node/3")


def test_areas_in_areas_hand_their_pitches_on(resolved: Resolve):
    resolution = resolved(
        authored.openstreetmap(
            pitch(1, at(0)),
            way(2, at(0), (40, 40), leisure="sports_centre", sport="tennis"),
            way(3, at(0), (80, 80), landuse="recreation_ground", sport="tennis"),
            way(4, at(0), (300, 300), name="Thistle Park", leisure="park"),
        )
    )

    top = "openstreetmap:way/4"
    assert wholes(resolution) == {f"openstreetmap:way/{n}": top for n in (1, 2, 3)}


def attached(resolution: Resolution) -> dict[str, str]:
    """Each page with the group it speaks of."""
    pages = resolution.members.filter(pl.col("standing") == "mention")
    return dict(pages.select("record_key", "group_key").iter_rows())


BRANCHES = (
    place("portobello", "Powerleague", (55.9565, -3.1180)),
    place("sighthill", "Powerleague", (55.9250, -3.2880)),
)


def test_a_page_attaches_to_the_named_venue_in_the_named_place(resolved: Resolve):
    resolution = resolved(
        authored.google_places(*BRANCHES),
        authored.serper(
            page("https://p.example/1", "Powerleague Portobello | Five-a-side"),
            page("https://p.example/2", "Book a pitch at Powerleague", "Our club in Sighthill"),
            page("https://p.example/3", "Five-a-side in Portobello"),
            page("https://p.example/4", "Powerleague Portobello", "Also in Sighthill"),
        ),
    )

    assert attached(resolution) == {
        "serper:https://p.example/1": "google_places:portobello",
        "serper:https://p.example/2": "google_places:sighthill",
        "serper:https://p.example/4": "google_places:portobello",
    }


def test_a_page_that_could_mean_two_venues_attaches_to_neither(resolved: Resolve):
    resolution = resolved(
        authored.google_places(*BRANCHES),
        authored.serper(page("https://p.example/1", "Powerleague Edinburgh | Five-a-side")),
    )

    assert len(groups(resolution)) == 2
    assert attached(resolution) == {}
