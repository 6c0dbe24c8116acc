"""Shared set-up: a home with the sample lake, the lens, and the command line in-process."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from pipeline.cli import main
from pipeline.connectors.registry import Connector, load_connectors
from pipeline.lens.compiled import CompiledLens, load_lens
from pipeline.workbench import Workbench

# A busy machine is no fault of what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

ROOT = Path(__file__).parents[1]
LENS = ROOT / "lenses" / "edinburgh_finds" / "lens.yaml"
SAMPLE_LAKE = ROOT / "data" / "lake" / "raw"


@dataclass(frozen=True)
class Called:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Called]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("SIGHTLINE_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _fresh_logs() -> None:
    """What a command called earlier in this process made of the project's logger is undone."""
    logger = logging.getLogger("pipeline")
    logger.handlers[:] = []
    logger.setLevel(logging.NOTSET)
    logger.propagate = True


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty SIGHTLINE_HOME."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("SIGHTLINE_HOME", str(path))
    return path


@pytest.fixture
def sample_home(home: Path) -> Path:
    """A SIGHTLINE_HOME that holds the committed sample lake and nothing else."""
    for path in SAMPLE_LAKE.glob("*/*/sample-*.parquet"):
        target = home / "data" / "lake" / "raw" / path.relative_to(SAMPLE_LAKE)
        target.parent.mkdir(parents=True)
        shutil.copy(path, target)
    return home


@pytest.fixture
def sightline(capsys: pytest.CaptureFixture[str]) -> Call:
    """Call a command in this process: `sightline("run", "padel edinburgh", "--json")`."""

    def call(*arguments: str) -> Called:
        capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return Called(code, printed.out, printed.err)

    return call


@pytest.fixture(scope="session")
def connectors() -> dict[str, Connector]:
    return load_connectors()


@pytest.fixture(scope="session")
def lens(connectors: dict[str, Connector]) -> CompiledLens:
    return load_lens(LENS, connectors)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with Workbench(tmp_path / "scratch", "1GB") as table:
        yield table


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    """Show how the sample stands against its truth, where that was measured."""
    from tests.test_sample_truth import SUMMARY

    lines = config.stash.get(SUMMARY, None)
    if lines:
        terminalreporter.section("the sample against data/sample/truth.json")
        for line in lines:
            terminalreporter.write_line(line)
