"""Loopback servers that speak the seven APIs: for tests, demos and benchmarks."""

from tests.simulators.rows import Rows
from tests.simulators.server import Simulator
from tests.simulators.world import NAMES, World, gather_rows, simulators

__all__ = ["NAMES", "Rows", "Simulator", "World", "gather_rows", "simulators"]
