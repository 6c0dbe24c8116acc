"""What a run is asked for, and what the sources are asked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class IngestionMode(StrEnum):
    """Whether one named thing is wanted or as many as fit."""

    RESOLVE_ONE = "RESOLVE_ONE"
    DISCOVER_MANY = "DISCOVER_MANY"


@dataclass(frozen=True)
class IngestRequest:
    """One query. `ingestion_mode` None: the query's words decide."""

    query: str
    target_entity_count: int
    min_confidence: float
    budget_usd: Decimal
    ingestion_mode: IngestionMode | None = None
