"""Ctrl-C and kill on a live run, in a process of its own: what came is kept, and told."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.conftest import Call
from tests.loopback import QUERY, SampleApis, payloads
from tests.processes import start

CAME = {"google_places", "openstreetmap", "serper"}


class HangingApis(SampleApis):
    """The APIs: those of the first phase answer, those of the second hang.

    `hangs` is set once one of them is asked.
    """

    def __init__(self, server: HTTPServer) -> None:
        super().__init__(server)
        self.hangs, self.released = threading.Event(), threading.Event()

    def _answer(self, request: Request) -> Response:
        if request.path.split("/")[1] not in CAME:
            self.hangs.set()
            self.released.wait(60)
        return super()._answer(request)


@pytest.fixture
def hanging(home: Path) -> Iterator[tuple[subprocess.Popen[str], HangingApis]]:
    """A live run that hangs in its second phase."""
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        apis = HangingApis(server)
        run = start(home, "run", QUERY, "mode=live", **apis.environ())
        assert apis.hangs.wait(60), run.communicate()
        yield run, apis
        apis.released.set()
        run.kill()
        if run.stdout and not run.stdout.closed:
            run.communicate()


def rows(sightline: Call, sql: str) -> Any:
    return sightline("sql", sql, "--json").json()


def ended(run: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = run.communicate(timeout=50)  # the server hangs for longer
    return run.returncode, out, err


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_ctrl_c_keeps_what_came_and_waits_for_nobody_who_hangs(
    hanging: tuple[subprocess.Popen[str], HangingApis], home: Path, sightline: Call, times: int
):
    run, apis = hanging
    running = rows(sightline, "SELECT status, finished_at FROM orchestration_run")

    for _ in range(times):
        run.send_signal(signal.SIGINT)
    told = ended(run)

    assert running == [{"status": "running", "finished_at": None}]
    assert told == (130, "", "sightline: interrupted; what was finished is kept\n")
    assert not apis.released.is_set()
    assert set(payloads(home)["source"]) == CAME
    assert sightline("lake", "verify").code == 0
    (row,) = rows(sightline, "SELECT status, budget_spent, report FROM orchestration_run")
    assert (row["status"], row["budget_spent"]) == ("interrupted", "0.036000")
    found = {one["name"]: one["status"] for one in row["report"]["connectors"]}
    assert {name for name, status in found.items() if status == "ok"} == CAME
    assert found["sport_scotland"] == "stopped"
    used = rows(
        sightline,
        "SELECT DISTINCT source, mode FROM run_payload JOIN raw_ingestion USING (payload_id)",
    )
    assert {(one["source"], one["mode"]) for one in used} == {(name, "live") for name in CAME}
    assert rows(sightline, "SELECT count(*) AS n FROM entity") == [{"n": 0}]


def test_ctrl_c_waits_briefly_for_what_is_about_to_come(
    hanging: tuple[subprocess.Popen[str], HangingApis], home: Path, sightline: Call
):
    run, apis = hanging

    run.send_signal(signal.SIGINT)
    apis.released.set()
    told = ended(run)

    assert told[0] == 130
    late = set(payloads(home)["source"]) - CAME
    assert late  # at least the calls that had been sent
    assert late <= {"sport_scotland", "edinburgh_council", "food_hygiene"}
    assert rows(sightline, "SELECT status FROM orchestration_run") == [{"status": "interrupted"}]


def test_a_killed_run_is_told_as_failed_by_the_next_one_that_finds_its_answers(
    hanging: tuple[subprocess.Popen[str], HangingApis], home: Path, sightline: Call
):
    run, _ = hanging
    run.kill()
    run.communicate()
    left = rows(sightline, "SELECT status FROM orchestration_run")

    again = sightline("run", QUERY, "--json").json()

    assert left == [{"status": "running"}]
    (killed, next_one) = rows(sightline, "FROM orchestration_run ORDER BY started_at")
    assert (killed["status"], next_one["status"]) == ("failed", "succeeded")
    assert json.dumps(killed["report"]) == '{"error": "its process ended without a word"}'
    assert {c["name"] for c in again["connectors"] if c["payloads"]} == CAME
    assert [entity["change"] for entity in again["entities"]] == ["created"]
