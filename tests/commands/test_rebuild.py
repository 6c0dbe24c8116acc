"""`sightline rebuild`: everything again, also as of a day."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import Call

COUNT = "SELECT count(*) AS n FROM entity"


def count(sightline: Call) -> int:
    return int(sightline("sql", COUNT, "--json").json()[0]["n"])


# The sample was fetched on 2026-01-14.
def test_as_of_the_day_itself_counts_the_whole_day(sample_home: Path, sightline: Call):
    report = sightline("rebuild", "--as-of", "2026-01-14", "--json").json()

    assert report["entities"] == {"created": 36, "updated": 0, "unchanged": 0, "removed": 0}
    assert report["warnings"] == []


def test_as_of_the_day_before_there_is_nothing(sample_home: Path, sightline: Call):
    sightline("rebuild")
    before = sightline("sql", "SELECT entity_id FROM entity", "--json").json()

    report = sightline("rebuild", "--as-of", "2026-01-13", "--json").json()

    assert report["warnings"] == ["the lake holds nothing that was fetched by 2026-01-13"]
    assert report["stages"]["payloads"]["out"] == 0
    assert report["entities"] == {"created": 0, "updated": 0, "unchanged": 0, "removed": 36}
    assert count(sightline) == 0
    retired = "SELECT entity_id FROM entity_history WHERE event = 'retired'"
    gone = sightline("sql", retired, "--json").json()
    assert len(before) == 36
    assert sorted(row["entity_id"] for row in gone) == sorted(row["entity_id"] for row in before)


def test_the_run_row_holds_the_report_that_was_printed(sample_home: Path, sightline: Call):
    printed = sightline("rebuild", "--json").json()

    (row,) = sightline("sql", "SELECT report FROM orchestration_run", "--json").json()
    kept = row["report"]
    assert kept["entities"] == {"created": 36, "updated": 0, "unchanged": 0, "removed": 0}
    assert kept["stages"] == {k: v for k, v in printed["stages"].items() if k != "stored"}
    assert kept["warnings"] == printed["warnings"]


def test_history_speaks_of_entities_alone(sample_home: Path, sightline: Call):
    sightline("rebuild")

    history = "SELECT entity_id FROM entity_history WHERE event = 'created' ORDER BY entity_id"
    ids = "SELECT entity_id FROM entity ORDER BY entity_id"
    assert sightline("sql", history, "--json").json() == sightline("sql", ids, "--json").json()


def test_the_next_rebuild_brings_all_back_under_their_ids(sample_home: Path, sightline: Call):
    ids = "SELECT slug, entity_id FROM entity ORDER BY slug"
    sightline("rebuild")
    before = sightline("sql", ids, "--json").json()
    sightline("rebuild", "--as-of", "2026-01-13")

    report = sightline("rebuild", "--json").json()

    assert report["entities"]["created"] == 36
    assert sightline("sql", ids, "--json").json() == before


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "14/01/2026", ""])
def test_a_day_that_is_none_is_told(sample_home: Path, sightline: Call, day: str):
    called = sightline("rebuild", "--as-of", day)

    assert called.code == 2
    assert f"date is {day!r}, expected YYYY-MM-DD" in called.err
    assert not (sample_home / "data" / "warehouse.duckdb").exists()


def test_the_last_day_there_is_counts_all(sample_home: Path, sightline: Call):
    assert sightline("rebuild", "--as-of", "9999-12-31").code == 0


def test_an_empty_lake_is_told(home: Path, sightline: Call):
    report = sightline("rebuild", "--json").json()

    assert report["warnings"] == [
        "the lake is empty: 'sightline lake import' or a run in mode live fills it"
    ]
    assert report["entities"] == {"created": 0, "updated": 0, "unchanged": 0, "removed": 0}


def test_payloads_of_nobody_are_told(sample_home: Path, sightline: Call):
    (path,) = sample_home.glob("data/lake/raw/source=serper/*/*.parquet")
    stranger = sample_home / "data/lake/raw/source=bygone/ingest_date=2026-01-14/sample.parquet"
    stranger.parent.mkdir(parents=True)
    rows = pl.read_parquet(path, hive_partitioning=False)
    rows.with_columns(pl.lit("bygone").alias("source")).write_parquet(stranger)

    report = sightline("rebuild", "--json").json()

    assert report["warnings"] == ["the lake holds payloads of 'bygone', which is no connector"]


def test_the_report_names_its_stages(sample_home: Path, sightline: Call):
    shown = sightline("rebuild").out

    assert "Rebuild of edinburgh_finds" in shown
    assert "Extracted Entities" in shown
    assert "Merged Entities" in shown
    assert "entities: 36 created, 0 updated, 0 unchanged" in shown


def test_a_rebuild_leaves_a_row(sample_home: Path, sightline: Call):
    sightline("rebuild")

    rows = sightline(
        "sql", "SELECT query, mode, status, entities_accepted FROM orchestration_run", "--json"
    ).json()

    assert rows == [
        {"query": None, "mode": "replay", "status": "succeeded", "entities_accepted": 36}
    ]


def test_a_copy_of_a_lake_file_changes_nothing(sample_home: Path, sightline: Call):
    sightline("rebuild")
    for path in (sample_home / "data" / "lake").rglob("sample-*.parquet"):
        shutil.copy(path, path.with_name(f"copy-{path.name}"))

    report = sightline("rebuild", "--json").json()
    asked = sightline("run", "Powerleague Portobello", "--json").json()

    assert report["entities"] == {"created": 0, "updated": 0, "unchanged": 36, "removed": 0}
    assert [entity["change"] for entity in asked["entities"]] == ["unchanged"]


def test_a_broken_item_is_reported_with_its_place(home: Path, sightline: Call):
    good = {"type": "node", "id": 1, "lat": 55.95, "lon": -3.2,
            "tags": {"name": "Example Centre", "leisure": "sports_centre", "sport": "tennis"}}  # fmt: skip
    (home / "answer.json").write_text(json.dumps({"elements": [good, {}]}), "utf-8")
    imported = sightline("lake", "import", "--source", "openstreetmap", str(home / "answer.json"))

    report = sightline("rebuild", "--json").json()

    assert imported.code == 0
    assert report["entities"]["created"] == 1
    (warning,) = report["warnings"]
    assert warning.startswith("openstreetmap: items that could not be read: 1, the first p_")
    assert warning.endswith("/elements/1: found no type or no id, expected both")
