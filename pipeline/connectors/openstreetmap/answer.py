"""Telling a real Overpass answer from an error page or an unfinished query."""

from __future__ import annotations

import re

from pipeline.connectors.envelopes import first_character, require_any, require_json_object
from pipeline.connectors.spec import ConnectorSpec
from pipeline.errors import ForeignPayloadError, TransientAnswerError

_ERROR = re.compile(rb"<strong[^>]*>Error</strong>:\s*(?P<text>[^<]+)")

# What the dispatcher says when it has no room; some mirrors say it with status 200.
_BUSY = re.compile(rb"rate_limited|Dispatcher_Client\S*timeout|too busy|is turned off")


def require_expected(body: bytes, content_type: str, _spec: ConnectorSpec) -> None:
    """Raise ForeignPayloadError for anything but a finished answer with `elements`."""
    if first_character(body) == b"<":
        match = _ERROR.search(body)
        text = match["text"].decode("utf-8", "replace").strip() if match else "an XHTML page"
        kind = TransientAnswerError if _BUSY.search(body) else ForeignPayloadError
        raise kind(f"Overpass answered with an error page: {text}")
    answer = require_json_object(body, content_type, "Overpass")
    if not isinstance(answer.get("elements"), list):
        raise ForeignPayloadError(
            f"found keys {sorted(answer)[:8]}, expected an Overpass answer with 'elements'"
        )
    remark = str(answer.get("remark", ""))
    if remark.startswith("runtime error"):
        raise ForeignPayloadError(
            f"Overpass did not finish: {remark}; split the area, or ask for less of it"
        )
    require_any(answer["elements"], _is_element, "type and id")


def _is_element(element: object) -> bool:
    return isinstance(element, dict) and {"type", "id"} <= set(element)
