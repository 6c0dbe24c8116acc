"""No key gets out of a command, whatever goes wrong and however much it is asked to tell."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from tests.faults.commands import new_home, start
from tests.faults.facts import lake, rows
from tests.simulators import World

# As random as a real key, so that nothing else looks like it.
MARK = "x7Qz0PlantedK3y"
KEYED = ("google_places", "open_charge_map", "serper", "sport_scotland")
PLANTED = {f"SIGHTLINE_{name.upper()}_KEY": f"{MARK}/{name}+=" for name in KEYED}
COMMANDS = (("padel edinburgh",), ("ev charging portobello", "--json"))
FOUND = re.compile(MARK.encode(), re.IGNORECASE)


def written(home: Path, world: World) -> bytes:
    """Every file as it lies there, and what is packed inside them."""
    raw = b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())
    files = sorted(lake(home).rglob("*.parquet"))
    bodies = b"".join(b"".join(pl.read_parquet(f, hive_partitioning=False)["body"]) for f in files)
    tables = [row["name"] for row in rows(home, "show tables")]
    assert "orchestration_run" in tables
    return raw + bodies + "".join(str(rows(home, f"from {name}")) for name in tables).encode()


@pytest.mark.parametrize("keys", ["right", "wrong"])
def test_no_key_is_found_in_anything_a_command_leaves(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str
):
    """Keys that the sources take, some answers going wrong; keys that they refuse."""
    home = new_home(tmp_path / "home")
    if keys == "right":
        for name in KEYED:
            monkeypatch.setattr(world[name].api, "key", PLANTED[f"SIGHTLINE_{name.upper()}_KEY"])
        world.misbehave(0.3, seed=5)

    told = b""
    for query, *more in COMMANDS:
        ended = start(home, "--log-level", "debug", "run", query, "--mode", "live", *more,
                      env=world.env | PLANTED).end()  # fmt: skip
        assert ended.code in (0, 14), ended.err
        told += (ended.out + ended.err).encode()

    sent = [asked for name in KEYED for asked in world[name].seen]
    assert any(MARK in str(asked.headers) + str(asked.params) for asked in sent)
    assert FOUND.search(told) is None
    assert FOUND.search(written(home, world)) is None
