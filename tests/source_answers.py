"""Answers of a source, authored inline by a test: payload rows, and what is read of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from pipeline.connectors.extraction import Extraction
from pipeline.connectors.registry import load_connectors

DAY_ONE = datetime(2026, 1, 1, 9)


def payloads(
    *bodies: Any,
    endpoint: str = "search",
    content_type: str = "application/json",
    days: Sequence[int] = (),
) -> pl.DataFrame:
    """One lake row per body, `p0`, `p1`, …; `days` says how long after day one each came."""
    return pl.DataFrame(
        [
            {
                "payload_id": f"p{n}",
                "endpoint": endpoint,
                "content_type": content_type,
                "body": as_bytes(body),
                "licence": "authored",
                "fetched_at": DAY_ONE + timedelta(days=days[n] if days else 0),
            }
            for n, body in enumerate(bodies)
        ]
    )


def as_bytes(body: Any) -> bytes:
    """Bytes stay, text is encoded, anything else becomes JSON."""
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def extract(source: str, *bodies: Any, **of_payloads: Any) -> Extraction:
    """What the source's extractor makes of the bodies."""
    return load_connectors()[source].extract(payloads(*bodies, **of_payloads))


def require_expected(source: str, body: Any, content_type: str = "application/json") -> None:
    """Hold the body against what the source may answer; raises ForeignPayloadError."""
    load_connectors()[source].require_expected(as_bytes(body), content_type)


def column(extraction: Extraction, name: str) -> list[Any]:
    return extraction.records[name].to_list()


def mapping(items: list[dict[str, str]]) -> dict[str, str]:
    """A map column's value as a dict."""
    return {item["key"]: item["value"] for item in items}


def seen(extraction: Extraction, row: int = 0) -> dict[str, list[str]]:
    """The raw values of one record by field."""
    found: dict[str, list[str]] = {}
    rows = extraction.observations.filter(pl.col("row") == row)
    for field, value in rows.select("field", "value").iter_rows():
        found.setdefault(field, []).append(value)
    return found


def pointers(extraction: Extraction, field: str, row: int = 0) -> list[list[str]]:
    """Where the raw values of one field stood."""
    rows = extraction.observations.filter((pl.col("row") == row) & (pl.col("field") == field))
    return rows["pointers"].to_list()


def failures(extraction: Extraction) -> list[tuple[str, str]]:
    """Payload and pointer of what could not be read."""
    return extraction.failures.select("payload_id", "json_pointer").rows()
