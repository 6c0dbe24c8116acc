"""Text Search of the New API, up to three pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.connectors.envelopes import read_envelope
from pipeline.connectors.questions import Answer, Question, SourceRequest
from pipeline.connectors.spec import ConnectorSpec

if TYPE_CHECKING:  # planning a request must not cost an HTTP library
    from pipeline.connectors.http import ApiClient


def plan_requests(
    question: Question, spec: ConnectorSpec, _parameters: Mapping[str, Any]
) -> list[SourceRequest]:
    """One search for the query's text, restricted to the question's area."""
    box = question.area
    params = {
        "textQuery": question.text,
        "pageSize": spec.api.page_size,
        "languageCode": spec.setting("language"),
        "regionCode": spec.setting("region"),
        "locationRestriction": {
            "rectangle": {
                "low": {"latitude": box.south, "longitude": box.west},
                "high": {"latitude": box.north, "longitude": box.east},
            }
        },
        "fieldMask": spec.setting("field_mask"),
    }
    return [SourceRequest("searchText", "/places:searchText", params, box, question.terms)]


async def fetch(client: ApiClient, request: SourceRequest) -> AsyncIterator[Answer]:
    """Pages while the answer names a next one; every parameter but the token repeats."""
    body = {key: value for key, value in request.params.items() if key != "fieldMask"}
    headers = {
        "X-Goog-Api-Key": client.key or "",
        "X-Goog-FieldMask": str(request.params["fieldMask"]),
    }
    for _ in range(client.api.max_pages):
        answer = await client.post_json(request, body, headers)
        yield answer
        token = read_envelope(answer.body).get("nextPageToken")
        if not token:
            return
        body["pageToken"] = token
    client.note_page_limit(request)
