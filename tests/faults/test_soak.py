"""Run after run in one process while every source misbehaves: nothing leaks, nothing is lost."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from pipeline.connectors.questions import Answer
from pipeline.connectors.registry import load_connectors
from pipeline.errors import ForeignPayloadError
from pipeline.lake.store import scan_lake
from pipeline.orchestration.fetching import to_payloads
from tests.conftest import ROOT
from tests.faults.commands import new_home
from tests.faults.conftest import Tell
from tests.faults.facts import damage, lake, rows
from tests.faults.sampling import IS_WHOLE, often
from tests.simulators import NAMES, World
from tests.simulators.faults import HEAVY
from tests.simulators.messages import Asked, Delivery, Reply

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(
        not Path("/proc/self/fd").exists(), reason="needs /proc to see what is held"
    ),
]
RUNS, WARM_UP, HOMES = often(1_000, 12), often(150, 6), often(20, 2)
_SOON = {Delivery(), Delivery(slow=True), Delivery(drips=True)}
Sent = dict[tuple[str, str], tuple[Asked, Reply]]


def sent(world: World) -> Sent:
    """Every different answer that the simulators send whole from now on."""
    answers: Sent = {}

    def log(asked: Asked, reply: Reply, _seconds: float) -> None:
        if reply.status == 200 and reply.delivery in _SOON:
            digest = hashlib.sha256(reply.body).hexdigest()
            answers.setdefault((asked.source, digest), (asked, reply))

    for simulator in world:
        simulator.log = log
    return answers


def lost(answers: Sent, homes: list[Path]) -> list[str]:
    """Of the answers that their connector takes for one, those that no lake holds."""
    connectors = load_connectors()
    kept = (scan_lake(lake(home)).select("source", "content_sha256").collect() for home in homes)
    held = {row for frame in kept for row in frame.iter_rows()}
    missing = []
    for (source, _), (asked, reply) in answers.items():
        content_type = reply.content_type.partition(";")[0]
        try:
            connectors[source].require_expected(reply.body, content_type)
        except ForeignPayloadError:
            continue
        answer = Answer("", "", reply.status, content_type, reply.body)
        (payload,) = to_payloads(connectors[source], [answer], datetime(2026, 11, 20))
        if (source, payload.content_sha256) not in held:
            missing.append(f"{source} {asked.path} {asked.fault}: {reply.body[:200]!r}")
    return missing


def soaked(homes: list[Path], world: World) -> Iterator[dict[str, Any]]:
    """What the process says after each run; now and then a source does its worst."""
    chance = random.Random(7)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.soak", str(RUNS), *map(str, homes)],
        cwd=ROOT, env={"PATH": "", **world.env}, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for number, line in enumerate(process.stdout):
            if number % often(25, 6) == 0:
                world[chance.choice(NAMES)].faults.next(chance.choice(HEAVY))
            yield json.loads(line)
    assert process.returncode == 0


def test_many_runs_leak_nothing_and_lose_nothing(world: World, tmp_path: Path, tell: Tell):
    homes = [
        new_home(tmp_path / f"home{n}", timeout_s=3.0, max_response_mb=8) for n in range(HOMES)
    ]
    world.misbehave(0.2, seed=11)
    answers = sent(world)

    after = list(soaked(homes, world))

    first, last = after[WARM_UP : WARM_UP + 50], after[-50:]
    rss = [median(run["rss_kb"] for run in part) / 1024 for part in (first, last)]
    how = Counter(run["status"] for run in after)
    faults = Counter(asked.fault for simulator in world for asked in simulator.seen)
    tell(f"soak: {len(after)} runs {dict(how)}, {world.count} requests; of the latest went wrong: "
         f"{sum(faults.values()) - faults[None]} of {sum(faults.values())} in {len(faults) - 1} ways")  # fmt: skip
    tell(f"soak: RSS {rss[0]:.0f} MB after {WARM_UP} runs, {rss[1]:.0f} MB at the end "
         f"({rss[1] / rss[0] - 1:+.1%})")  # fmt: skip
    for kind in ("files", "sockets", "threads", "tasks"):
        tell(f"soak: {kind} {after[WARM_UP][kind]} after warm-up, {after[-1][kind]} at the end")
    missing = lost(answers, homes)
    tell(f"soak: {len(answers)} different answers sent whole, {len(missing)} lost")
    assert len(after) == RUNS
    assert missing == []
    assert [told for home in homes for told in damage(home)] == []
    assert (
        {"succeeded", "partial"}
        <= set(how)
        <= {"succeeded", "partial", "budget_stopped", "all failed"}
    )
    assert all(after[-1][kind] <= after[WARM_UP][kind] for kind in ("files", "sockets", "threads"))
    assert rss[1] < rss[0] * 1.05 or not IS_WHOLE  # a few runs are all warm-up
    ended = "select count(*) as n from orchestration_run where finished_at is not null"
    assert sum(row["n"] for home in homes for row in rows(home, ended)) == RUNS
