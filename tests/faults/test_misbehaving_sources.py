"""A source that answers with anything at all costs itself alone, in bounded time and memory."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.faults.commands import Ended, live, new_home
from tests.faults.conftest import Tell
from tests.faults.facts import damage, facts, rows
from tests.faults.sampling import sampled
from tests.simulators import World

pytestmark = pytest.mark.torture
SOURCES = ("edinburgh_council", "google_places", "openstreetmap", "serper", "sport_scotland")
NO_ANSWER = ("cut", "dropped", "empty_body", "half_json", "hang", "html", "huge", "error_in_200")
ODD_VALUES = ("million", "nan", "not_utf8", "nul", "swapped_axes", "zero_latitude")
EDINBURGH = "latitude between 55.8 and 56.0 and longitude between -3.5 and -3.0"
ORDINARY_MB, HEAVY_MB = 1_000, 3_000  # a run holds about 300 MB when all is well

Known = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def known_facts(running: World, tmp_path_factory: pytest.TempPathFactory):
    """What a run makes of the others where one source (none: "") refuses everything."""

    @cache
    def known(source: str) -> tuple[Ended, Known]:
        home = new_home(tmp_path_factory.mktemp("known") / "home")
        running.behave()
        if source:
            running[source].faults.always("unavailable")
        ended = live(home, running.env)
        running.behave()
        return ended, facts(home)

    return known


def of_others(known: Known, source: str) -> set[frozenset[str]]:
    """Which records of the other sources are one thing.

    Web pages are left out: one goes to nobody where a misplaced namesake makes a tie.
    """
    groups: dict[str, set[str]] = {}
    for row in known["entity_member"]:
        if row["record_key"].partition(":")[0] not in {source, "serper"}:
            groups.setdefault(row["entity_id"], set()).add(row["record_key"])
    return {frozenset(members) for members in groups.values()}


def statuses(ended: Ended, source: str) -> dict[str, str]:
    return {name: row["status"] for name, row in ended.connectors.items() if name != source}


@pytest.mark.parametrize(
    ("source", "fault"), sampled([(s, f) for f in NO_ANSWER for s in SOURCES], 4)
)
def test_what_is_no_answer_costs_its_source_alone(
    world: World, tmp_path: Path, known_facts, tell: Tell, source: str, fault: str
):
    if fault not in world[source].faults.known:
        pytest.skip(f"{source} knows no {fault}")
    refused, expected = known_facts(source)
    world[source].faults.always(fault)
    home = new_home(tmp_path / "home", hasty=source if fault == "hang" else "")

    ended = live(home, world.env)

    assert (ended.code, ended.err) == (0, "")
    assert facts(home) == expected
    assert statuses(ended, source) == statuses(refused, source)
    assert ended.connectors[source]["status"] == "failed"
    assert any(said.startswith(f"{source} failed: ") for said in ended.json()["warnings"])
    assert damage(home) == []
    assert ended.peak_mb < ORDINARY_MB
    tell(f"{source} {fault}: {ended.seconds:.1f} s, {ended.peak_mb:.0f} MB")


@pytest.mark.parametrize(
    ("source", "fault"), sampled([(s, f) for f in ODD_VALUES for s in SOURCES], 4)
)
def test_odd_values_leave_the_others_as_they_are(
    world: World, tmp_path: Path, known_facts, tell: Tell, source: str, fault: str
):
    sound, silent = known_facts(""), known_facts(source)
    world[source].faults.always(fault)
    home = new_home(tmp_path / "home")

    ended = live(home, world.env)

    assert (ended.code, ended.err) == (0, "")
    assert statuses(ended, source) == statuses(sound[0], source)
    others = of_others(facts(home), source)
    assert others in [of_others(known, source) for _, known in (sound, silent)]
    assert rows(home, f"from entity where not ({EDINBURGH})") == []
    assert rows(home, "from entity where entity_name like '%' || chr(0) || '%'") == []
    assert damage(home) == []
    assert ended.peak_mb < HEAVY_MB
    tell(f"{source} {fault}: {ended.connectors[source]['status']}, {ended.seconds:.1f} s, "
         f"{ended.peak_mb:.0f} MB")  # fmt: skip
