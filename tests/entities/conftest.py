"""Worlds of their own for tests of identity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.warehouse.gate import Gate
from tests.entities.world import World


@pytest.fixture
def new_world(
    lens: CompiledLens, connectors: dict[str, Connector], tmp_path: Path
) -> Callable[[str], World]:
    """A world by its name, empty."""
    return lambda name: World(lens, connectors, Gate(tmp_path / f"{name}.duckdb"), tmp_path)


@pytest.fixture
def world(
    lens: CompiledLens, connectors: dict[str, Connector], home: Path, tmp_path: Path
) -> World:
    """A world whose warehouse the command line sees."""
    return World(lens, connectors, Gate(home / "data" / "warehouse.duckdb"), tmp_path)
