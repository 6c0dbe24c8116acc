"""The committed sample lake and its readable sources are one and the same."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import ROOT, SAMPLE_LAKE
from tools.build_sample import read_sample, write_sample

SOURCES = sorted(path.name for path in (ROOT / "data" / "sample").iterdir() if path.is_dir())


def test_the_parquet_is_built_from_the_json_byte_for_byte(tmp_path: Path):
    built = write_sample(read_sample(ROOT / "data" / "sample"), tmp_path)

    committed = sorted(SAMPLE_LAKE.glob("*/*/*.parquet"))
    assert [path.name for path in sorted(built)] == [path.name for path in committed]
    for path in built:
        twin = SAMPLE_LAKE / path.relative_to(tmp_path)
        assert pl.read_parquet(path).equals(pl.read_parquet(twin)), path.name
        assert path.read_bytes() == twin.read_bytes(), path.name


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_has_at_least_five_answers_that_say_where_they_come_from(source: str):
    documents = [
        json.loads(path.read_text("utf-8"))
        for path in (ROOT / "data" / "sample" / source).glob("*.json")
    ]

    assert len(documents) >= 5
    for document in documents:
        assert "Authored" in document["note"]
        assert document["payload"]["licence"] == "authored"


def test_phones_are_reserved_for_fiction_or_facts_of_openstreetmap():
    numbers = set()
    for path in (ROOT / "data" / "sample").glob("*/*.json"):
        for word in ("internationalPhoneNumber", "TELEPHONE"):
            numbers |= set(_values(json.loads(path.read_text("utf-8"))["body"], word))

    plain = {number.replace("+44 ", "0").replace(" ", "") for number in numbers if number}
    assert plain
    assert all(number.startswith("01314960") for number in plain)


def test_git_tracks_the_sample_and_nothing_else_of_the_lake():
    tracked = subprocess.run(
        ["git", "ls-files", "data"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")

    others = [name for name in tracked if not name.startswith("data/sample/")]
    assert others
    assert all(Path(name).name.startswith("sample-") for name in others)


def _values(node: object, key: str) -> list[str]:
    if isinstance(node, dict):
        own = [node[key]] if isinstance(node.get(key), str) else []
        return own + [value for child in node.values() for value in _values(child, key)]
    if isinstance(node, list):
        return [value for child in node for value in _values(child, key)]
    return []
