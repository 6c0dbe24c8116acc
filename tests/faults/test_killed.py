"""kill -9 at any moment of a run: the next run completes, as if nothing had been."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.faults.commands import live, new_home, start
from tests.faults.conftest import Tell
from tests.faults.facts import damage, facts, payload_ids, runs
from tests.faults.sampling import sampled
from tests.simulators import World

pytestmark = pytest.mark.torture
POINTS = sampled(range(10), 2)


def test_a_killed_run_leaves_nothing_half_and_nothing_twice(
    world: World, tmp_path: Path, tell: Tell
):
    for simulator in world:
        simulator.delay_s = 0.15
    undisturbed = new_home(tmp_path / "undisturbed")
    whole = live(undisturbed, world.env)
    assert whole.code == 0, whole.err
    ends = []

    for point in POINTS:
        home = new_home(tmp_path / f"killed-{point}")
        seconds = random.Random(point).uniform(point / 10, (point + 1) / 10) * whole.seconds
        run = start(home, "run", "padel edinburgh", "--mode", "live", "--json", env=world.env)
        time.sleep(seconds)
        run.kill()
        run.end()
        again = live(home, world.env)
        assert (again.code, again.err) == (0, "")
        assert facts(home) == facts(undisturbed), f"killed after {seconds:.2f} s"
        assert payload_ids(home) == payload_ids(undisturbed)
        assert damage(home) == []
        assert runs(home)[-1] == "succeeded"
        # Killed before its row was written, on its way, or when all was stored.
        assert runs(home)[:-1] in ([], ["failed"], ["succeeded"])
        ends.append(f"{seconds:.2f} s {runs(home)[0] if len(runs(home)) > 1 else 'before its row'}")

    tell(f"kill -9: of a run of {whole.seconds:.1f} s after {', '.join(ends)}; all re-run alike")
