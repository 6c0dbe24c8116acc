"""Which things are one where it is hard to say: chains, malls, neighbours, charge points."""

from __future__ import annotations

import pytest

from tests import authored
from tests.authored import at, charge_point, feature, node, place, way
from tests.resolve.conftest import Resolve, groups, one


def test_two_branches_of_a_chain_stay_two(resolved: Resolve):
    resolution = resolved(
        authored.openstreetmap(
            node(1, at(0), name="PureGym", leisure="fitness_centre"),
            node(2, at(200), name="PureGym", leisure="fitness_centre"),
        ),
        authored.google_places(
            place("north", "PureGym", at(212), types=["gym"]),
            place("south", "PureGym", at(8), types=["gym"]),
        ),
    )

    assert groups(resolution) == {
        frozenset(["openstreetmap:node/1", "google_places:south"]),
        frozenset(["openstreetmap:node/2", "google_places:north"]),
    }


def test_a_vague_record_between_two_branches_joins_one_and_never_both(resolved: Resolve):
    # Its two decimals tell its place to 557 m only, so that it fits either.
    resolution = resolved(
        authored.openstreetmap(
            node(1, at(150), name="PureGym", leisure="fitness_centre"),
            node(2, at(350), name="PureGym", leisure="fitness_centre"),
        ),
        authored.google_places(place("vague", "PureGym", (55.93, -3.19), types=["gym"])),
    )

    assert groups(resolution) == {
        frozenset(["openstreetmap:node/1", "google_places:vague"]),
        frozenset(["openstreetmap:node/2"]),
    }


@pytest.mark.parametrize("has_unplaced", [False, True])
def test_branches_that_share_phone_and_page_stay_two(resolved: Resolve, has_unplaced: bool):
    # Five kilometres apart; the chain gives one number and one page for all of them.
    phone, web = "0131 496 0009", "https://chain.example/edinburgh"
    unplaced = feature("x", "PureGym", None, TELEPHONE=phone, WEB_PAGE=web)
    resolution = resolved(
        authored.google_places(
            place("g", "PureGym", at(0), types=["gym"], nationalPhoneNumber=phone, websiteUri=web)
        ),
        authored.openstreetmap(
            node(1, at(5000), name="PureGym", leisure="fitness_centre", phone=phone, website=web)
        ),
        authored.edinburgh_council(*([unplaced] if has_unplaced else [])),
    )

    together = groups(resolution)

    assert len(together) == 2
    assert not any({"google_places:g", "openstreetmap:node/1"} <= group for group in together)


def test_same_name_and_address_in_two_sources_are_one(resolved: Resolve):
    # 90 m apart, and no source writes the address like the other.
    resolution = resolved(
        authored.google_places(
            place("g", "The Thistle Club", at(0), "7 Portgower Pl, Edinburgh EH4 1HQ, UK")
        ),
        authored.edinburgh_council(
            feature("c", "Thistle Club", at(90), ADDRESS="7 Portgower Place", POSTCODE="EH4 1HQ")
        ),
    )

    assert groups(resolution) == one("google_places:g", "edinburgh_council:c")


def test_one_thing_that_stands_twice_in_one_source_is_one(resolved: Resolve):
    resolution = resolved(
        authored.openstreetmap(
            node(1, at(0), name="Thistle Tennis Club", leisure="sports_centre", sport="tennis"),
            way(2, at(10), (60, 60), name="Thistle Tennis Club", leisure="sports_centre", sport="tennis"),
        )
    )  # fmt: skip

    assert groups(resolution) == one("openstreetmap:node/1", "openstreetmap:way/2")


def test_a_neighbour_with_another_name_is_another_thing(resolved: Resolve):
    resolution = resolved(
        authored.openstreetmap(
            node(1, at(0), name="Thistle Bowling Club", addr_street="Low Road", addr_postcode="EH4 1HQ")
        ),
        authored.google_places(place("g", "Harlequins Rugby", at(5), "Low Road, Edinburgh EH4 1HQ, UK")),
    )  # fmt: skip

    assert groups(resolution) == one("openstreetmap:node/1") | one("google_places:g")


def test_a_charge_point_with_the_venues_name_and_address_stays_apart(resolved: Resolve):
    resolution = resolved(
        authored.google_places(
            place("g", "Powerleague Sighthill", at(0), "1 Bankhead Dr, Edinburgh EH11 4DJ, UK")
        ),
        authored.open_charge_map(
            charge_point(7, "Powerleague Sighthill", at(3), "1 Bankhead Drive", "EH11 4DJ")
        ),
    )

    assert groups(resolution) == one("google_places:g") | one("open_charge_map:7")
    (link,) = resolution.links.to_dicts()
    assert link["verdict"] == "refused"
    assert '"level":"apart"' in link["evidence"]


@pytest.mark.parametrize("has_streets", [True, False])
def test_25_shops_of_one_mall_stay_25(resolved: Resolve, has_streets: bool):
    # A row of shops 12 m apart: 300 m, one street, one postcode, no house numbers.
    names = [
        f"{letter}{tail}" for letter in "BCDFG" for tail in ("amber", "olmen", "urst", "ilo", "eff")
    ]
    street = {"addr_street": "Retail Way", "addr_postcode": "EH4 2RX"} if has_streets else {}
    address = "Retail Way, Edinburgh EH4 2RX, UK" if has_streets else None
    resolution = resolved(
        authored.openstreetmap(
            *(
                node(n, at(0, 12 * n), name=f"{name} Store", shop="clothes", **street)
                for n, name in enumerate(names)
            )
        ),
        authored.google_places(
            *(place(f"g{n}", name, at(4, 12 * n + 5), address) for n, name in enumerate(names))
        ),
    )

    assert groups(resolution) == {
        frozenset([f"openstreetmap:node/{n}", f"google_places:g{n}"]) for n in range(25)
    }


def test_the_ends_of_a_chain_are_compared_though_nothing_in_their_names_is_alike(resolved: Resolve):
    # A record named after both joins one of two neighbours, and does not make them one.
    resolution = resolved(
        authored.openstreetmap(node(1, at(0), name="Thistle", leisure="sports_centre")),
        authored.google_places(place("g", "Thistle Lochside", at(3))),
        authored.edinburgh_council(feature("c", "Lochside", at(6))),
    )

    ends = {"openstreetmap:node/1", "edinburgh_council:c"}
    assert all(not ends <= group for group in groups(resolution))
    compared = {frozenset(pair) for pair in resolution.links.select("left_key", "right_key").rows()}
    assert frozenset(ends) in compared
