"""Migrations: a file of any age ends with the schema of a fresh one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.errors import WarehouseError
from pipeline.sqlsteps import load_step, load_steps
from pipeline.warehouse import Gate
from pipeline.warehouse.migrations import migrate
from tests.conftest import Call

NAMES = sorted(step.name for step in load_steps("schema"))
TABLES = {
    "decision", "entity", "entity_claim", "entity_history", "entity_member", "entity_redirect",
    "entity_relation", "extracted_entity", "orchestration_run", "publication", "raw_ingestion",
    "record_link", "run_payload", "schema_migration",
}  # fmt: skip


def schema_of(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    """Columns with types and nullness, constraints and indexes."""
    return [
        connection.execute(query).fetchall()
        for query in (
            "select table_name, column_name, data_type, is_nullable, column_default from duckdb_columns() order by all",
            "select table_name, constraint_type, constraint_text from duckdb_constraints() order by all",
            "select table_name, index_name from duckdb_indexes() order by all",
            "from schema_migration order by all",
        )
    ]


def fresh_schema() -> list[Any]:
    with duckdb.connect() as connection:
        migrate(connection)
        return schema_of(connection)


def test_a_fresh_file_has_the_agreed_tables():
    with duckdb.connect() as connection:
        migrate(connection)

        rows = connection.execute("select table_name from duckdb_tables()").fetchall()
        assert {row[0] for row in rows} >= TABLES


def test_migrations_are_numbered_without_gap():
    assert [name[:5] for name in NAMES] == [f"{n:04}_" for n in range(1, len(NAMES) + 1)]


@pytest.mark.parametrize("applied", range(len(NAMES) + 1))
def test_a_file_of_any_age_ends_with_the_schema_of_a_fresh_one(applied: int):
    with duckdb.connect() as connection:
        connection.execute("create table schema_migration (name varchar primary key)")
        for name in NAMES[:applied]:
            connection.execute(load_step("schema", name).statement)
            connection.execute("insert into schema_migration values ($name)", {"name": name})

        migrate(connection)

        assert schema_of(connection) == fresh_schema()


def test_migrating_twice_changes_nothing():
    with duckdb.connect() as connection:
        migrate(connection)
        connection.execute("insert into entity_redirect values ('lens', 'old', 'new')")
        before = schema_of(connection)

        migrate(connection)

        assert schema_of(connection) == before
        assert connection.execute("from entity_redirect").fetchall() == [("lens", "old", "new")]


def test_a_migration_that_fails_leaves_nothing_of_itself(tmp_path: Path):
    gate = Gate(tmp_path / "w.duckdb")
    with duckdb.connect(str(gate.path)) as connection:
        # The third migration makes this table too, after record_link.
        connection.execute("create table entity_member (a int)")

    with pytest.raises(WarehouseError, match="nothing was written"), gate.write():
        pass

    with gate.read() as connection:
        assert connection.execute("from schema_migration").fetchall() == [
            (name,) for name in NAMES[:2]
        ]
        tables = {
            row[0]
            for row in connection.execute("select table_name from duckdb_tables()").fetchall()
        }
    assert "extracted_entity" in tables
    assert "record_link" not in tables


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path):
    gate = Gate(tmp_path / "w.duckdb")
    with gate.write() as connection:
        connection.execute("insert into schema_migration values ('9999_from_the_future')")

    with (
        pytest.raises(
            WarehouseError, match=r"does not know: \['9999_from_the_future'\]; use the version"
        ),
        gate.write(),
    ):
        pass

    with gate.read() as connection:
        assert len(connection.execute("from schema_migration").fetchall()) == len(NAMES) + 1


def test_a_file_of_a_newer_version_ends_a_run_with_16(sample_home: Path, sightline: Call):
    with Gate(sample_home / "data" / "warehouse.duckdb").write() as connection:
        connection.execute("insert into schema_migration values ('9999_from_the_future')")

    called = sightline("rebuild")

    assert called.code == 16
    assert "9999_from_the_future" in called.err
