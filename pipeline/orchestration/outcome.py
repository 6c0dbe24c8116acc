"""What became of one connector in a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from pipeline.connectors.spec import Phase
from pipeline.lake.payload import no_payloads
from pipeline.records.extracting import Extracted

Status = Literal["ok", "empty", "skipped", "failed", "stopped"]


@dataclass
class ConnectorOutcome:
    """One line of the report; `payloads` are rows of the lake, `extracted` what they hold.

    `entities` and `values_won` say what its answers added to what was asked for; `stopped` is
    a connector that the budget could not bear, or that an interrupt cut short.
    """

    name: str
    phase: Phase
    mode: str
    status: Status
    why: str
    payloads: pl.DataFrame = field(default_factory=no_payloads)
    records: int = 0
    cost: Decimal = Decimal(0)
    seconds: float = 0.0
    extracted: Extracted | None = None
    entities: int = 0
    values_won: int = 0

    def count_records(self, records: int) -> None:
        """Take note of what the answers held; answers that hold nothing are no answer."""
        self.records = records
        if self.status == "ok" and not records:
            self.status = "empty"
            self.why += "; its answers hold nothing"

    def as_report(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "phase": str(self.phase),
            "mode": self.mode,
            "status": self.status,
            "payloads": self.payloads.height,
            "records": self.records,
            "entities": self.entities,
            "values_won": self.values_won,
            "cost": float(self.cost),
            "seconds": round(self.seconds, 3),
            "why": self.why,
        }
