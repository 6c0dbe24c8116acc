"""The row a run has in the warehouse, from its start to whatever end it comes to."""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline.context import RunContext
from pipeline.errors import SightlineError, WarehouseError
from pipeline.interrupts import interrupt_heard, interrupts_raised
from pipeline.lake.payload import no_payloads
from pipeline.processes import is_alive
from pipeline.values import canonical_json
from pipeline.warehouse.writing import RunRow, begin_run, write_changes

_log = logging.getLogger(__name__)


def used_payloads(payloads: pl.DataFrame, mode: str) -> pl.DataFrame:
    """Rows of the lake as `run_payload` wants them: without bodies, with the mode."""
    return payloads.drop("body").with_columns(pl.lit(mode).alias("mode"))


NO_PAYLOADS = used_payloads(no_payloads(), mode="replay")


@dataclass(frozen=True)
class SoFar:
    """What a run has used and paid when it ends, also where it ends too early."""

    payloads: pl.DataFrame = field(default_factory=NO_PAYLOADS.clone)
    spent: Decimal | None = None
    report: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunRecord:
    """Writes the row; `known` are the columns that the question gives, `so_far` tells the rest."""

    context: RunContext
    started_at: datetime
    known: dict[str, Any]
    so_far: Callable[[], SoFar] = SoFar

    @contextmanager
    def kept(self) -> Iterator[None]:
        """The row says `running`, and where the block fails or is interrupted, that."""
        with interrupts_raised():
            self._begin()
            try:
                yield
            except KeyboardInterrupt:
                interrupt_heard()
                self._end("interrupted", {})
                raise
            except BaseException as error:  # a library that panics raises no Exception
                told = str(error) if isinstance(error, SightlineError) else repr(error)
                self._end("failed", {"error": told})
                raise

    def values(self, status: str, **found: Any) -> dict[str, Any]:
        """Columns of `orchestration_run`; those that are not known are null."""
        context = self.context
        return (
            {
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
                "started_at": self.started_at,
                "finished_at": None if status == "running" else context.clock(),
                "correlation_id": context.correlation_id,
                "report": None,
            }
            | self.known
            | found
        )

    def _begin(self) -> None:
        report = canonical_json({"process": os.getpid(), "host": socket.gethostname()})
        row = RunRow(self.values("running", report=report), NO_PAYLOADS)
        begin_run(self.context.gate, row, self.context.clock(), _is_gone)

    def _end(self, status: str, told: dict[str, Any]) -> None:
        """The first error is the one to tell: a warehouse that cannot take the row is logged."""
        so_far = self.so_far()
        report = canonical_json(so_far.report | told) if so_far.report or told else None
        values = self.values(status, report=report, budget_spent=so_far.spent)
        try:
            row = RunRow(values, so_far.payloads)
            write_changes(self.context.gate, None, row, self.context.clock())
        except WarehouseError as error:
            _log.warning("the run left no end", extra={"error": str(error)})


def _is_gone(report: str | None) -> bool:
    """Whether the process that began a run is no more; of another machine's nothing is known."""
    process = json.loads(report or "{}")
    if process.get("host") != socket.gethostname():
        return False
    try:
        return not is_alive(int(process["process"]))
    except (KeyError, ValueError):
        return True
