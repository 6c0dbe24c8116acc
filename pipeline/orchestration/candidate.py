"""What a source offers as the thing asked for, as the control plane sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipeline.connectors.spec import ConnectorSpec

# How far a source of each tier is believed on its own word.
CREDENCE: dict[str, float] = {"high": 0.7, "medium": 0.55, "low": 0.3}
_CONTENT = ("street_address", "city", "locality", "postcode", "phone", "email", "website_url")


@dataclass(frozen=True)
class Candidate:
    """One record that may be the thing asked for.

    `ids` are its ids by scheme, `accuracy_m` how far off its position may be, `content` what
    else is known of it.
    """

    source: str
    name: str | None
    latitude: float | None
    longitude: float | None
    accuracy_m: float = 0.0
    confidence: float = 1.0
    ids: Mapping[str, str] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for conditions and for comparing two runs."""
        return {
            "source": self.source,
            "name": self.name,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "confidence": self.confidence,
            "ids": dict(self.ids),
            "content": dict(self.content),
        }


def to_candidates(records: pl.DataFrame, spec: ConnectorSpec) -> list[Candidate]:
    """Records of one source (columns: records/extracting.py) in an order of their content."""
    ordered = records.sort("source_record_id", "identity_text", "payload_id", "json_pointer")
    return [
        Candidate(
            source=spec.name,
            name=row["entity_name"],
            latitude=row["latitude"],
            longitude=row["longitude"],
            accuracy_m=row["position_accuracy_m"] or spec.position_accuracy_m or 0.0,
            confidence=CREDENCE[spec.trust_tier],
            ids={entry["key"]: entry["value"] for entry in row["external_ids"] or []},
            content={name: row[name] for name in _CONTENT if row[name] is not None},
        )
        for row in ordered.iter_rows(named=True)
    ]
