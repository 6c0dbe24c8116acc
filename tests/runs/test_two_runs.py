"""Two runs at once on one warehouse: the later one builds again on what the other stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.context import start_context
from pipeline.errors import StaleBuildError
from pipeline.lens.compiled import CompiledLens
from pipeline.runs.report import RunReport
from pipeline.runs.run import run_query
from pipeline.settings import load_settings
from tests.conftest import Call
from tests.orchestration.things import request
from tests.processes import start

ONE, MANY = "Powerleague Portobello", "football edinburgh"
KEYS = {"entity": "slug", "extracted_entity": "record_key", "entity_member": "record_key"}


def stored(sightline: Call) -> dict[str, Any]:
    """The keys of what is stored, with repetitions."""
    return {
        table: [row[key] for row in sightline("sql", f"SELECT {key} FROM {table} ORDER BY 1", "--json").json()]
        for table, key in KEYS.items()
    }  # fmt: skip


def ask(lens: CompiledLens, query: str, watch: Any = None) -> RunReport:
    context = start_context(load_settings(), lens)
    return run_query(context, request(query), watch=watch)


@pytest.fixture
def one_by_one(sample_home: Path, sightline: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is stored by both queries one after the other, in a home that is then left."""
    other = tmp_path / "one by one"
    (other / "data").mkdir(parents=True)
    (sample_home / "data" / ".cache").mkdir()
    for part in ("lake", ".cache"):  # the lens's evidence need not be checked twice
        (other / "data" / part).symlink_to(sample_home / "data" / part)
    with monkeypatch.context() as moved:
        moved.setenv("SIGHTLINE_HOME", str(other))
        for query in (ONE, MANY):
            assert sightline("run", query).code == 0
        return stored(sightline)


def test_overlapping_runs_of_two_processes_end_as_one_after_the_other(
    sample_home: Path, sightline: Call, one_by_one: dict[str, Any]
):
    runs = [start(sample_home, "run", query) for query in (ONE, MANY, ONE)]

    ended = [(*run.communicate(timeout=120), run.returncode) for run in runs]

    assert [code for _, _, code in ended] == [0, 0, 0], ended
    assert len(set(one_by_one["entity"])) == len(one_by_one["entity"]) > 1
    assert stored(sightline) == one_by_one
    told = sightline("sql", "SELECT status FROM orchestration_run", "--json").json()
    assert told == [{"status": "succeeded"}] * 3


def test_a_run_that_was_overtaken_builds_again(
    sample_home: Path, sightline: Call, lens: CompiledLens, one_by_one: dict[str, Any]
):
    """Another run is stored just before this one would be."""
    overtaken = []

    def overtake(stage: str) -> None:
        if stage == "stored" and not overtaken:
            overtaken.append(ask(lens, MANY))

    report = ask(lens, ONE, overtake)

    assert [entity["change"] for entity in report.entities] == ["updated"]  # the other made it
    assert report.status == overtaken[0].status == "succeeded"
    assert stored(sightline) == one_by_one


def test_a_run_that_is_overtaken_again_and_again_gives_up_and_says_so(
    sample_home: Path, sightline: Call, lens: CompiledLens, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pipeline.runs.run._ATTEMPTS", 2)

    def overtake(stage: str) -> None:
        if stage == "stored":
            ask(lens, MANY)

    with pytest.raises(StaleBuildError, match="during each of 2 attempts; nothing was written"):
        ask(lens, ONE, overtake)

    told = sightline("sql", "SELECT query, status FROM orchestration_run", "--json").json()
    assert sorted((row["query"], row["status"]) for row in told) == sorted(
        [(ONE, "failed"), *[(MANY, "succeeded")] * 2]
    )
    used = "SELECT count(*) AS n FROM run_payload JOIN orchestration_run USING (run_id) WHERE status = 'failed'"
    assert sightline("sql", used, "--json").json()[0]["n"] > 0
