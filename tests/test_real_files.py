"""The real files of three sources: a directory of Edinburgh's sports venues."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import Call
from tests.real_data import real_file

FILES = {
    "sport_scotland": ["sport_scotland/facilities_2024-07.csv"],
    "openstreetmap": [
        "openstreetmap/tennis_captured.json",
        "openstreetmap/soccer_captured.json",
        "openstreetmap/golf_captured.json",
    ],
    "open_charge_map": ["open_charge_map/poi_edinburgh_captured.json"],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the real files imported and rebuilt, made once."""
    from pipeline.cli import main

    home = tmp_path_factory.mktemp("real")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGHTLINE_HOME", str(home))
        for source, names in FILES.items():
            paths = [str(real_file(name)) for name in names]
            assert main(["lake", "import", "--source", source, *paths]) == 0
        assert main(["rebuild"]) == 0
    return home


@pytest.fixture
def real_home(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGHTLINE_HOME", str(built))
    return built


def rows(sightline: Call, query: str) -> list[dict[str, object]]:
    return sightline("sql", query, "--json").json()


def members(sightline: Call, name: str) -> list[dict[str, object]]:
    return rows(
        sightline,
        "SELECT e.slug, x.source, x.entity_name FROM entity e JOIN entity_member USING (entity_id) "
        "JOIN extracted_entity x USING (record_key) "
        f"WHERE e.entity_name ILIKE '%{name}%' ORDER BY e.slug, x.source",
    )


def test_powerleague_portobello_has_its_six_pitches_as_parts(real_home: Path, sightline: Call):
    parts = rows(
        sightline,
        "SELECT r.from_id FROM entity_relation r JOIN entity e ON r.to_id = e.entity_id "
        "WHERE e.slug = 'powerleague-portobello' AND r.relation = 'part_of' ORDER BY 1",
    )

    # Ways 1080707332 to 1080707337, unnamed, 58 to 97 m from the register's position.
    expected = [f"openstreetmap:way/{number}" for number in range(1080707332, 1080707338)]
    assert [part["from_id"] for part in parts] == expected
    assert len(members(sightline, "powerleague portobello")) == 1


@pytest.mark.parametrize("name", ["Meadowbank Sports Centre", "Royal Commonwealth Pool"])
def test_a_site_of_many_rows_is_one_entity(real_home: Path, sightline: Call, name: str):
    found = members(sightline, name)

    assert [row["entity_name"] for row in found] == [name]


def test_craiglockhart_is_one_centre_of_both_sources(real_home: Path, sightline: Call):
    found = members(sightline, "craiglockhart")

    centre = [row for row in found if "centre" in str(row["slug"])]
    assert {(row["source"], row["entity_name"]) for row in centre} == {
        ("sport_scotland", "Craiglockhart Sports and Tennis Centre"),
        ("openstreetmap", "Craiglockhart Tennis Centre"),
    }
    assert len({row["slug"] for row in centre}) == 1
    apart = {row["entity_name"] for row in found} - {row["entity_name"] for row in centre}
    assert apart == {"Craiglockhart Parish Church Hall", "Craiglockhart Primary School"}


def test_its_drawn_courts_are_part_of_it(real_home: Path, sightline: Call):
    found = rows(
        sightline,
        "SELECT e.entity_name FROM entity_relation r JOIN entity e ON r.to_id = e.entity_id "
        "WHERE r.from_id = 'openstreetmap:way/40070894'",
    )

    assert found == [{"entity_name": "Craiglockhart Sports and Tennis Centre"}]


def test_the_directory_is_edinburghs_and_holds_no_charge_point(real_home: Path, sightline: Call):
    found = rows(
        sightline,
        "SELECT count(*) AS n, min(latitude) AS south, max(latitude) AS north, "
        "min(longitude) AS west, max(longitude) AS east FROM entity",
    )[0]
    charged = rows(
        sightline,
        "SELECT count(*) AS n FROM entity JOIN entity_member USING (entity_id) "
        "WHERE record_key LIKE 'open_charge_map:%'",
    )

    assert 400 < int(str(found["n"])) < 600
    assert 55.88 < float(str(found["south"])) < float(str(found["north"])) < 56.01
    assert -3.46 < float(str(found["west"])) < float(str(found["east"])) < -3.07
    assert charged == [{"n": 0}]


def test_a_second_rebuild_changes_nothing(real_home: Path, sightline: Call):
    counts = sightline("rebuild", "--json").json()["entities"]

    assert counts["created"] == counts["updated"] == 0
    assert counts["unchanged"] > 400


def test_the_real_files_beside_the_sample_count_nothing_twice(
    sample_home: Path, real_home: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SIGHTLINE_HOME", str(sample_home))
    for source in ("sport_scotland", "openstreetmap"):
        shutil.copytree(
            real_home / "data" / "lake" / "raw" / f"source={source}",
            sample_home / "data" / "lake" / "raw" / f"source={source}",
            dirs_exist_ok=True,
        )

    sightline("rebuild")

    claims = sightline("explain", "powerleague-portobello", "football_pitches.total", "--json")
    assert {(c["source"], c["value"]) for c in claims.json()["claims"]} == {
        ("sport_scotland", "8"),
        ("openstreetmap", "6"),
    }


def test_septic_tanks_are_refused(home: Path, sightline: Call):
    path = real_file("sport_scotland/wrong_layer_pub_sptk_captured.json")

    called = sightline("lake", "import", "--source", "sport_scotland", str(path))

    assert called.code == 11
    assert "pub_sptk" in called.err
    assert not list(home.rglob("*.parquet"))
