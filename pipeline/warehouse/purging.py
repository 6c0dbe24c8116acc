"""Taking payloads, and what came of them, out of the warehouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import polars as pl

from pipeline.sqlsteps import load_step
from pipeline.warehouse.checks import run_checks
from pipeline.warehouse.gate import Gate
from pipeline.warehouse.writing import run_statements


@dataclass(frozen=True)
class Told:
    """Names that are said today, and the texts in which others may stand (reports by run)."""

    living: list[str]
    reports: dict[str, str]
    causes: list[str]
    slugs: list[str]


@dataclass(frozen=True)
class Scrubbed:
    """Causes and slugs to remove; reports as they should read, by run."""

    texts: list[str]
    reports: dict[str, str]


@dataclass(frozen=True)
class Traces:
    """What a warehouse knows of payloads: ids in use, ids past their time by source, lenses.

    `names` are the names and slugs that each payload gave: columns payload_id, name.
    """

    used: set[str]
    expired: dict[str, str]
    lenses: list[str]
    names: pl.DataFrame


def read_traces(gate: Gate, at: datetime) -> Traces:
    """As of now; empty where there is no warehouse yet."""
    with gate.read_or_empty() as connection:
        return Traces(
            set(_rows(connection, "payload_trace")["payload_id"]),
            dict(_rows(connection, "expired_ingestion", {"at": at}).iter_rows()),
            _rows(connection, "held_lens")["lens_id"].to_list(),
            _rows(connection, "record_name"),
        )


def purge_payloads(gate: Gate, payload_ids: list[str], scrub: Callable[[Told], Scrubbed]) -> None:
    """Delete the payloads' rows and, of what is left, the texts that `scrub` names.

    All of it or nothing, then a checkpoint: the log, too, held them. Raises WarehouseError,
    CheckFailedError.
    """
    with gate.write() as connection:
        _lay(connection, "gone_payload", {"payload_id": payload_ids})
        run_statements(connection, "purge_records", {})
        scrubbed = scrub(_told(connection))
        _lay(connection, "gone_text", {"text": scrubbed.texts})
        reports = scrubbed.reports
        columns = {"run_id": list(reports), "report": list(reports.values())}
        _lay(connection, "scrubbed_report", columns)
        run_statements(connection, "purge_texts", {})
        run_checks(connection)
    gate.checkpoint()


def _told(connection: duckdb.DuckDBPyConnection) -> Told:
    texts: dict[str, dict[str, str]] = {"report": {}, "cause": {}, "slug": {}}
    for kind, key, text in _rows(connection, "told_text").iter_rows():
        texts[kind][key] = text
    living = _rows(connection, "living_name")["name"].to_list()
    return Told(living, texts["report"], list(texts["cause"]), list(texts["slug"]))


def _rows(
    connection: duckdb.DuckDBPyConnection, view: str, params: Mapping[str, Any] | None = None
) -> pl.DataFrame:
    statement = load_step("views", view).statement
    frame: pl.DataFrame = connection.sql(statement, params=dict(params or {})).pl()
    return frame


def _lay(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, list[str]]
) -> None:
    frame = pl.DataFrame(dict(columns), schema=dict.fromkeys(columns, pl.String))
    connection.register(name, frame.to_arrow())
