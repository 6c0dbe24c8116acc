"""Telling an array of points of interest from Open Charge Map's plain-text errors."""

from __future__ import annotations

from pipeline.connectors.envelopes import first_character, require_any, require_json
from pipeline.connectors.spec import ConnectorSpec
from pipeline.errors import ForeignPayloadError


def require_expected(body: bytes, content_type: str, _spec: ConnectorSpec) -> None:
    """Raise ForeignPayloadError unless this is an array of POIs; an empty one is."""
    if first_character(body) not in {b"[", b"{", b"<"}:
        text = body[:120].decode("utf-8", "replace").strip()
        raise ForeignPayloadError(f"Open Charge Map refused: {text}")
    answer = require_json(body, content_type, "Open Charge Map")
    if not isinstance(answer, list):
        raise ForeignPayloadError(
            f"found {type(answer).__name__}, expected an array of points of interest"
        )
    require_any(answer, _is_point, "ID and AddressInfo")


def _is_point(item: object) -> bool:
    return isinstance(item, dict) and {"ID", "AddressInfo"} <= set(item)
