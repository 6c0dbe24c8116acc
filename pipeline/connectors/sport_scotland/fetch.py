"""WFS pages: every facility layer over the question's area."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.connectors.envelopes import read_envelope
from pipeline.connectors.questions import Answer, Question, SourceRequest
from pipeline.connectors.spec import ConnectorSpec

if TYPE_CHECKING:  # planning a request must not cost an HTTP library
    from pipeline.connectors.http import ApiClient


def plan_requests(
    question: Question, spec: ConnectorSpec, _parameters: Mapping[str, Any]
) -> list[SourceRequest]:
    """One request per layer. The box names its CRS: without one it is read in metres."""
    box = question.area
    bbox = f"{box.west},{box.south},{box.east},{box.north},EPSG:4326"
    return [
        SourceRequest(
            "GetFeature",
            "",
            {
                "service": "WFS",
                "version": "2.0.0",
                "request": "GetFeature",
                "typeNames": f"ext_spf:{layer}",
                "outputFormat": "application/json",
                "srsName": "EPSG:4326",
                "sortBy": "fid",
                "bbox": bbox,
                "exceptions": "application/json",
            },
            question.area,
        )
        for layer in spec.setting("layers")
    ]


async def fetch(client: ApiClient, request: SourceRequest) -> AsyncGenerator[Answer]:
    """Pages until numberMatched features have come, or a page is empty."""
    size = client.api.page_size or 1000
    secret = {"authkey": client.key or ""}
    start = 0
    for _ in range(client.api.max_pages):
        paging = {"count": size, "startIndex": start}
        answer = await client.get(request, params=paging, secret=secret)
        yield answer
        page = read_envelope(answer.body)
        came = len(page.get("features") or [])  # a server may send fewer than were asked for
        start += came
        matched = page.get("numberMatched")  # a GeoServer may say "unknown"
        is_last = start >= matched if isinstance(matched, int) else came < size
        if is_last or not came:
            if not is_last and isinstance(matched, int):
                layer = request.params["typeNames"]
                client.note(f"{layer}: the server tells of {matched} features and sent {start}")
            return
    client.note_page_limit(request)
