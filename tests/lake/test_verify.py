"""Rechecking the lake finds every kind of damage, and nothing where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from pipeline.lake.store import write_payloads
from pipeline.lake.verify import verify_lake
from tests.conftest import Call
from tests.lake.payloads import DAY, a_payload


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "lake" / "raw"
    write_payloads(folder, [a_payload(1), a_payload(2), a_payload(3, source="register")])
    return folder


def file_of(lake: Path, source: str) -> Path:
    (path,) = lake.glob(f"source={source}/*/*.parquet")
    return path


def rewrite(path: Path, **columns: pl.Expr) -> None:
    """Change stored values behind the project's back."""
    pl.read_parquet(path, hive_partitioning=False).with_columns(**columns).write_parquet(path)


def test_a_whole_lake_has_no_problems(lake: Path):
    assert verify_lake(lake) == []


def test_a_flipped_byte_of_a_body_is_found(lake: Path):
    path, payload = file_of(lake, "register"), a_payload(3, source="register")
    rewrite(path, body=pl.lit(b"4"))

    (problem,) = verify_lake(lake)

    assert problem == f"{path}: {payload.payload_id}: the body is not the one that was fetched"


def test_only_the_damaged_payload_is_told(lake: Path):
    damaged = a_payload(1).payload_id
    body = pl.when(pl.col("payload_id") == damaged).then(pl.lit(b"9")).otherwise("body")
    rewrite(file_of(lake, "council"), body=body)

    (problem,) = verify_lake(lake)

    assert damaged in problem


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        pytest.param("body_sha256", "0" * 64, "the body is not the one", id="hash of the body"),
        pytest.param("body", None, "the body is not the one", id="body lost"),
        pytest.param(
            "content_sha256", "0" * 64, "its content digest or its id", id="hash of the content"
        ),
        pytest.param("payload_id", "p_0", "its content digest or its id", id="id"),
        pytest.param("request", '{"q":"other"}', "its content digest or its id", id="question"),
    ],
)
def test_every_stored_hash_is_rechecked(lake: Path, column: str, value: object, told: str):
    path = file_of(lake, "register")
    dtype = pl.Binary if column == "body" else pl.String
    rewrite(path, **{column: pl.lit(value, dtype=dtype)})

    (problem,) = verify_lake(lake)

    assert told in problem


@pytest.mark.parametrize(
    "kept", [pytest.param(0, id="emptied"), pytest.param(0.5, id="cut in half")]
)
def test_a_truncated_file_is_found(lake: Path, kept: float):
    path = file_of(lake, "council")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])

    (problem,) = verify_lake(lake)

    assert problem.startswith(f"{path}: cannot be read:")


def test_a_file_with_other_columns_is_found(lake: Path):
    path = file_of(lake, "council")
    pl.DataFrame({"payload_id": ["p_1"]}).write_parquet(path)

    (problem,) = verify_lake(lake)

    assert problem.startswith(f"{path}: cannot be read:")


def test_a_payload_in_another_sources_folder_is_found(lake: Path):
    path = file_of(lake, "register")
    target = lake / "source=council" / path.parent.name / "moved.parquet"
    path.rename(target)

    (problem,) = verify_lake(lake)

    assert problem.startswith(f"{target}: ")
    assert problem.endswith("a payload of register in another's folder")


def test_the_same_payload_twice_is_found(lake: Path):
    path = file_of(lake, "register")
    copy = path.with_name("zz-copy.parquet")
    shutil.copy(path, copy)

    (problem,) = verify_lake(lake)

    assert problem == f"{copy}: {a_payload(3, source='register').payload_id}: also in {path}"


def test_the_same_content_under_two_requests_is_no_problem(lake: Path):
    write_payloads(lake, [a_payload(1, request='{"q":"gyms"}', fetched_at=DAY)])

    assert verify_lake(lake) == []


def test_the_name_of_each_file_is_told(lake: Path):
    told: list[str] = []

    verify_lake(lake, watch=told.append)

    assert told == [path.name for path in sorted(lake.glob("*/*/*.parquet"))]


def test_the_command_ends_with_11_where_anything_is_wrong(
    lake: Path, tmp_path: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SIGHTLINE_HOME", str(tmp_path))
    assert sightline("lake", "verify").code == 0

    file_of(lake, "council").write_bytes(b"")

    called = sightline("lake", "verify", "--json")
    assert called.code == 11
    assert called.json()["files"] == 2
    assert "cannot be read" in called.json()["problems"][0]
