"""Telling a Text Search answer from the API's errors and from its predecessor."""

from __future__ import annotations

from pipeline.connectors.envelopes import require_any, require_json_object
from pipeline.connectors.spec import ConnectorSpec
from pipeline.errors import ForeignPayloadError

_KEYS = {
    "places",
    "nextPageToken",
    "contextualContents",
    "routingSummaries",
    "searchUri",
}


def require_expected(body: bytes, content_type: str, _spec: ConnectorSpec) -> None:
    """Raise ForeignPayloadError unless this is an answer of the New API; `{}` is: no result."""
    answer = require_json_object(body, content_type, "Google Places")
    if isinstance(answer.get("error"), dict):
        error = answer["error"]
        raise ForeignPayloadError(f"Google refused: {error.get('status')}: {error.get('message')}")
    if "results" in answer and "status" in answer:
        raise ForeignPayloadError(
            f"an answer of the legacy API (status {answer['status']!r}), expected the New API"
        )
    if "id" in answer and "places" not in answer:
        return  # the details of one place
    if answer and not set(answer) & _KEYS:
        raise ForeignPayloadError(f"found keys {sorted(answer)[:8]}, expected 'places' or a place")
    places = answer.get("places", [])
    require_any(places, lambda place: isinstance(place, dict) and "id" in place, "id (field mask)")
