"""All simulators together: in a thread of a test, or in a process of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from tests.simulators.api import Api
from tests.simulators.crowd import crowd_rows
from tests.simulators.edinburgh_council import EdinburghCouncil
from tests.simulators.food_hygiene import FoodHygiene
from tests.simulators.google_places import GooglePlaces
from tests.simulators.open_charge_map import OpenChargeMap
from tests.simulators.openstreetmap import OpenStreetMap
from tests.simulators.real import real_rows
from tests.simulators.rows import Row, Rows, sample_rows
from tests.simulators.serper import Serper
from tests.simulators.server import Simulator
from tests.simulators.sport_scotland import SportScotland

APIS: tuple[type[Api], ...] = (
    Serper, GooglePlaces, OpenStreetMap, SportScotland, EdinburghCouncil, OpenChargeMap, FoodHygiene,
)  # fmt: skip
NAMES = tuple(api.name for api in APIS)


def gather_rows(*, sample: bool = True, real: bool = False, crowd: int = 0, seed: int = 0) -> Rows:
    """Rows by source: the authored ones, a crowd of made-up venues, real ones where they are."""
    parts = [sample_rows()] if sample else []
    parts += [crowd_rows(crowd, seed)] if crowd else []
    parts += [real_rows()] if real else []
    return {name: _once(row for part in parts for row in part.get(name, ())) for name in NAMES}


def _once(rows: Iterable[Row]) -> list[Row]:
    """The rows of different keys; of one key the first."""
    kept: dict[str, Row] = {}
    for row in rows:
        kept.setdefault(row.key, row)
    return list(kept.values())


class World:
    """The simulators that run, by name; `env` points the connectors at them."""

    def __init__(self, rows: Rows, only: Iterable[str] = NAMES, delay_s: float = 0.0) -> None:
        wanted = set(only)
        if wanted - set(NAMES):
            raise ValueError(f"simulators are {sorted(wanted)}, expected some of {sorted(NAMES)}")
        self.simulators = {
            api.name: Simulator(api(rows[api.name]), delay_s) for api in APIS if api.name in wanted
        }
        self._runners: list[web.ServerRunner] = []

    def __getitem__(self, name: str) -> Simulator:
        return self.simulators[name]

    def __iter__(self) -> Iterator[Simulator]:
        return iter(self.simulators.values())

    @property
    def env(self) -> dict[str, str]:
        """The variables of all connectors: base URLs and keys that are good for nothing else."""
        return {name: value for simulator in self for name, value in simulator.env.items()}

    @property
    def count(self) -> int:
        return sum(simulator.count for simulator in self)

    def misbehave(self, rate: float, seed: int = 0) -> None:
        """Let a share of the answers of every API go wrong."""
        for simulator in self:
            simulator.faults.misbehave(rate, seed)

    def behave(self) -> None:
        for simulator in self:
            simulator.faults.behave()

    async def start(self, first_port: int = 0) -> None:
        """Listen: on ports in a row from the first, each API always on its own, or on free ones."""
        for simulator in self:
            port = first_port + NAMES.index(simulator.api.name) if first_port else 0
            self._runners.append(await simulator.serve(port))

    async def stop(self) -> None:
        """Close every connection, hanging ones too."""
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))
        self._runners.clear()


@contextmanager
def simulators(
    *only: str,
    rows: Rows | None = None,
    delay_s: float = 0.0,
    **which: Any,
) -> Iterator[World]:
    """Run all APIs, or those named, on free ports in a thread; `which` goes to `gather_rows`.

    `with simulators(crowd=100) as world:` and `world["serper"].faults.next("no_credits")`.
    """
    world = World(gather_rows(**which) if rows is None else rows, only or NAMES, delay_s)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulators", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(world.start(), loop).result()
        yield world
    finally:
        asyncio.run_coroutine_threadsafe(world.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
