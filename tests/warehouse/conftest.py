"""Shared set-up of the warehouse tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.warehouse import Gate
from tests.warehouse.decisions import decide


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """A warehouse with one decision, and little patience."""
    gate = Gate(tmp_path / "data" / "warehouse.duckdb", wait_seconds=0.2)
    decide(gate, "d1")
    return gate
