"""Points of interest in the question's area, paged by id."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.connectors.envelopes import read_page
from pipeline.connectors.questions import Answer, Question, SourceRequest
from pipeline.connectors.spec import ConnectorSpec

if TYPE_CHECKING:  # planning a request must not cost an HTTP library
    from pipeline.connectors.http import ApiClient


def plan_requests(
    question: Question, spec: ConnectorSpec, _parameters: Mapping[str, Any]
) -> list[SourceRequest]:
    """One request over the area, without comments."""
    box = question.area
    params = {
        "output": "json",
        "countrycode": spec.region,
        "boundingbox": f"({box.south},{box.west}),({box.north},{box.east})",
        "maxresults": spec.api.page_size,
        "sortby": "id_asc",
        "compact": "false",
        "verbose": "true",
        "includecomments": "false",
    }
    return [SourceRequest("poi", "/poi", params, box)]


async def fetch(client: ApiClient, request: SourceRequest) -> AsyncGenerator[Answer]:
    """A full page means maybe more: the next one starts after its last id."""
    headers = {"X-API-Key": client.key or ""}
    size = client.api.page_size or 100
    last = 0
    for _ in range(client.api.max_pages):
        after = {"greaterthanid": last} if last else {}
        answer = await client.get(request, params=after, headers=headers)
        yield answer
        ids = _ids(answer.body)
        if len(ids) < size:
            return
        if max(ids) <= last:  # the same page again gets a key banned
            client.note(
                f"exactly {size} rows came, then the same again: truncation is never told, and "
                "there may be more"
            )
            return
        last = max(ids)
    client.note_page_limit(request)


def _ids(body: bytes) -> list[int]:
    """The ids of a page."""
    page = read_page(body)
    pois = page if isinstance(page, list) else []
    return [poi["ID"] for poi in pois if isinstance(poi, dict) and isinstance(poi.get("ID"), int)]
