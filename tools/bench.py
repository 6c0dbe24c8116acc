"""Measure what docs/benchmarks.md states: whole processes, from outside, as medians.

`just bench` runs all; `just bench help run` some. Real files are read from ../shared/data, or the
folder SIGHTLINE_REAL_DATA names, and what needs them is skipped plainly where they are not.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
REAL_DATA = Path(os.environ.get("SIGHTLINE_REAL_DATA") or ROOT.parent / "shared" / "data")
REAL_FILES = {
    "sport_scotland": ["sport_scotland/facilities_2024-07.csv"],
    "openstreetmap": [
        "openstreetmap/tennis_captured.json",
        "openstreetmap/soccer_captured.json",
        "openstreetmap/golf_captured.json",
    ],
    "open_charge_map": ["open_charge_map/poi_edinburgh_captured.json"],
}
UK_REGISTER = "fhrs/uk_2020-11.tar.xz"
RUNS = 5
CROWD = 100
DISCOVER = ("padel edinburgh", "--discover", "1000")  # more than there are: every phase is asked


@dataclass(frozen=True)
class Figure:
    """One measured thing: medians over RUNS runs after a warm-up."""

    name: str
    seconds: float
    fastest: float
    slowest: float
    peak_mb: float

    def __str__(self) -> str:
        spread = f"{self.fastest:.2f} to {self.slowest:.2f}"
        return f"{self.name:42} {self.seconds:6.2f} s   ({spread})   {self.peak_mb:7.0f} MB"


def measure(name: str, once: Callable[[], list[list[str]]], env: dict[str, str]) -> Figure:
    """Time the commands that `once` prepares; its own work is not counted."""
    walls, peaks = [], []
    for number in range(RUNS + 1):
        commands = once()
        wall, peak = 0.0, 0.0
        for command in commands:
            seconds, megabytes = _timed(command, env)
            wall += seconds
            peak = max(peak, megabytes)
        if number:
            walls.append(wall)
            peaks.append(peak)
    return Figure(name, statistics.median(walls), min(walls), max(walls), statistics.median(peaks))


def _timed(command: list[str], env: dict[str, str]) -> tuple[float, float]:
    started = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def bench_help(env: dict[str, str]) -> Iterator[Figure]:
    """How fast the program says what it can do."""
    yield measure("sightline --help", lambda: [["sightline", "--help"]], env)


def bench_run(env: dict[str, str]) -> Iterator[Figure]:
    """The main job on the sample lake, everything in place."""
    command = ["just", "--justfile", str(ROOT / "justfile"), "run", "query=Powerleague Portobello"]
    yield measure("just run (sample lake, warm)", lambda: [command], env)


def bench_rebuild(env: dict[str, str]) -> Iterator[Figure]:
    """Three real sources from files to entities, in an empty home each time."""
    if not all(Path(path).is_file() for names in REAL_FILES.values() for path in _real(names)):
        print("import + rebuild: skipped, the real files are not here")
        return

    def once() -> list[list[str]]:
        shutil.rmtree(Path(env["SIGHTLINE_HOME"]) / "data", ignore_errors=True)
        command = ["sightline", "lake", "import", "--source"]
        imports = [[*command, source, *_real(names)] for source, names in REAL_FILES.items()]
        return [*imports, ["sightline", "rebuild"]]

    yield measure("import + rebuild of three real sources", once, env)


def bench_import(env: dict[str, str]) -> Iterator[Figure]:
    """The hygiene register of the whole country into an empty lake, and a run beside it."""
    if not Path(*_real([UK_REGISTER])).is_file():
        print("import of the UK register: skipped, the real file is not here")
        return
    command = ["sightline", "lake", "import", "--source", "food_hygiene", *_real([UK_REGISTER])]
    raw = Path(env["SIGHTLINE_HOME"]) / "data" / "lake" / "raw" / "source=food_hygiene"

    def once() -> list[list[str]]:
        for path in raw.glob("*/[!s]*.parquet"):  # the sample stays
            path.unlink()
        return [command]

    yield measure("import of the UK register", once, env)
    run = ["sightline", "run", "Powerleague Portobello"]
    yield measure("run beside the UK register", lambda: [run], env)


def _real(names: list[str]) -> list[str]:
    return [str(REAL_DATA / name) for name in names]


def bench_live(env: dict[str, str]) -> Iterator[Figure]:
    """Seven simulated APIs that answer at once: a run that finds the whole crowd."""
    with simulators(env, delay_ms=0) as live:
        yield measure(f"live, {CROWD} entities of 7 APIs", lambda: [_fresh(live, *DISCOVER)], live)


def bench_slow_apis(env: dict[str, str]) -> Iterator[Figure]:
    """The same where every answer takes 300 ms: what the run adds to its slowest sources."""
    with simulators(env, delay_ms=300) as live:
        extra = []
        for _ in range(RUNS):
            command = [*_fresh(live, *DISCOVER), "--json"]
            started = time.perf_counter()
            report = json.loads(_output(command, live))
            process = time.perf_counter() - started
            asked = {p: [c["seconds"] for c in report["connectors"] if c["phase"] == p]
                     for p in {c["phase"] for c in report["connectors"]}}  # fmt: skip
            slowest = sum(max(seconds) for seconds in asked.values())
            fetching = report["stages"]["payloads"]["seconds"]
            whole = sum(stage["seconds"] for stage in report["stages"].values())
            extra.append((process - slowest, whole - slowest, fetching - slowest, slowest))
        for name, n in (("300 ms APIs: process beyond slowest sources", 0),
                        ("300 ms APIs: run beyond its slowest sources", 1),
                        ("300 ms APIs: asking beyond them", 2),
                        ("300 ms APIs: the slowest sources, summed", 3)):  # fmt: skip
            values = [sample[n] for sample in extra]
            yield Figure(name, statistics.median(values), min(values), max(values), 0)


def bench_persist(env: dict[str, str]) -> Iterator[Figure]:
    """The stage that stores what a run of ten entities made, as the run times it."""
    seconds = []
    for _ in range(RUNS + 1):
        Path(env["SIGHTLINE_HOME"], "data", "warehouse.duckdb").unlink(missing_ok=True)
        report = json.loads(_output(["sightline", "run", "tennis edinburgh", "--json"], env))
        seconds.append(report["stages"]["stored"]["seconds"])
        count = len(report["entities"])
    name = f"storing {count} new entities"
    yield Figure(name, statistics.median(seconds[1:]), min(seconds[1:]), max(seconds[1:]), 0)


@contextmanager
def simulators(env: dict[str, str], delay_ms: int) -> Iterator[dict[str, str]]:
    """A crowd of venues behind seven APIs; yields the environment that points at them.

    The lens asks all seven: the shipped one leaves two of them out of this query.
    """
    port = {"SIGHTLINE_SIMULATORS_PORT": str(_free_ports())}
    command = [sys.executable, "-m", "tests.simulators"]
    exports = _output([*command, "--env"], env | port)
    pairs = dict(line.removeprefix("export ").split("=", 1) for line in exports.splitlines())
    flags = ["--crowd", str(CROWD), "--no-sample", "--quiet", "--delay", str(delay_ms)]
    server = subprocess.Popen(
        [*command, *flags], env=env | port, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        for line in server.stdout or ():
            if not line.strip():
                break  # after its variables: it answers now
        _lay_bench_lens(Path(env["SIGHTLINE_HOME"]))
        yield env | pairs
    finally:
        server.terminate()
        server.wait()


def _free_ports() -> int:
    """The first of a row of ports that nobody listens on."""
    for first in range(20_000, 30_000, 10):
        with ExitStack() as stack:
            try:
                for port in range(first, first + 10):
                    stack.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
        return first
    sys.exit("no free ports for the simulators")


def _lay_bench_lens(home: Path) -> None:
    folder = home / "lenses" / "edinburgh_finds"
    shutil.copytree(ROOT / "lenses" / "edinburgh_finds", folder, dirs_exist_ok=True)
    lens = yaml.safe_load((folder / "lens.yaml").read_text("utf-8"))
    for name, rule in lens["connector_rules"].items():
        if "." not in name:
            rule["triggers"] = [{"type": "always"}]
    (folder / "lens.yaml").write_text(yaml.safe_dump(lens, allow_unicode=True), "utf-8")


def _fresh(env: dict[str, str], *words: str) -> list[str]:
    """A live run in a home without answers or entities."""
    _clear(env)
    return ["sightline", "run", *words, "--mode", "live"]


def _clear(env: dict[str, str]) -> None:
    data = Path(env["SIGHTLINE_HOME"]) / "data"
    shutil.rmtree(data / "lake", ignore_errors=True)
    (data / "warehouse.duckdb").unlink(missing_ok=True)


def _output(command: list[str], env: dict[str, str]) -> str:
    return subprocess.run(
        command, env=env, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


BENCHES = {
    "help": bench_help,
    "run": bench_run,
    "rebuild": bench_rebuild,
    "import": bench_import,
    "live": bench_live,
    "slow": bench_slow_apis,
    "persist": bench_persist,
}


def main() -> None:
    """Run the named benches, or all."""
    chosen = sys.argv[1:] or list(BENCHES)
    unknown = sorted(set(chosen) - set(BENCHES))
    if unknown:
        sys.exit(f"unknown bench {unknown}, expected some of {list(BENCHES)}")
    for name in chosen:
        with tempfile.TemporaryDirectory() as folder:
            for figure in BENCHES[name](_home(Path(folder))):
                print(figure, flush=True)


def _home(folder: Path) -> dict[str, str]:
    """Lay the sample lake down in `folder` and return the environment to work there with."""
    sample = ROOT / "data" / "lake" / "raw"
    for path in sample.glob("*/*/sample-*.parquet"):
        target = folder / "data" / "lake" / "raw" / path.relative_to(sample)
        target.parent.mkdir(parents=True)
        shutil.copy(path, target)
    scripts = str(Path(sys.executable).parent)
    search = f"{scripts}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"SIGHTLINE_HOME": str(folder), "PATH": search}


if __name__ == "__main__":
    main()
