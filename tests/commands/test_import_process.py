"""An import that is stopped in its middle leaves nothing that a reader sees."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Call
from tests.connectors.test_food_hygiene import detail, dump
from tests.lake.payloads import files_under, write_tar
from tests.processes import SCRIPT

BUFFER_MB = 64
LISTEN = (
    "import os, signal, sys; signal.signal(2, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Authored dumps of more bytes than memory may hold, which take a while."""
    members = {}
    size = 0
    while size < 2 * BUFFER_MB * 2**20:
        code = f"{len(members):03}"
        one = detail(1, LocalAuthorityCode=code)
        body = dump(*[one] * 8_000).encode()
        members[f"FHRS{code}_xml"] = body
        size += len(body)
    return write_tar(tmp_path_factory.mktemp("dumps") / "all.tar", "w", **members)


@pytest.fixture
def stopped(home: Path, archive: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """The exit code of an import that got a signal when its first piece was being written."""
    command = [str(SCRIPT), "lake", "import", "--source", "food_hygiene", str(archive)]
    with subprocess.Popen(
        [sys.executable, "-c", LISTEN, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        while not list(home.rglob("*.part")):
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        os.kill(process.pid, request.param)
        process.communicate(timeout=60)
        yield process.returncode


@pytest.mark.parametrize("stopped", [signal.SIGINT], indirect=True)
def test_ctrl_c_leaves_no_file(home: Path, sightline: Call, stopped: int):
    assert stopped == 130
    assert files_under(home) == []


@pytest.mark.parametrize("stopped", [signal.SIGKILL], indirect=True)
def test_a_killed_import_leaves_what_the_next_one_deletes(
    home: Path, tmp_path: Path, sightline: Call, stopped: int
):
    small = tmp_path / "FHRS773.xml"
    small.write_text(dump(detail(1)))

    seen = sightline("lake", "ls", "--json").json()
    left = files_under(home)
    after = sightline("lake", "import", "--source", "food_hygiene", str(small), "--json")

    assert stopped == -signal.SIGKILL
    assert seen == []
    assert left
    assert all(name.endswith(".part") for name in left)
    assert after.json() == {"imported": ["FHRS773.xml"], "known": []}
    assert [Path(name).suffix for name in files_under(home)] == [".parquet"]
