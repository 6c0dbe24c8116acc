"""The command line among other processes: locks, Ctrl-C, readers that leave early."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.interrupts import interrupts_raised
from tests.conftest import Call
from tests.loopback import KEYS, reply
from tests.processes import start

IMPATIENT = "default_lens: edinburgh_finds\nengine: {lock_wait_seconds: 0.2}\n"
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"


@contextmanager
def held(warehouse: Path) -> Iterator[int]:
    """Another process that holds the warehouse; gives its id."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(warehouse)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
        holder.communicate("\n")


def has_opened(pid: int, name: str) -> bool:
    try:
        return any(fd.readlink().name == name for fd in Path(f"/proc/{pid}/fd").iterdir())
    except FileNotFoundError:  # closed between the two looks
        return False


def files(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "command",
    [
        ["run", "padel edinburgh"],
        ["rebuild"],
        ["sql", "FROM entity"],
        ["entities"],
        ["explain", "powerleague-portobello"],
        ["export", "parquet"],
    ],
    ids=lambda command: command[0],
)
def test_a_held_warehouse_is_told_and_nothing_is_half_written(
    built_copy: Path, sightline: Call, command: list[str]
):
    (built_copy / "app.yaml").write_text(IMPATIENT)
    before = files(built_copy)

    with held(built_copy / "data" / "warehouse.duckdb") as pid:
        called = sightline(*command)

        assert called.code == 16
        assert f"(process {pid}) for more than 0.2 s" in called.err
        assert called.out == ""
        assert files(built_copy) == before
    assert sightline(*command).code == 0


def test_a_lock_that_is_let_go_is_waited_for(built_copy: Path, sightline: Call):
    with held(built_copy / "data" / "warehouse.duckdb") as pid:
        threading.Timer(0.5, os.kill, (pid, signal.SIGKILL)).start()

        called = sightline("run", "Powerleague Portobello")

    assert called.code == 0, called.err


def test_two_runs_at_once_both_end_well(sample_home: Path, sightline: Call):
    runs = [start(sample_home, "run", "Powerleague Portobello") for _ in range(2)]

    ended = [(*run.communicate(timeout=120), run.returncode) for run in runs]

    assert [code for _, _, code in ended] == [0, 0], ended
    slugs = sightline("sql", "SELECT slug FROM entity", "--json").json()
    assert slugs == [{"slug": "powerleague-portobello"}]


@pytest.fixture
def silent_api() -> Iterator[tuple[HTTPServer, threading.Event]]:
    """A server that takes requests and does not answer, and the event of the first one."""
    asked, release = threading.Event(), threading.Event()

    def wait(_request: Request) -> Response:
        asked.set()
        release.wait(60)
        return reply({})

    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        for path in ("/osm", "/council", "/hub", "/google/places:searchText", "/serper/search"):
            server.expect_request(path).respond_with_handler(wait)
        yield server, asked
        release.set()


def test_ctrl_c_in_a_live_run_leaves_whole_files_and_a_marked_run(
    sample_home: Path, sightline: Call, silent_api: tuple[HTTPServer, threading.Event]
):
    server, asked = silent_api
    urls = {"OPENSTREETMAP": "/osm", "EDINBURGH_COUNCIL": "/council", "SPORT_SCOTLAND": "/hub",
            "GOOGLE_PLACES": "/google", "SERPER": "/serper"}  # fmt: skip
    environ = {f"SIGHTLINE_{name}_URL": server.url_for(path) for name, path in urls.items()}
    before = files(sample_home)

    run = start(sample_home, "run", "Powerleague Portobello", "mode=live", **environ, **KEYS)
    assert asked.wait(60)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)

    assert (run.returncode, out) == (130, "")
    assert err == "sightline: interrupted; what was finished is kept\n"
    kept = files(sample_home)
    warehouse = sample_home / "data" / "warehouse.duckdb"
    assert set(kept) - set(before) == {warehouse}
    assert all(kept[path] == body for path, body in before.items())
    rows = sightline("sql", "SELECT query, status FROM orchestration_run", "--json").json()
    assert rows == [{"query": "Powerleague Portobello", "status": "interrupted"}]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see the query run")
def test_ctrl_c_in_a_query_is_an_interrupt_too(asked: Path):
    endless = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range % 7 = 3"

    run = start(asked, "sql", endless)
    while not has_opened(run.pid, "warehouse.duckdb"):
        time.sleep(0.05)
    time.sleep(0.5)  # from the open file to the running query
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)

    assert (run.returncode, out) == (130, "")
    assert err == "sightline: interrupted; what was finished is kept\n"


def test_an_interrupt_stays_one_whatever_a_library_makes_of_it():
    before = signal.getsignal(signal.SIGINT)

    def as_a_library() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    with pytest.raises(KeyboardInterrupt), interrupts_raised():
        as_a_library()
    with pytest.raises(RuntimeError, match="something else"), interrupts_raised():
        raise RuntimeError("something else")

    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    "query", ["SELECT 1", "SELECT range FROM range(200000)"], ids=["small", "large"]
)
def test_a_reader_that_leaves_early_is_no_error(asked: Path, query: str):
    run = start(asked, "sql", query, "--json")
    assert run.stdout is not None
    run.stdout.close()

    assert run.stderr is not None
    err = run.stderr.read()
    run.stderr.close()

    assert run.wait(timeout=60) == 0
    assert err == ""
