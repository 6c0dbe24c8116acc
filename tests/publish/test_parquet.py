"""`sightline export parquet`: what changed is written, what did not is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import Call

NAMES = ["claims.parquet", "entities.parquet", "manifest.json"]


@pytest.fixture
def run_home(sample_home: Path, sightline: Call) -> Path:
    """A home whose warehouse holds Powerleague Portobello alone."""
    sightline("run", "Powerleague Portobello")
    return sample_home


def export(sightline: Call, folder: Path) -> dict[str, int]:
    called = sightline("export", "parquet", "--to", str(folder), "--json")
    assert called.code == 0, called.err
    return dict(called.json())


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in sorted(folder.iterdir())}


def counts(
    inserted: int = 0, updated: int = 0, unchanged: int = 0, removed: int = 0
) -> dict[str, int]:
    return {"inserted": inserted, "updated": updated, "unchanged": unchanged, "removed": removed}


def test_a_first_export_writes_entities_claims_and_a_manifest(
    run_home: Path, tmp_path: Path, sightline: Call
):
    assert export(sightline, tmp_path / "out") == counts(inserted=1)

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == NAMES
    entities = pl.read_parquet(tmp_path / "out" / "entities.parquet")
    claims = pl.read_parquet(tmp_path / "out" / "claims.parquet")
    assert entities["slug"].to_list() == ["powerleague-portobello"]
    assert set(claims["entity_id"]) == set(entities["entity_id"])
    assert {"path", "value", "source", "licence", "won", "reason"} <= set(claims.columns)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["lens"] == "edinburgh_finds"
    assert manifest["files"]["claims.parquet"]["rows"] == claims.height


def test_the_default_folder_is_in_the_home(run_home: Path, sightline: Call):
    shown = sightline("export", "parquet").out

    folder = run_home / "data" / "export" / "edinburgh_finds"
    assert shown == f"{folder}: 1 inserted, 0 updated, 0 unchanged, 0 removed\n"
    assert sorted(path.name for path in folder.iterdir()) == NAMES


def test_an_unchanged_edition_touches_no_file(run_home: Path, tmp_path: Path, sightline: Call):
    export(sightline, tmp_path / "out")
    before = state(tmp_path / "out")

    again = export(sightline, tmp_path / "out")

    assert again == counts(unchanged=1)
    assert state(tmp_path / "out") == before
    published = "SELECT count(*) AS n FROM publication"
    assert sightline("sql", published, "--json").json() == [{"n": 1}]


def test_each_change_is_counted(run_home: Path, tmp_path: Path, sightline: Call):
    (stray,) = run_home.glob("data/lake/raw/source=edinburgh_council/*/*.parquet")
    export(sightline, tmp_path / "out")

    sightline("rebuild")  # 35 more
    grown = export(sightline, tmp_path / "out")
    stray.unlink()  # what the council said is gone: phones and addresses are elected again
    report = sightline("rebuild", "--json").json()["entities"]
    fewer = export(sightline, tmp_path / "out")
    sightline("rebuild", "--as-of", "2026-01-01")
    gone = export(sightline, tmp_path / "out")

    assert grown == counts(inserted=35, unchanged=1)
    assert fewer["updated"] == report["updated"] > 0
    assert fewer["updated"] + fewer["unchanged"] + fewer["removed"] == 36
    assert gone == counts(removed=36 - fewer["removed"])
    assert pl.read_parquet(tmp_path / "out" / "entities.parquet").is_empty()


@pytest.mark.parametrize("lost", NAMES)
def test_a_file_that_went_missing_is_written_again(
    run_home: Path, tmp_path: Path, sightline: Call, lost: str
):
    export(sightline, tmp_path / "out")
    before = {name: body for name, (_, body) in state(tmp_path / "out").items()}
    (tmp_path / "out" / lost).unlink()

    export(sightline, tmp_path / "out")

    assert {name: body for name, (_, body) in state(tmp_path / "out").items()} == before


def test_a_manifest_cut_short_is_written_again(run_home: Path, tmp_path: Path, sightline: Call):
    export(sightline, tmp_path / "out")
    manifest = tmp_path / "out" / "manifest.json"
    whole = manifest.read_text("utf-8")
    manifest.write_text(whole[:50])

    export(sightline, tmp_path / "out")

    assert manifest.read_text("utf-8") == whole


def test_an_unknown_edition_is_told(run_home: Path, tmp_path: Path, sightline: Call):
    called = sightline("export", "parquet", "--to", str(tmp_path / "out"), "--edition", "gold")

    assert called.code == 2
    assert "edition is 'gold', expected one of ['all']" in called.err
    assert not (tmp_path / "out").exists()


def test_a_target_that_is_a_file_is_told(run_home: Path, tmp_path: Path, sightline: Call):
    target = tmp_path / "out"
    target.write_text("mine")

    called = sightline("export", "parquet", "--to", str(target))

    assert called.code == 16
    assert f"{target}: cannot be published to" in called.err
    assert target.read_text() == "mine"


def test_a_folder_with_something_else_in_it_is_not_overwritten(
    run_home: Path, tmp_path: Path, sightline: Call
):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "entities.parquet").write_text("mine")

    called = sightline("export", "parquet", "--to", str(tmp_path / "out"))

    assert called.code == 16
    assert "is no edition of ours" in called.err
    assert (tmp_path / "out" / "entities.parquet").read_text() == "mine"


def test_without_a_warehouse_it_says_what_makes_one(home: Path, tmp_path: Path, sightline: Call):
    called = sightline("export", "parquet", "--to", str(tmp_path / "out"))

    assert called.code == 16
    assert "no warehouse yet" in called.err
    assert not (tmp_path / "out").exists()
