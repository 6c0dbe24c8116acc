"""The console script in processes of its own: started, limited, killed, measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pipeline.connectors.registry import load_connectors

SCRIPT = Path(sys.executable).with_name("sightline")
QUERY = "padel edinburgh"
_PATIENCE_S = 300.0
_LIMITED = (
    "import os, resource, sys; most = int(sys.argv[1]); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)); os.execv(sys.argv[2], sys.argv[2:])"
)


@dataclass(frozen=True)
class Ended:
    """How a command ended. `peak_mb` is the most memory it held."""

    code: int
    out: str
    err: str
    seconds: float
    peak_mb: float

    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def connectors(self) -> dict[str, dict[str, Any]]:
        """The connectors of a run's report by name."""
        return {row["name"]: row for row in self.json()["connectors"]}


@dataclass
class Command:
    """A command that runs; its output goes to files, so that it never waits for a reader."""

    folder: Path
    process: subprocess.Popen[bytes]
    began: float = field(default_factory=time.monotonic)

    def kill(self) -> None:
        self.process.kill()

    def end(self) -> Ended:
        """Wait for the end; AssertionError where it does not come in time."""
        while True:
            pid, status, used = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - self.began > _PATIENCE_S:
                self.kill()
                raise AssertionError(f"{self.process.args} did not end in {_PATIENCE_S:g} s")
            time.sleep(0.005)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return Ended(
            self.process.returncode,
            (self.folder / "out").read_text("utf-8"),
            (self.folder / "err").read_text("utf-8"),
            time.monotonic() - self.began,
            used.ru_maxrss / 1024,
        )


def start(
    home: Path, *arguments: str, env: Mapping[str, str], most_bytes: int | None = None
) -> Command:
    """Start a command; no file it writes may grow over `most_bytes`, as on a full disk."""
    limit = [] if most_bytes is None else [sys.executable, "-c", _LIMITED, str(most_bytes)]
    folder = home.with_name(f"{home.name}-output") / str(time.monotonic_ns())
    folder.mkdir(parents=True)
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [*limit, str(SCRIPT), *arguments], stdout=out, stderr=err,
            env={**os.environ, "SIGHTLINE_HOME": str(home), **env},
        )  # fmt: skip
    return Command(folder, process)


def live(
    home: Path,
    env: Mapping[str, str],
    query: str = QUERY,
    *options: str,
    most_bytes: int | None = None,
) -> Ended:
    """A live run from start to end, its report as JSON."""
    return start(
        home, "run", query, "--mode", "live", "--json", *options, env=env, most_bytes=most_bytes
    ).end()


def new_home(folder: Path, *, timeout_s: float = 30.0, hasty: str = "", **own: Any) -> Path:
    """An empty home whose sources are asked again at once, and waited for no longer than that.

    `hasty` is a source that is waited for a second only, `own` are further limits of all.
    """
    folder.mkdir(parents=True)
    retry = {"base_seconds": 0.01, "max_seconds": 0.02, "max_retry_after_seconds": 2.0}
    limits: dict[str, Any] = {
        "timeout_seconds": timeout_s,
        "requests_per_second": None,
        "retry": retry,
        **own,
    }
    config = {
        "default_lens": "edinburgh_finds",
        "apis": {
            name: limits | ({"timeout_seconds": 1.0} if name == hasty else {})
            for name in load_connectors()
        },
    }
    (folder / "app.yaml").write_text(yaml.safe_dump(config), "utf-8")
    return folder
