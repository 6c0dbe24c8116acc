"""One raw answer of a source, its identity and its row in the lake."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.values import canonical_json, digest, fingerprint

SCHEMA = pl.Schema(
    {
        "payload_id": pl.String(),
        "source": pl.String(),
        "endpoint": pl.String(),
        "request": pl.String(),
        "status": pl.Int32(),
        "content_type": pl.String(),
        "body": pl.Binary(),
        "body_sha256": pl.String(),
        "content_sha256": pl.String(),
        "fetched_at": pl.Datetime("us"),
        "licence": pl.String(),
        "retain_until": pl.Datetime("us"),
    }
)

LAKE_COLUMNS = pl.Schema({**SCHEMA, "lake_path": pl.String()})  # as scan_lake answers them

# Above this a body is compared by its bytes: sorting every list costs more than a copy.
_CANONICAL_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Payload:
    """An answer as it came. `request` is canonical JSON without secrets; times are UTC.

    `volatile` names members of the body's envelope that differ on every call and say nothing:
    times of answering, tokens of paging.
    """

    source: str
    endpoint: str
    request: str
    status: int
    content_type: str
    body: bytes
    fetched_at: datetime
    licence: str
    retain_until: datetime | None = None
    volatile: tuple[str, ...] = ()

    @cached_property
    def body_sha256(self) -> str:
        return digest(self.body)

    @cached_property
    def content_sha256(self) -> str:
        """A digest that neither list order nor volatile members change."""
        if "json" not in self.content_type or len(self.body) > _CANONICAL_LIMIT:
            return self.body_sha256
        try:
            content = json.loads(self.body)
            if isinstance(content, dict):
                content = {k: v for k, v in content.items() if k not in self.volatile}
            return digest(canonical_json(_unordered(content)))
        except (ValueError, RecursionError):  # no JSON, or nested too deep to walk
            return self.body_sha256

    @cached_property
    def payload_id(self) -> str:
        """The same answer to the same request has the same id, whenever it came."""
        return "p_" + fingerprint(self.source, self.endpoint, self.request, self.content_sha256)

    def as_row(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in SCHEMA}


def as_frame(payloads: Sequence[Payload]) -> pl.DataFrame:
    """Payloads as rows of the lake, ordered by id so that equal sets give equal bytes."""
    rows = sorted((p.as_row() for p in payloads), key=lambda row: str(row["payload_id"]))
    return pl.DataFrame(rows, schema=SCHEMA)


def no_payloads() -> pl.DataFrame:
    """Rows as the lake is scanned, none of them."""
    return pl.DataFrame(schema=LAKE_COLUMNS)


def retained_until(fetched_at: datetime, days: int | None) -> datetime | None:
    """When the terms of a source end that allow to keep an answer; None: never."""
    return None if days is None else fetched_at + timedelta(days=days)


def is_kept(at: datetime) -> pl.Expr:
    """Whether its terms still allow to keep a payload at that moment (UTC)."""
    until = pl.col("retain_until")
    return until.is_null() | (until > at)


def request_json(request: Mapping[str, Any]) -> str:
    """The canonical form a request is stored and compared in."""
    return canonical_json(dict(request))


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unordered(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_unordered(item) for item in value), key=canonical_json)
    return value
