"""Telling a search answer from Serper's errors."""

from __future__ import annotations

from decimal import Decimal

from pipeline.connectors.envelopes import read_envelope, require_json_object
from pipeline.connectors.spec import ConnectorSpec
from pipeline.errors import ForeignPayloadError


def require_expected(body: bytes, content_type: str, _spec: ConnectorSpec) -> None:
    """Raise ForeignPayloadError unless this answers a search."""
    answer = require_json_object(body, content_type, "Serper")
    if "statusCode" in answer and "message" in answer:
        raise ForeignPayloadError(f"Serper refused: {answer['message']}")
    if "searchParameters" not in answer:
        raise ForeignPayloadError(f"found keys {sorted(answer)[:8]}, expected searchParameters")


def paid(body: bytes) -> Decimal | None:
    """The credits that the answer says it cost."""
    told = read_envelope(body).get("credits")
    return Decimal(told) if type(told) is int and told >= 0 else None
