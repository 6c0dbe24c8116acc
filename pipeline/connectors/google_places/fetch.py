"""Text Search of the New API, up to three pages, and the details of single places."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipeline.connectors.envelopes import read_envelope
from pipeline.connectors.questions import Answer, Question, SourceRequest
from pipeline.connectors.spec import ConnectorSpec

if TYPE_CHECKING:  # planning a request must not cost an HTTP library
    from pipeline.connectors.http import ApiClient

_MOST_ROWS = 60  # three pages of twenty; the token of the third is missing whatever is left


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
        "fieldMask": _search_mask(spec),
    }
    return [SourceRequest("searchText", "/places:searchText", params, box, question.terms)]


def plan_details(
    _question: Question,
    spec: ConnectorSpec,
    _parameters: Mapping[str, Any],
    seeds: Mapping[str, Any],
) -> list[SourceRequest]:
    """One request per place that answers the query, each place once."""
    params = {
        "languageCode": spec.setting("language"),
        "regionCode": spec.setting("region"),
        "fieldMask": ",".join(spec.setting("detail_fields")),
    }
    return [
        SourceRequest("details", f"/places/{quote(place_id, safe='')}", params, area=None)
        for place_id in dict.fromkeys(seeds.get("place_id", []))
    ]


async def fetch_details(client: ApiClient, request: SourceRequest) -> AsyncGenerator[Answer]:
    """One place."""
    yield await client.get(request, headers=_headers(client, request), omit=("fieldMask",))


async def fetch(client: ApiClient, request: SourceRequest) -> AsyncGenerator[Answer]:
    """Pages while the answer names a next one; every parameter but the token repeats."""
    body = {key: value for key, value in request.params.items() if key != "fieldMask"}
    headers = _headers(client, request)
    rows = 0
    for _ in range(client.api.max_pages):
        answer = await client.post_json(request, body, headers)
        yield answer
        page = read_envelope(answer.body)
        rows += len(page.get("places") or [])
        if not page.get("nextPageToken"):
            if rows >= _MOST_ROWS:
                client.note(f"a search finds {_MOST_ROWS} places at most: there may be more")
            return
        body["pageToken"] = page["nextPageToken"]
    client.note_page_limit(request)


def _search_mask(spec: ConnectorSpec) -> str:
    """Without the token's own name there is never a second page."""
    return ",".join(
        [*(f"places.{name}" for name in spec.setting("search_fields")), "nextPageToken"]
    )


def _headers(client: ApiClient, request: SourceRequest) -> dict[str, str]:
    return {
        "X-Goog-Api-Key": client.key or "",
        "X-Goog-FieldMask": str(request.params["fieldMask"]),
    }
