"""The gate: one file, opened briefly, whole or not at all, shared between processes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import WarehouseBusyError, WarehouseError
from pipeline.warehouse import Gate
from tests.conftest import Call
from tests.warehouse.decisions import ADD, decide, decisions

HOLD = (
    "import sys, duckdb\n"
    "connection = duckdb.connect(sys.argv[1])\n"
    "print('held', flush=True)\n"
    "sys.stdin.readline()\n"
    "connection.close()\n"
)


@contextmanager
def another_process_holding(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the file until it reads a line, or this block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            let_go(holder)


def let_go(holder: subprocess.Popen[str]) -> None:
    if holder.stdin is not None and not holder.stdin.closed:
        holder.stdin.close()


def test_what_was_written_is_read_again(gate: Gate):
    assert decisions(gate) == ["d1"]


def test_writing_makes_the_folder_the_file_and_its_schema(tmp_path: Path):
    gate = Gate(tmp_path / "new" / "folder" / "w.duckdb")
    assert not gate.exists()

    with gate.write():
        pass

    assert gate.exists()
    assert decisions(gate) == []


def test_a_file_that_a_process_left_half_made_is_in_nobodys_way(tmp_path: Path):
    left = tmp_path / ".w.duckdb.999999999.new"
    left.write_bytes(b"half")
    gate = Gate(tmp_path / "w.duckdb")

    with gate.write():
        pass

    assert [path.name for path in tmp_path.iterdir()] == ["w.duckdb"]


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(ValueError, id="an error of ours"),
        pytest.param(KeyboardInterrupt, id="an interruption"),
    ],
)
def test_a_transaction_that_fails_writes_nothing(gate: Gate, failure: type[BaseException]):
    with pytest.raises(failure):
        decide(gate, "d2", failure=failure)

    assert decisions(gate) == ["d1"]


def test_a_statement_that_fails_writes_nothing_and_is_told(gate: Gate):
    with pytest.raises(WarehouseError, match="nothing was written: Constraint Error") as failed:
        decide(gate, "d2", "d1")

    assert failed.value.exit_code == 16
    assert decisions(gate) == ["d1"]


def test_a_writer_that_dies_writes_nothing(gate: Gate):
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom pipeline.warehouse import Gate\n"
        "with Gate(Path(sys.argv[1])).write() as connection:\n"
        "    connection.execute('delete from decision')\n    os._exit(9)\n"
    )

    ended = subprocess.run([sys.executable, "-c", script, str(gate.path)], check=False)

    assert ended.returncode == 9
    assert decisions(gate) == ["d1"]


@pytest.mark.parametrize("way", ["read", "write"])
def test_the_holder_of_a_busy_warehouse_is_told(gate: Gate, way: str):
    with another_process_holding(gate.path) as holder:
        with pytest.raises(WarehouseBusyError) as busy, getattr(gate, way)():
            pass

        told = str(busy.value)
        assert f"(process {holder.pid})" in told
        assert "python" in told
        assert told.startswith(f"{gate.path}: held by ")
        assert "for more than 0.2 s; let it finish or stop it" in told
        assert busy.value.exit_code == 16


def test_a_warehouse_let_go_in_time_is_opened(gate: Gate):
    patient = Gate(gate.path, wait_seconds=30)

    with another_process_holding(gate.path) as holder:
        timer = threading.Timer(0.3, let_go, [holder])
        timer.start()
        decide(patient, "d2")
        timer.join()

    assert decisions(gate) == ["d1", "d2"]


def test_a_busy_warehouse_ends_a_command_with_16(home: Path, sightline: Call):
    (home / "app.yaml").write_text("engine: {lock_wait_seconds: 0}", "utf-8")
    path = home / "data" / "warehouse.duckdb"
    with Gate(path).write():
        pass

    with another_process_holding(path):
        called = sightline("sql", "select 1")

    assert called.code == 16
    assert "held by" in called.err


def test_two_processes_may_read_at_once(gate: Gate):
    with gate.read() as connection:
        script = (
            "import sys\nfrom pathlib import Path\nfrom pipeline.warehouse import Gate\n"
            "with Gate(Path(sys.argv[1]), 0).read() as c:\n    print(c.execute('from decision').fetchall()[0][0])\n"
        )
        other = subprocess.run(
            [sys.executable, "-c", script, str(gate.path)],
            check=True,
            capture_output=True,
            text=True,
        )

        assert connection.execute("select count(*) from decision").fetchall() == [(1,)]
    assert other.stdout == "d1\n"


def test_a_reader_waits_for_a_writer_of_its_own_process(gate: Gate):
    patient = Gate(gate.path, wait_seconds=30)
    writing, seen = threading.Event(), []

    def read_meanwhile() -> None:
        writing.wait()
        seen.extend(decisions(patient))

    reader = threading.Thread(target=read_meanwhile)
    reader.start()
    with gate.write() as connection:
        writing.set()
        reader.join(timeout=0.2)
        connection.execute(ADD, {"id": "d2"})
    reader.join()

    assert seen == ["d1", "d2"]


def test_a_writer_inside_a_reader_is_told_who_holds(gate: Gate):
    with gate.read(), pytest.raises(WarehouseBusyError, match="held by this process"), gate.write():
        pass


def test_a_reader_cannot_write(gate: Gate):
    with pytest.raises(WarehouseError, match="read-only"), gate.read() as connection:
        connection.execute("delete from decision")

    assert decisions(gate) == ["d1"]


def test_a_local_variable_is_no_table(gate: Gate):
    rows = pl.DataFrame({"a": [1]})

    with pytest.raises(WarehouseError, match="rows does not exist"), gate.read() as connection:
        connection.execute("from rows")
    assert rows.height == 1
