"""The walk of step one: from a fresh lake to one trusted, explained entity."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from pipeline.story import RawReader
from tests.conftest import Call

_COLUMNS = (
    "entity_name, entity_class, phone, website_url, latitude, longitude, canonical_activities, "
    "canonical_roles, canonical_place_types, canonical_access, "
    "modules->'sports_facility' AS facility, source_info"
)
VALIDATION = f"SELECT {_COLUMNS} FROM entity WHERE slug = 'powerleague-portobello'"


def test_the_validation_entity_is_complete_and_right(sample_home: Path, sightline: Call):
    assert sightline("run", "query=Powerleague Portobello").code == 0

    rows = sightline("sql", VALIDATION, "--json").json()

    assert len(rows) == 1
    entity = rows[0]
    assert entity["entity_name"] == "Powerleague Portobello"
    assert entity["entity_class"] == "place"
    assert {"football", "padel"} <= set(entity["canonical_activities"])
    for dimension in ("roles", "place_types", "access"):
        assert entity[f"canonical_{dimension}"]
    five = entity["facility"]["football_pitches"]["five_a_side"]
    assert five == {"total": 8, "surface": ["3g"]}
    assert entity["facility"]["padel_courts"]["total"] == 3
    assert entity["phone"] == "+441314960001"
    assert entity["website_url"].startswith("https://www.powerleague.com/")
    north = (entity["latitude"] - 55.9565) * 111_320
    east = (entity["longitude"] + 3.1180) * 111_320 * math.cos(math.radians(55.9565))
    assert math.hypot(north, east) <= 30


def test_every_field_names_its_winner(sample_home: Path, sightline: Call):
    sightline("run", "Powerleague Portobello")

    info = sightline("sql", VALIDATION, "--json").json()[0]["source_info"]

    assert len(info["discovered_by"]) >= 4
    assert info["primary_source"] == "sport_scotland"
    assert info["verified_date"] == "2026-01-14"
    winners = {path: field["source"] for path, field in info["fields"].items()}
    # The official register is the most trusted; the crowd's position is the most accurate;
    # a page with a deeper path beats the register's silence.
    assert winners["entity_name"] == "sport_scotland"
    assert winners["street_address"] == "sport_scotland"
    assert winners["latitude"] == winners["longitude"] == "openstreetmap"
    assert winners["phone"] == "edinburgh_council"
    assert winners["website_url"] == "serper"
    total = "modules.sports_facility.football_pitches.five_a_side.total"
    assert winners[total] == "sport_scotland"


def test_nothing_of_the_neighbour_is_in_it(sample_home: Path, sightline: Call):
    sightline("rebuild")

    told = sightline("explain", "powerleague-portobello", "--json").out

    assert "Bowls" not in told
    assert "EH15 1HL" not in told
    assert sightline("explain", "portobello-indoor-bowls").code == 0


@pytest.mark.parametrize(
    ("query", "activities", "locations", "mode"),
    [
        ("5-a-side football in Portobello", ["football"], ["portobello"], "DISCOVER_MANY"),
        ("Powerleague Portobello", ["football"], ["portobello"], "RESOLVE_ONE"),
        ("padel edinburgh", ["padel"], ["edinburgh"], "DISCOVER_MANY"),
        ("padel in Portobello, Edinburgh", ["padel"], ["portobello"], "DISCOVER_MANY"),
        ("Royal Commonwealth Pool", [], [], "RESOLVE_ONE"),
    ],
)
def test_a_query_is_read_by_the_lens(
    sample_home: Path,
    sightline: Call,
    query: str,
    activities: list[str],
    locations: list[str],
    mode: str,
):
    report = sightline("run", query, "--json", "--no-persist").json()

    assert report["interpretation"]["activities"] == activities
    assert report["interpretation"]["locations"] == locations
    assert report["interpretation"]["mode"] == mode


@pytest.mark.parametrize(
    ("query", "selected"),
    [
        ("powerleague", {"sport_scotland", "openstreetmap"}),
        ("goals seafield", {"sport_scotland", "openstreetmap"}),
        ("leisure centre leith", {"sport_scotland", "openstreetmap"}),
        ("ev charging leith", {"open_charge_map"}),
        ("swimming edinburgh", {"edinburgh_council"}),
        ("swimming portobello", {"edinburgh_council"}),
    ],
)
def test_a_query_selects_the_sources_that_may_know(
    sample_home: Path, sightline: Call, query: str, selected: set[str]
):
    report = sightline("run", query, "--json", "--no-persist").json()

    asked = {c["name"] for c in report["connectors"] if c["status"] != "skipped"}
    assert selected <= asked


def test_a_skipped_source_says_why(sample_home: Path, sightline: Call):
    report = sightline("run", "Powerleague Portobello", "--json").json()

    skipped = {c["name"]: c["why"] for c in report["connectors"] if c["status"] == "skipped"}
    assert list(skipped) == ["open_charge_map", "google_places.details"]
    assert "ev charging" in skipped["open_charge_map"]
    assert "confidence 0.99 has reached 0.80" in skipped["google_places.details"]


def test_one_named_thing_is_one_entity(sample_home: Path, sightline: Call):
    report = sightline("run", "Powerleague Portobello", "--json").json()

    assert [e["slug"] for e in report["entities"]] == ["powerleague-portobello"]
    slugs = sightline("sql", "SELECT slug FROM entity", "--json").json()
    assert slugs == [{"slug": "powerleague-portobello"}]


def test_padel_finds_the_padel_venues_and_no_tennis_club(sample_home: Path, sightline: Call):
    report = sightline("run", "padel edinburgh", "--json").json()

    assert [e["slug"] for e in report["entities"]] == [
        "barnton-park-lawn-tennis-club",
        "craigmillar-park-tennis-club",
        "edinburgh-sports-club",
        "game4padel-edinburgh-park",
        "powerleague-portobello",
        "powerleague-sighthill",
        "the-grange-club",
        "thistle-lawn-tennis-club",
    ]


def test_a_second_run_changes_nothing(sample_home: Path, sightline: Call):
    everything = "SELECT * EXCLUDE (run_id) FROM entity_history", "SELECT * FROM entity"
    first = sightline("run", "padel edinburgh", "--json").json()
    before = [sightline("sql", query, "--json").out for query in everything]

    second = sightline("run", "padel edinburgh", "--json").json()

    assert {e["change"] for e in first["entities"]} == {"created"}
    assert {e["change"] for e in second["entities"]} == {"unchanged"}
    assert [sightline("sql", query, "--json").out for query in everything] == before


def test_a_run_and_a_rebuild_say_the_same(sample_home: Path, sightline: Call):
    sightline("run", "Powerleague Portobello")
    query = "SELECT entity_id, content_hash FROM entity WHERE slug = 'powerleague-portobello'"
    by_run = sightline("sql", query, "--json").json()

    counts = sightline("rebuild", "--json").json()["entities"]

    assert sightline("sql", query, "--json").json() == by_run
    assert counts == {"created": 35, "updated": 0, "unchanged": 1, "removed": 0}
    again = sightline("rebuild", "--json").json()["entities"]
    assert again == {"created": 0, "updated": 0, "unchanged": 36, "removed": 0}


def test_explain_tells_every_claim_down_to_its_pointer(sample_home: Path, sightline: Call):
    sightline("run", "Powerleague Portobello")

    told = sightline("explain", "powerleague-portobello", "phone", "--raw").out

    assert "edinburgh_council (high trust): won on trust over google_places" in told
    assert "google_places (medium trust): says the same as edinburgh_council" in told
    assert "rule    extract.phone (extract)" in told
    assert "/properties/TELEPHONE" in told
    assert 'raw     "0131 496 0001"' in told


def test_the_conflict_of_counts_is_kept_and_explained(sample_home: Path, sightline: Call):
    sightline("run", "Powerleague Portobello")

    claims = sightline(
        "explain", "powerleague-portobello", "football_pitches.total", "--json"
    ).json()["claims"]

    verdicts = {(c["source"], c["value"], c["won"]) for c in claims}
    assert verdicts == {("sport_scotland", "8", True), ("openstreetmap", "6", False)}
    counted = {c["source"]: json.loads(c["json_pointer"]) for c in claims}
    assert len(counted["sport_scotland"]) == 8
    assert len(counted["openstreetmap"]) == 6


def test_whatever_is_claimed_stands_where_the_claim_points(sample_home: Path, sightline: Call):
    sightline("rebuild")
    claims = sightline(
        "sql",
        "SELECT path, value, value_type, payload_id, json_pointer FROM entity_claim "
        "WHERE path IN ('raw_categories', 'street_address', 'entity_name', 'postcode')",
        "--json",
    ).json()
    reader = RawReader(sample_home / "data" / "lake" / "raw")

    lost = []
    for claim in claims:
        raw = reader.read(claim["payload_id"], claim["json_pointer"])
        items = json.loads(claim["value"]) if claim["value_type"] == "array" else [claim["value"]]
        words = [word for item in items for word in re.findall(r"\w+", item)]
        lost += [(claim, word) for word in words if word.casefold() not in raw.casefold()]

    assert len(claims) > 300
    assert lost == []
