"""Writing a build: what it decided about is replaced, everything else stays to the byte."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.errors import CheckFailedError
from pipeline.lake.payload import as_frame
from pipeline.sqlsteps import load_step
from pipeline.warehouse import Gate
from pipeline.warehouse.stored import read_stored
from pipeline.warehouse.writing import EntityChanges, RunRow, run_statements, write_changes
from tests.lake.payloads import DAY, a_payload

LATER = DAY + timedelta(days=1)
NO_LISTS = {f"canonical_{name}": [] for name in ("activities", "roles", "place_types", "access")}
TEXTS = pl.List(pl.String)
CLAIMS = pl.List(
    pl.Struct(
        dict.fromkeys(["path", "value", "value_type", "method", "rule_id"], pl.String)
        | {"confidence": pl.Float64, "json_pointer": pl.String}
    )
)


def a_frame(rows: list[dict[str, Any]], *columns: str) -> pl.DataFrame:
    """Rows as text columns, the dimensions as lists; an empty frame has the named columns."""
    lists = dict.fromkeys((*NO_LISTS, "derived_from"), TEXTS)
    if not rows:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return pl.DataFrame(rows, schema_overrides={n: t for n, t in lists.items() if n in rows[0]})


def a_record(key: str, lens: str) -> dict[str, Any]:
    return {
        "extracted_id": f"{lens}-{key}", "record_key": key, "lens_id": lens, "lens_hash": "h", "source": "s",
        "payload_id": "p1", "json_pointer": "/0", "derived_from": [], "licence": "authored",
        "observed_at": DAY, "role": "listing", "raw_observations": "{}", **NO_LISTS, "modules": "{}",
        "status": "ok", "content_hash": "h",
    }  # fmt: skip


def an_entity(name: str, lens: str, change: str) -> dict[str, Any]:
    return {
        "entity_id": f"{lens}-{name}", "lens_id": lens, "slug": name, "entity_name": name,
        "entity_class": "place", **NO_LISTS, "modules": "{}", "source_info": "{}", "completeness": 0.5,
        "content_hash": change, "group_key": name, "change": change,
    }  # fmt: skip


def a_claim(name: str, lens: str) -> dict[str, Any]:
    return {
        "lens_id": lens, "entity_id": f"{lens}-{name}", "path": "entity_name", "value": name,
        "value_type": "string", "source": "s", "record_key": name, "trust_tier": "high",
        "method": "extract", "rule_id": "extract.name", "payload_id": "p1", "json_pointer": "/0",
        "licence": "authored", "observed_at": DAY, "won": True, "reason": "only",
    }  # fmt: skip


def changes(
    *names: str,
    lens: str = "l",
    change: str = "created",
    is_whole: bool = True,
    gone: tuple[str, ...] = (),
    **given: Any,
) -> EntityChanges:
    """A build in which each name is a record and an entity of its own."""
    none = pl.DataFrame
    records = a_frame([a_record(name, lens) for name in names], "record_key", "lens_id")
    fields: dict[str, Any] = {
        "lens_id": lens,
        "is_whole": is_whole,
        "decided": [*names, *gone],
        "touched": [f"{lens}-{name}" for name in (*names, *gone)],
        "records": records.with_columns(claims=pl.lit([], dtype=CLAIMS)),
        "links": none(schema=dict.fromkeys(["lens_id", "left_key", "right_key", "tier", "verdict", "evidence"], pl.String)),
        "members": a_frame(
            [{"lens_id": lens, "record_key": name, "entity_id": f"{lens}-{name}"} for name in names],
            "lens_id", "record_key", "entity_id",
        ),
        "relations": none(schema=dict.fromkeys(["lens_id", "from_id", "to_id", "relation", "evidence"], pl.String)),
        "entities": a_frame([an_entity(name, lens, change) for name in names], "entity_id", "group_key", "change"),
        "claims": a_frame([a_claim(name, lens) for name in names], "lens_id", "entity_id"),
        "history": none(schema=dict.fromkeys(["entity_id", "event", "other_id", "cause"], pl.String)),
        "redirects": none(schema=dict.fromkeys(["old_name", "new_name"], pl.String)),
    }  # fmt: skip
    return EntityChanges(**fields | given)


def a_run(run_id: str = "run_1", **given: Any) -> RunRow:
    values = {"run_id": run_id, "mode": "replay", "lens_id": "l", "lens_hash": "h", "status": "succeeded",
              "started_at": DAY, "finished_at": None}  # fmt: skip
    payloads = (
        as_frame([a_payload(1)])
        .drop("body")
        .with_columns(lake_path=pl.lit("a.parquet"), mode=pl.lit("replay"))
    )
    return RunRow(values | given, payloads)


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "w.duckdb")


def rows(gate: Gate, query: str) -> list[Any]:
    with gate.read() as connection:
        return connection.execute(query).fetchall()


def test_a_build_is_read_back_by_its_lens_alone(gate: Gate):
    write_changes(gate, changes("one", "two"), None, DAY)
    write_changes(gate, changes("three", lens="other"), None, DAY)

    stored = read_stored(gate, "l")

    assert stored.entities["slug"].to_list() == ["one", "two"]
    assert stored.members.rows() == [("one", "l-one"), ("two", "l-two")]
    assert stored.records["record_key"].to_list() == ["one", "two"]
    assert stored.taken_slugs["slug"].to_list() == ["one", "two"]


def test_nothing_is_stored_where_there_is_no_warehouse(gate: Gate):
    stored = read_stored(gate, "l")

    assert [
        frame.height
        for frame in (stored.records, stored.members, stored.entities, stored.taken_slugs)
    ] == [0] * 4
    assert "content_hash" in stored.entities.columns


def test_an_unchanged_entity_keeps_its_row_dates_included(gate: Gate):
    write_changes(gate, changes("one"), None, DAY)
    before = rows(gate, "from entity")

    write_changes(gate, changes("one", change="unchanged"), None, LATER)

    assert rows(gate, "from entity") == before


def test_an_updated_entity_keeps_its_day_of_birth(gate: Gate):
    write_changes(gate, changes("one"), None, DAY)

    write_changes(gate, changes("one", change="updated"), None, LATER)

    assert rows(gate, "select created_at, updated_at, content_hash from entity") == [
        (DAY, LATER, "updated")
    ]


def test_a_whole_build_takes_away_what_it_does_not_mention(gate: Gate):
    write_changes(gate, changes("one", "two"), None, DAY)
    write_changes(gate, changes("three", lens="other"), None, DAY)

    write_changes(gate, changes("one", change="unchanged", gone=("two",)), None, LATER)

    for table in ("entity", "entity_member", "entity_claim", "extracted_entity"):
        assert rows(gate, f"select count(*) from {table} where lens_id = 'l'") == [(1,)]
        assert rows(gate, f"select count(*) from {table} where lens_id = 'other'") == [(1,)]


def test_a_whole_build_forgets_records_it_never_heard_of(gate: Gate):
    write_changes(gate, changes("one", "two"), None, DAY)

    write_changes(gate, changes("one", change="unchanged"), None, LATER)

    assert rows(gate, "select record_key from entity_member") == [("one",)]
    assert rows(gate, "select record_key from extracted_entity") == [("one",)]


def test_a_partial_build_leaves_the_rest_alone(gate: Gate):
    write_changes(gate, changes("one", "two"), None, DAY)

    write_changes(gate, changes("one", change="updated", is_whole=False), None, LATER)

    assert rows(gate, "select slug, updated_at from entity order by slug") == [
        ("one", LATER),
        ("two", DAY),
    ]
    assert rows(gate, "select record_key from entity_member order by all") == [("one",), ("two",)]
    assert rows(gate, "select entity_id from entity_claim order by all") == [("l-one",), ("l-two",)]


def test_claims_are_replaced_and_never_doubled(gate: Gate):
    for _ in range(2):
        write_changes(gate, changes("one", change="updated"), None, DAY)

    assert rows(gate, "select count(*) from entity_claim") == [(1,)]


def test_history_names_the_run_and_redirects_are_kept(gate: Gate):
    history = pl.DataFrame(
        {"entity_id": ["l-one"], "event": ["renamed"], "other_id": ["one"], "cause": ["a new sign"]}
    )
    redirects = pl.DataFrame({"old_name": ["uno"], "new_name": ["l-one"]})

    write_changes(gate, changes("one", history=history, redirects=redirects), a_run("run_9"), DAY)

    assert rows(gate, "from entity_history") == [
        ("run_9", "l", "l-one", "renamed", "one", "a new sign")
    ]
    assert read_stored(gate, "l").taken_slugs.rows() == [("one", "l-one"), ("uno", "l-one")]


def test_a_failing_check_keeps_the_run_out_too(gate: Gate):
    unexplained = changes("one", claims=changes().claims)

    with pytest.raises(CheckFailedError, match="entities without provenance"):
        write_changes(gate, unexplained, a_run(), DAY)

    assert rows(gate, "from entity") == []
    assert rows(gate, "from orchestration_run") == []


def test_a_run_is_one_row_with_the_payloads_it_used(gate: Gate):
    write_changes(gate, None, a_run(), DAY)

    payload_id = a_payload(1).payload_id
    assert rows(gate, "select run_id, status from orchestration_run") == [("run_1", "succeeded")]
    assert rows(gate, "from run_payload") == [("run_1", payload_id, "replay", DAY)]
    assert rows(gate, "select payload_id, first_fetched_at, last_seen_at from raw_ingestion") == [
        (payload_id, DAY, DAY)
    ]


def test_a_payload_seen_again_keeps_its_first_day(gate: Gate):
    write_changes(gate, None, a_run("run_1"), DAY)

    write_changes(gate, None, a_run("run_2"), LATER)

    assert rows(gate, "select first_fetched_at, last_seen_at from raw_ingestion") == [(DAY, LATER)]
    assert rows(gate, "select count(*) from run_payload") == [(2,)]


def test_a_run_that_ends_replaces_its_own_row(gate: Gate):
    write_changes(gate, None, a_run(status="running"), DAY)

    write_changes(gate, None, a_run(status="failed", finished_at=LATER), LATER)

    assert rows(gate, "select run_id, status, finished_at from orchestration_run") == [
        ("run_1", "failed", LATER)
    ]


def test_a_statement_gets_the_values_it_names_and_no_others(gate: Gate):
    values = {
        "publication_id": "p", "target": "parquet", "edition": "all", "plan_hash": "h",
        "counts": '{"inserted": 1}', "applied_at": datetime(2026, 1, 14), "unused": "x",
    }  # fmt: skip

    with gate.write() as connection:
        run_statements(connection, "write_publication", values)

    assert "unused" not in load_step("finalize", "write_publication").params
    assert rows(gate, "select publication_id, edition, counts->>'inserted' from publication") == [
        ("p", "all", "1")
    ]
