"""Bringing a warehouse's schema up to date, one numbered file at a time."""

from __future__ import annotations

import duckdb

from pipeline.errors import WarehouseError
from pipeline.sqlsteps import load_steps


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply every migration of `sql/schema` the file has not seen, each in a transaction.

    Raises WarehouseError for a file that a newer version of the engine has written.
    """
    connection.execute("create table if not exists schema_migration (name varchar primary key)")
    applied = {row[0] for row in connection.execute("from schema_migration").fetchall()}
    steps = sorted(load_steps("schema"), key=lambda step: step.name)
    unknown = sorted(applied - {step.name for step in steps})
    if unknown:
        raise WarehouseError(
            f"the warehouse has migrations this version does not know: {unknown}; "
            "use the version that wrote it, or rebuild from the lake"
        )
    for step in steps:
        if step.name not in applied:
            connection.execute("begin")
            connection.execute(step.statement)
            connection.execute("insert into schema_migration values ($name)", {"name": step.name})
            connection.execute("commit")
