"""`sightline lake`: what may enter, what is listed, what is found damaged."""

from __future__ import annotations

import gzip
import json
import lzma
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.conftest import Call

NODE = {"type": "node", "id": 1, "lat": 55.95, "lon": -3.1,
        "tags": {"name": "Authored Park", "leisure": "pitch", "sport": "padel"}}  # fmt: skip
ANSWER = json.dumps({"version": 0.6, "elements": [NODE]})
SMALL_CAP = "default_lens: edinburgh_finds\nlake: {max_payload_mb: 1}\n"


def file(folder: Path, name: str, body: str | bytes) -> str:
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return str(path)


def listed(sightline: Call) -> list[dict[str, Any]]:
    return sightline("lake", "ls", "--json").json()  # type: ignore[no-any-return]


def test_an_imported_answer_is_listed_verified_and_rebuilt(
    home: Path, tmp_path: Path, sightline: Call
):
    answer = file(tmp_path, "answer.json", ANSWER)

    done = sightline("lake", "import", "--source", "openstreetmap", "--date", "2026-01-14", answer)

    assert done.code == 0
    assert "imported answer.json" in done.out
    assert f"next: sightline rebuild   (lake: {home}/data/lake/raw)" in done.out
    assert listed(sightline) == [
        {"source": "openstreetmap", "day": "2026-01-14", "licence": "ODbL-1.0",
         "payloads": 1, "bytes": len(ANSWER), "expires": None}
    ]  # fmt: skip
    assert sightline("lake", "verify").out == "1 files, every hash as stored\n"
    assert sightline("rebuild", "--json").json()["entities"]["created"] == 1


def test_the_same_answer_is_imported_once(home: Path, tmp_path: Path, sightline: Call):
    answer = file(tmp_path, "answer.json", ANSWER)
    command = ("lake", "import", "--source", "openstreetmap", answer, "--json")
    sightline(*command)

    again = sightline(*command).json()

    assert again == {"imported": [], "known": ["answer.json"]}
    assert [row["payloads"] for row in listed(sightline)] == [1]


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        pytest.param("empty.json", "", "the file is empty", id="empty"),
        pytest.param("blank.json", " \n", "the file is empty", id="blank"),
        pytest.param("cut.json", ANSWER[:40], "not JSON, or cut short", id="cut short"),
        pytest.param("cut.json.gz", gzip.compress(ANSWER.encode())[:-9], "cannot be unpacked",
                     id="cut while packed"),
        pytest.param("no.json.gz", ANSWER, "cannot be unpacked", id="not packed at all"),
        pytest.param("cut.tar.xz", lzma.compress(b"x" * 999)[:-9], "cannot be unpacked",
                     id="a broken archive"),
        pytest.param("page.json", "<html>busy</html>", "error page", id="a page"),
        pytest.param("other.json", '{"places": []}', "expected an Overpass answer",
                     id="another source's answer"),
        pytest.param("tail.json", '{"elements": [], "remark": "runtime error: timed out"}',
                     "Overpass did not finish: runtime error", id="an unfinished query"),
        pytest.param("rows.csv", "a,b\n1,2\n", "publishes ['application/json'], found text/csv",
                     id="a type it does not publish"),
        pytest.param("answer.xlsx", ANSWER, "file type is '.xlsx', expected one of",
                     id="a type nobody reads"),
        pytest.param("large.json", ANSWER + " " * 2**20, "more than 1 MB unpacked", id="too large"),
        pytest.param("bomb.json.gz", gzip.compress(ANSWER.encode() + b" " * 2**21),
                     "more than 1 MB unpacked", id="small, but unfolds too large"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_does_not_enter(
    home: Path, tmp_path: Path, sightline: Call, name: str, body: str | bytes, message: str
):
    (home / "app.yaml").write_text(SMALL_CAP)
    good, bad = file(tmp_path, "good.json", ANSWER), file(tmp_path, name, body)

    called = sightline("lake", "import", "--source", "openstreetmap", good, bad)

    assert called.code == 11
    assert name in called.err
    assert message in called.err
    assert "Traceback" not in called.err
    assert not (home / "data").exists()  # nor did the good one


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["--source", "openstreetmap", "none.json"], 11, "none.json: no such file",
                     id="missing file"),
        pytest.param(["--source", "openstreetmap", "."], 11, ".: no such file", id="a folder"),
        pytest.param(["--source", "serper", "none.json"], 11, "serper publishes no dumps",
                     id="a source without dumps"),
        pytest.param(["--source", "nosuch", "none.json"], 2, "source is 'nosuch', expected one of",
                     id="unknown source"),
        pytest.param(["--source", "openstreetmap", "--date", "14.1.2026", "none.json"], 2,
                     "date is '14.1.2026', expected YYYY-MM-DD", id="malformed date"),
        pytest.param(["--source", "openstreetmap", "--date", "2026-02-30", "none.json"], 2,
                     "date is '2026-02-30'", id="a day that is none"),
        pytest.param(["--source", "openstreetmap", "--date", "", "none.json"], 2,
                     "date is ''", id="empty date"),
        pytest.param(["none.json"], 2, "the following arguments are required: --source",
                     id="no source"),
    ],
)  # fmt: skip
def test_an_import_that_makes_no_sense_is_told(
    home: Path, sightline: Call, arguments: list[str], code: int, message: str
):
    called = sightline("lake", "import", *arguments)

    assert called.code == code
    assert message in called.err
    assert list(home.iterdir()) == []


def test_an_empty_lake_is_told(home: Path, sightline: Call):
    shown = sightline("lake", "ls")

    assert shown.code == 0
    assert f"no payloads under {home}/data/lake/raw" in shown.out
    assert listed(sightline) == []
    assert sightline("lake", "verify").out == "0 files, every hash as stored\n"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_body_that_was_changed_is_found(sample_home: Path, sightline: Call, as_json: bool):
    (path,) = sample_home.glob("data/lake/raw/source=serper/*/*.parquet")
    rows = pl.read_parquet(path, hive_partitioning=False)
    rows.with_columns(pl.lit(b"{}").alias("body")).write_parquet(path)

    called = sightline("lake", "verify", *(["--json"] if as_json else []))

    assert called.code == 11
    told = called.json()["problems"] if as_json else called.err.splitlines()
    assert len(told) == 6
    assert "the body is not the one that was fetched" in told[0]
    assert str(path) in told[0]


def test_a_file_that_was_cut_is_found_and_named_by_every_reader(sample_home: Path, sightline: Call):
    (path,) = sample_home.glob("data/lake/raw/source=serper/*/*.parquet")
    path.write_bytes(path.read_bytes()[:200])

    verify, ls, run = (
        sightline("lake", "verify"),
        sightline("lake", "ls"),
        sightline("rebuild"),
    )

    assert [verify.code, ls.code, run.code] == [11, 11, 11]
    assert f"{path}: cannot be read" in verify.err
    for called in (ls, run):
        assert "the lake cannot be read" in called.err
        assert "sightline lake verify" in called.err


def test_a_damaged_source_costs_a_run_only_that_source(sample_home: Path, sightline: Call):
    (path,) = sample_home.glob("data/lake/raw/source=serper/*/*.parquet")
    path.write_bytes(b"PAR1")

    report = sightline("run", "Powerleague Portobello", "--json").json()

    assert report["status"] == "partial"
    assert {c["name"] for c in report["connectors"] if c["status"] == "failed"} == {"serper"}
    assert len(report["entities"]) == 1
