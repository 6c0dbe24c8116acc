"""What the commands that only read show: entities, explain, connectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import LENS, Call


def slugs(sightline: Call, *arguments: str) -> list[str]:
    return [row["slug"] for row in sightline("entities", *arguments, "--json").json()]


@pytest.mark.parametrize(
    ("like", "expected"),
    [
        pytest.param("powerleague", ["powerleague-portobello", "powerleague-sighthill"],
                     id="any case"),
        pytest.param("LEAGUE PORT", ["powerleague-portobello"], id="the middle of a name"),
        pytest.param("%", [], id="a percent sign is itself"),
        pytest.param("_", [], id="an underscore is itself"),
        pytest.param("' OR 1=1 --", [], id="a quote is itself"),
    ],
)  # fmt: skip
def test_entities_are_found_by_part_of_their_name(
    built: Path, sightline: Call, like: str, expected: list[str]
):
    assert slugs(sightline, "--like", like) == expected


def test_all_entities_are_listed_by_slug(built: Path, sightline: Call):
    listed = slugs(sightline)

    assert len(listed) == 36
    assert listed == sorted(listed)
    assert "36 entities of edinburgh_finds" in sightline("entities").out


def test_a_lens_may_be_named_by_its_file(built: Path, sightline: Call):
    assert len(slugs(sightline, "--lens", str(LENS))) == 36
    assert len(slugs(sightline, "--lens", str(LENS.parent))) == 36


def test_an_unknown_slug_suggests_the_nearest(built: Path, sightline: Call):
    called = sightline("explain", "powerleague-portobelo")

    assert called.code == 2
    assert "no entity of edinburgh_finds is called 'powerleague-portobelo'" in called.err
    assert "nearest are powerleague-portobello, powerleague-sighthill" in called.err


def test_an_unknown_field_names_those_there_are(built: Path, sightline: Call):
    called = sightline("explain", "powerleague-portobello", "fax")

    assert called.code == 2
    assert "no source claims 'fax'; claimed are canonical_access, canonical_" in called.err
    assert "modules.sports_facility.padel_courts.total" in called.err


def test_an_empty_warehouse_says_so(home: Path, sightline: Call):
    sightline("run", "xyzzy")

    called = sightline("explain", "powerleague-portobello")

    assert called.code == 2
    assert "the lens has no entity yet" in called.err


@pytest.mark.parametrize(
    ("field", "paths"),
    [
        pytest.param("phone", {"phone"}, id="a field"),
        pytest.param("padel_courts.total", {"modules.sports_facility.padel_courts.total"},
                     id="the end of a path"),
        pytest.param("padel_courts", {f"modules.sports_facility.padel_courts.{leaf}"
                                      for leaf in ("total", "surface")}, id="a branch"),
    ],
)  # fmt: skip
def test_a_field_is_named_by_any_part_of_its_path(
    built: Path, sightline: Call, field: str, paths: set[str]
):
    story = sightline("explain", "powerleague-portobello", field, "--json").json()

    assert {claim["path"] for claim in story["claims"]} == paths


def test_the_story_as_json_is_whole(built: Path, sightline: Call):
    story = sightline("explain", "powerleague-portobello", "--raw", "--json").json()

    assert set(story) == {"entity", "claims", "members", "links", "history"}
    assert all(claim["raw"] for claim in story["claims"])
    assert not any("nothing at" in claim["raw"] for claim in story["claims"])
    assert {link["verdict"] for link in story["links"]} >= {"match"}
    assert [row["event"] for row in story["history"]] == ["created"]


def test_raw_text_is_shown_for_every_field_where_none_is_named(built: Path, sightline: Call):
    shown = sightline("explain", "powerleague-portobello", "--raw").out

    assert 'raw     "0131 496 0001"' in shown
    assert 'raw     "10 Westbank Street"' in shown


def test_links_say_what_spoke_for_them(built: Path, sightline: Call):
    shown = sightline("explain", "powerleague-portobello", "--links").out

    _, _, links = shown.partition("\nLinks\n")
    assert "match +" in links
    assert " m apart" in links


def test_connectors_name_variables_and_never_values(
    sample_home: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SIGHTLINE_SERPER_KEY", "planted-key")
    monkeypatch.setenv("SIGHTLINE_GOOGLE_PLACES_KEY", " ")

    listed, shown = sightline("connectors", "--json"), sightline("connectors")

    rows = {row["name"]: row for row in listed.json()}
    assert {name: row["key_variable"] for name, row in rows.items()} == {
        "edinburgh_council": None,
        "food_hygiene": None,
        "google_places": "SIGHTLINE_GOOGLE_PLACES_KEY",
        "open_charge_map": "SIGHTLINE_OPEN_CHARGE_MAP_KEY",
        "openstreetmap": None,
        "serper": "SIGHTLINE_SERPER_KEY",
        "sport_scotland": "SIGHTLINE_SPORT_SCOTLAND_KEY",
    }
    assert {name for name, row in rows.items() if row["has_key"]} == {
        "edinburgh_council", "food_hygiene", "openstreetmap", "serper"
    }  # fmt: skip
    assert rows["sport_scotland"]["base_url_variable"] == "SIGHTLINE_SPORT_SCOTLAND_URL"
    assert rows["sport_scotland"]["payloads"] == 9
    assert "SIGHTLINE_OPEN_CHARGE_MAP_KEY not set" in shown.out
    assert "planted-key" not in json.dumps(rows) + shown.out


def test_connectors_need_no_lake(home: Path, sightline: Call):
    rows = sightline("connectors", "--json").json()

    assert {row["payloads"] for row in rows} == {0}
    assert list(home.iterdir()) == []
