"""`sightline lens check`: what it shows, and the codes it ends with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import LENS, Call


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the lens with one misspelt canonical value."""
    folder = shutil.copytree(LENS.parent, tmp_path / LENS.parent.name)
    text = (folder / "lens.yaml").read_text("utf-8")
    wrong = text.replace(
        "dimension: canonical_activities, value: rugby",
        "dimension: canonical_activities, value: rugbi",
    )
    assert wrong != text
    (folder / "lens.yaml").write_text(wrong, "utf-8")
    return folder


@pytest.mark.parametrize("name", [[], [LENS.parent.name], [str(LENS)], [str(LENS.parent)]],
                         ids=["default", "id", "file", "folder"])  # fmt: skip
def test_a_good_lens_ends_with_0(home: Path, sightline: Call, name: list[str]):
    called = sightline("lens", "check", *name)

    assert called.code == 0
    assert "every gate passed" in called.out


def test_a_broken_lens_ends_with_10_and_says_where(home: Path, sightline: Call, broken: Path):
    called = sightline("lens", "check", str(broken))

    assert called.code == 10
    assert "[gate 2]" in called.out
    assert "did you mean 'rugby'?" in called.out
    assert "errors" in called.err


def test_findings_as_json_have_the_agreed_shape(home: Path, sightline: Call, broken: Path):
    called = sightline("lens", "check", str(broken), "--json")

    assert called.code == 10
    errors = [row for row in called.json() if row["level"] == "error"]
    assert errors
    assert set(errors[0]) == {"gate", "level", "file", "line", "rule", "found", "expected",
                              "suggestion", "message"}  # fmt: skip
    assert errors[0]["gate"] == 2


def test_a_slow_pattern_is_a_warning_on_its_line(home: Path, sightline: Call):
    called = sightline("lens", "check", "--json")

    slow = [row for row in called.json() if row.get("code") == "slow-pattern"]
    lines = LENS.read_text("utf-8").splitlines()
    assert called.code == 0
    assert slow
    assert all(row["rule"].split()[-1] in lines[row["line"] - 1] for row in slow)
    assert all(row["level"] == "warning" for row in slow)


def test_a_run_under_a_broken_lens_does_not_start(sample_home: Path, sightline: Call, broken: Path):
    called = sightline("run", "padel", "--lens", str(broken))

    assert called.code == 10
    assert "the lens does not pass its gates" in called.err
    assert not (sample_home / "data" / "warehouse.duckdb").exists()


@pytest.mark.parametrize(
    ("name", "code"), [("nosuch", 10), ("none/lens.yaml", 10)], ids=["unknown id", "missing file"]
)
def test_a_lens_that_is_not_there_is_told(home: Path, sightline: Call, name: str, code: int):
    called = sightline("lens", "check", name)

    assert called.code == code
    assert name in called.err


def test_a_lens_of_the_home_wins_over_the_shipped_one(home: Path, sightline: Call, broken: Path):
    shutil.copytree(broken, home / "lenses" / LENS.parent.name)

    assert sightline("lens", "check", LENS.parent.name).code == 10


def test_a_copy_that_keeps_its_originals_id_is_refused(sample_home: Path, sightline: Call):
    shutil.copytree(LENS.parent, sample_home / "lenses" / "copied")

    for command in (["lens", "check", "copied"], ["run", "padel", "--lens", "copied"]):
        called = sightline(*command)

        assert called.code == 10
        assert "found 'edinburgh_finds', expected 'copied', the folder" in called.out + called.err
