"""Figures that the torture measures, told at the end of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.commands import new_home
from tests.simulators import World, simulators

FIGURES = pytest.StashKey[list[str]]()
Tell = Callable[[str], None]


@pytest.fixture
def tell(pytestconfig: pytest.Config) -> Tell:
    """Note a figure for the summary."""
    return pytestconfig.stash.setdefault(FIGURES, []).append


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with simulators(crowd=12, seed=3) as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    """The seven APIs with a few venues, sound and fast."""
    running.behave()
    for simulator in running:
        simulator.delay_s, simulator.slow_s, simulator.drip_s = 0.0, 0.05, 0.001
    return running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home of an impatient user."""
    return new_home(tmp_path / "home")


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    lines = config.stash.get(FIGURES, None)
    if lines:
        terminalreporter.section("faults survived")
        for line in lines:
            terminalreporter.write_line(line)
