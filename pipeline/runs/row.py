"""The row a run leaves in the warehouse, also where it did not reach its end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import polars as pl

from pipeline.context import RunContext
from pipeline.errors import (
    CheckFailedError,
    ConnectorError,
    LakeError,
    SqlStepError,
    WarehouseError,
)
from pipeline.interrupts import interrupts_raised
from pipeline.lake.payload import no_payloads
from pipeline.values import canonical_json
from pipeline.warehouse.writing import RunRow, write_changes

_log = logging.getLogger(__name__)
_FAILURES = (ConnectorError, LakeError, SqlStepError, CheckFailedError)


def used_payloads(payloads: pl.DataFrame, mode: str) -> pl.DataFrame:
    """Rows of the lake as `run_payload` wants them: without bodies, with the mode."""
    return payloads.drop("body").with_columns(pl.lit(mode).alias("mode"))


NO_PAYLOADS = used_payloads(no_payloads(), mode="replay")


def run_values(
    context: RunContext, status: str, started_at: datetime, **known: Any
) -> dict[str, Any]:
    """Columns of `orchestration_run`; those that are not known are null."""
    return {
        "run_id": context.run_id,
        "query": None,
        "mode": context.settings.mode,
        "ingestion_mode": None,
        "lens_id": context.lens.id,
        "lens_hash": context.lens.hash,
        "status": status,
        "candidates_found": None,
        "entities_accepted": None,
        "budget_spent": None,
        "started_at": started_at,
        "finished_at": context.clock(),
        "correlation_id": context.correlation_id,
        "report": None,
    } | known


@contextmanager
def record_failures(context: RunContext, started_at: datetime, **known: Any) -> Iterator[None]:
    """Where the block fails or is interrupted, a run row says so; the error goes on."""
    try:
        with interrupts_raised():
            yield
    except _FAILURES as error:
        told = canonical_json({"error": str(error)})
        _record(context, run_values(context, "failed", started_at, report=told, **known))
        raise
    except KeyboardInterrupt:
        _record(context, run_values(context, "interrupted", started_at, **known))
        raise


def _record(context: RunContext, values: dict[str, Any]) -> None:
    """The first error is the one to tell: a warehouse that cannot take the row is logged."""
    try:
        write_changes(context.gate, None, RunRow(values, NO_PAYLOADS), context.clock())
    except WarehouseError as error:
        _log.warning("the run left no row", extra={"error": str(error)})
