"""Queries one after another and one rebuild of all say the same; and a rebuild is one value."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.conftest import SAMPLE_LAKE, Call

QUERIES = (
    "Powerleague Portobello",
    "padel edinburgh",
    "tennis",
    "swimming portobello",
    "5-a-side football in Portobello",
    "leisure centre leith",
    "ev charging leith",
    "The Grange Club",
    "gym edinburgh",
    "powerleague",
)
# What is compared to the byte; dates of an entity are those of the run that wrote it.
TABLES = {
    "entity": "* exclude (created_at, updated_at)",
    "entity_claim": "*",
    "entity_member": "*",
    "entity_relation": "*",
    "record_link": "*",
    "extracted_entity": "*",
}


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes homes with the sample lake, each the current one from then on."""

    def make(name: str, seed: int | None = None) -> Path:
        home = tmp_path / name
        for path in SAMPLE_LAKE.glob("*/*/sample-*.parquet"):
            target = home / "data" / "lake" / "raw" / path.relative_to(SAMPLE_LAKE)
            target.parent.mkdir(parents=True)
            rows = pl.read_parquet(path)
            if seed is not None:
                rows = rows.sample(fraction=1.0, shuffle=True, seed=seed)
            rows.write_parquet(target)
        monkeypatch.setenv("SIGHTLINE_HOME", str(home))
        return home

    return make


def read(home: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "data" / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def by_members(home: Path) -> dict[frozenset[str], str]:
    """The content of each entity by the records that make it, whatever it is called."""
    query = (
        "select list(record_key), any_value(content_hash) from entity "
        "join entity_member using (entity_id) group by entity_id"
    )
    return {frozenset(keys): content for keys, content in read(home, query)}


def ids(home: Path) -> dict[str, str]:
    return dict(read(home, "select slug, entity_id from entity"))


def test_two_rebuilds_from_scratch_are_the_same_to_the_byte(homes: Any, sightline: Call):
    one = homes("one")
    assert sightline("rebuild").code == 0
    other = homes("other", seed=4)
    assert sightline("rebuild").code == 0

    for table, columns in TABLES.items():
        query = f"select {columns} from {table} order by all"
        rows = read(one, query)
        assert len(rows) > 10
        assert read(other, query) == rows, table


@pytest.mark.parametrize("seed", [1, 2])
def test_queries_and_then_a_rebuild_are_a_rebuild(homes: Any, sightline: Call, seed: int):
    scratch = homes("scratch")
    sightline("rebuild")
    home = homes("asked")
    for query in random.Random(seed).sample(QUERIES, 4):
        assert sightline("run", query).code == 0
    asked = ids(home)

    assert sightline("rebuild").code == 0

    assert by_members(home) == by_members(scratch)
    # What both know keeps its id and its slug. Ids of the rebuild from scratch may be others:
    # an id is made from the smallest record of the group as it was first seen.
    assert asked.items() <= ids(home).items()
    moved = "select count(*) from entity_history where event in ('merged_into', 'retired')"
    assert read(home, moved) == [(0,)]


def test_a_query_after_a_rebuild_changes_nothing(homes: Any, sightline: Call):
    home = homes("home")
    sightline("rebuild")
    tables = [f"select * from {table} order by all" for table in TABLES if table != "record_link"]
    before = [read(home, query) for query in tables]

    for query in random.Random(3).sample(QUERIES, 3):
        sightline("run", query)

    assert [read(home, query) for query in tables] == before
