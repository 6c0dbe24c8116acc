"""Writing a build and its run into the warehouse, in one short transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import polars as pl

from pipeline.errors import StaleBuildError
from pipeline.sqlsteps import load_step
from pipeline.warehouse.checks import run_checks
from pipeline.warehouse.gate import Gate

_GONE = '{"error":"its process ended without a word"}'


@dataclass(frozen=True)
class EntityChanges:
    """What a build changes; frames have the columns of the tables they go to.

    `is_whole`: the build decided about every record of the lens, so what it does not
    mention is gone. `decided` are the record keys it decided about, `touched` the stored
    entities.
    """

    lens_id: str
    is_whole: bool
    decided: list[str]
    touched: list[str]
    records: pl.DataFrame
    links: pl.DataFrame
    members: pl.DataFrame
    relations: pl.DataFrame
    entities: pl.DataFrame
    claims: pl.DataFrame
    history: pl.DataFrame
    redirects: pl.DataFrame


@dataclass(frozen=True)
class RunRow:
    """A row of `orchestration_run`, and the payloads it used (lake columns and `mode`)."""

    values: Mapping[str, Any]
    payloads: pl.DataFrame


def write_changes(
    gate: Gate,
    changes: EntityChanges | None,
    run: RunRow | None,
    written_at: datetime,
    generation: int | None = None,
) -> None:
    """All of it or nothing. Raises WarehouseError, CheckFailedError.

    `generation` is the one of the stored state that the changes were computed from: raises
    StaleBuildError where another run has ended since.
    """
    with gate.write() as connection:
        if generation is not None and generation != read_generation(connection):
            raise StaleBuildError(f"{gate.path}: another run was stored meanwhile")
        if changes is not None:
            _write_entities(connection, changes, written_at, run)
            run_checks(connection)
        if run is not None:
            _write_run(connection, run, written_at)


def read_generation(connection: duckdb.DuckDBPyConnection) -> int:
    """How many runs have ended: it grows with every change of what is stored."""
    rows = connection.sql(load_step("views", "generation").statement).fetchall()
    return int(rows[0][0])


def begin_run(
    gate: Gate, run: RunRow, began_at: datetime, is_gone: Callable[[str | None], bool]
) -> None:
    """Write the row of a run that begins.

    Runs that say `running`, and whose report `is_gone` knows as one whose process is no more
    (killed, or the machine went down), are told as failed.
    """
    with gate.write() as connection:
        running = connection.sql(load_step("views", "running_run").statement).pl()
        for row in running.iter_rows(named=True):
            if is_gone(row["report"]):
                at = max(row["started_at"], began_at)  # the clock may have gone back since
                ended = {"status": "failed", "finished_at": at, "report": _GONE}
                _write_run(connection, RunRow(row | ended, run.payloads.clear()), began_at)
        _write_run(connection, run, began_at)


def _write_entities(
    connection: duckdb.DuckDBPyConnection,
    changes: EntityChanges,
    written_at: datetime,
    run: RunRow | None,
) -> None:
    _lay(
        connection,
        {
            "staged_record": changes.records,
            "decided_record": _keys("record_key", changes.decided),
            "touched_entity": _keys("entity_id", changes.touched),
            "staged_link": changes.links,
            "staged_member": changes.members,
            "staged_relation": changes.relations,
            "staged_entity": changes.entities,
            "staged_claim": changes.claims,
            "staged_history": changes.history,
            "staged_redirect": changes.redirects,
        },
    )
    values = {
        "lens_id": changes.lens_id,
        "is_whole": changes.is_whole,
        "written_at": written_at,
        "run_id": run.values["run_id"] if run else "",
    }
    for name in ("records", "links", "members", "entities", "history"):
        run_statements(connection, f"write_{name}", values)


def _write_run(connection: duckdb.DuckDBPyConnection, run: RunRow, written_at: datetime) -> None:
    row = pl.DataFrame([dict(run.values)], schema_overrides={"finished_at": pl.Datetime("us")})
    _lay(connection, {"staged_run": row, "staged_payload": run.payloads})
    run_statements(connection, "write_run", {"run_id": run.values["run_id"], "seen_at": written_at})


def _keys(name: str, keys: list[str]) -> pl.DataFrame:
    return pl.DataFrame({name: keys}, {name: pl.String})


def _lay(connection: duckdb.DuckDBPyConnection, frames: Mapping[str, pl.DataFrame]) -> None:
    for name, frame in frames.items():
        connection.register(name, frame.to_arrow())


def run_statements(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]
) -> None:
    """Each statement of `sql/finalize/<name>.sql`, with the values it names."""
    for statement in connection.extract_statements(load_step("finalize", name).statement):
        named = {key: values[key] for key in statement.named_parameters}
        connection.execute(statement, named)
