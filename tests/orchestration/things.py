"""Candidates and features that tests of the control plane ask for again and again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.candidate import Candidate
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.request import IngestRequest


def candidate(name: str | None = "A", source: str = "one", **changes: Any) -> Candidate:
    """A candidate in the middle of the lens's default place."""
    known: dict[str, Any] = {"latitude": 55.95, "longitude": -3.19}
    return Candidate(source, name, **known | changes)


def request(query: str = "padel", **changes: Any) -> IngestRequest:
    known: dict[str, Any] = {
        "target_entity_count": 20, "min_confidence": 0.8, "budget": Decimal(1)
    }  # fmt: skip
    return IngestRequest(query, **known | changes)


def features(lens: CompiledLens, query: str, **changes: Any) -> QueryFeatures:
    return QueryFeatures.extract(query, request(query, **changes), lens.vocabulary)
