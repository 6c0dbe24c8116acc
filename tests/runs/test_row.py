"""A run's row in the warehouse: there from its start, and telling every end."""

from __future__ import annotations

import json
import os
import signal
import socket
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.context import RunContext, start_context
from pipeline.errors import ConnectorError
from pipeline.lake.store import scan_lake
from pipeline.lens.compiled import CompiledLens
from pipeline.runs.row import RunRecord, SoFar, used_payloads
from pipeline.settings import load_settings
from pipeline.warehouse.gate import Gate
from pipeline.warehouse.writing import RunRow, write_changes
from tests.processes import start

NOON = datetime(2026, 11, 20, 12)


@pytest.fixture
def context(sample_home: Path, lens: CompiledLens) -> RunContext:
    return start_context(load_settings(), lens, lambda: NOON)


def rows(context: RunContext, sql: str) -> list[dict[str, Any]]:
    with context.gate.read() as connection:
        return connection.sql(sql).pl().to_dicts()


def run_rows(context: RunContext) -> list[dict[str, Any]]:
    return rows(context, "FROM orchestration_run ORDER BY started_at, run_id")


def two_answers(context: RunContext) -> SoFar:
    """What a run had used and paid before something went wrong."""
    payloads = scan_lake(context.settings.lake).sort("payload_id").head(2).collect()
    told = {"connectors": [{"name": "one"}]}
    return SoFar(used_payloads(payloads, "live"), Decimal("0.035"), told)


def record(context: RunContext) -> RunRecord:
    known = {"query": "x", "ingestion_mode": "RESOLVE_ONE"}
    return RunRecord(context, NOON, known, lambda: two_answers(context))


def test_a_run_is_running_while_it_runs(context: RunContext):
    with record(context).kept():
        (row,) = run_rows(context)

    assert (row["status"], row["query"], row["finished_at"]) == ("running", "x", None)
    assert json.loads(row["report"]) == {"process": os.getpid(), "host": socket.gethostname()}


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        pytest.param(ConnectorError("nobody answers"), "failed", "nobody answers", id="of ours"),
        pytest.param(
            ZeroDivisionError("odd"), "failed", "ZeroDivisionError('odd')", id="unforeseen"
        ),
        pytest.param(SystemExit(3), "failed", "SystemExit(3)", id="no exception at all"),
        pytest.param(KeyboardInterrupt(), "interrupted", None, id="Ctrl-C"),
    ],
)
def test_a_run_that_ends_too_early_tells_why_and_what_it_had(
    context: RunContext, error: BaseException, status: str, told: str | None
):
    with pytest.raises(type(error)), record(context).kept():
        raise error

    (row,) = run_rows(context)
    assert (row["status"], row["budget_spent"]) == (status, Decimal("0.035000"))
    assert row["finished_at"] == NOON
    report = json.loads(row["report"])
    assert report.get("error") == told
    assert report["connectors"] == [{"name": "one"}]
    used = rows(context, "SELECT run_id, mode FROM run_payload")
    assert used == [{"run_id": context.run_id, "mode": "live"}] * 2


def test_a_row_that_waits_for_the_warehouse_is_written_though_ctrl_c_comes_again_by_itself(
    context: RunContext,
):
    """An interrupt that nobody heard is raised again after a while; this one was heard."""
    seen = []

    def look() -> SoFar:
        seen.append(signal.getitimer(signal.ITIMER_REAL)[0])
        return SoFar()

    watched = RunRecord(context, NOON, {}, look)

    with pytest.raises(KeyboardInterrupt), watched.kept():
        signal.raise_signal(signal.SIGINT)

    assert seen == [0.0]
    assert [row["status"] for row in run_rows(context)] == ["interrupted"]


def test_a_warehouse_that_cannot_take_the_end_does_not_hide_the_first_error(
    context: RunContext, caplog: pytest.LogCaptureFixture
):
    def fail() -> None:
        context.settings.warehouse.unlink()
        context.settings.warehouse.mkdir()
        raise ConnectorError("the first")

    with pytest.raises(ConnectorError, match="the first"), record(context).kept():
        fail()

    assert "the run left no end" in caplog.text


def left_running(context: RunContext, report: Any, number: int) -> None:
    """The row of another run that never told its end."""
    other = RunRecord(context, NOON, {"run_id": f"run_{number}", "report": report})
    row = RunRow(
        other.values("running"),
        used_payloads(scan_lake(context.settings.lake).head(0).collect(), "live"),
    )
    write_changes(Gate(context.settings.warehouse), None, row, NOON)


def test_the_next_run_tells_of_those_whose_process_is_gone_and_of_no_other(context: RunContext):
    gone = start(context.settings.home, "--version")
    gone.communicate(timeout=60)
    here = socket.gethostname()
    for number, process in enumerate(
        [
            {"process": gone.pid, "host": here},
            {"process": os.getpid(), "host": here},
            {"process": 1, "host": here},  # another user's, perhaps
            {"process": gone.pid, "host": "elsewhere"},
            {"host": here},
        ]
    ):
        left_running(context, json.dumps(process), number)

    with record(context).kept():
        told = {row["run_id"]: row["status"] for row in run_rows(context)}

    del told[context.run_id]
    assert list(told.values()) == ["failed", "running", "running", "running", "failed"]
    (failed, *_) = run_rows(context)
    assert json.loads(failed["report"]) == {"error": "its process ended without a word"}


def test_used_payloads_are_told_without_their_bodies(context: RunContext):
    used = two_answers(context).payloads

    assert "body" not in used.columns
    assert used["mode"].to_list() == ["live", "live"]
    assert isinstance(used, pl.DataFrame)
