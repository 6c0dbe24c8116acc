"""ArcGIS query pages of every layer in spec.yaml."""

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
    """One request per layer, in degrees whatever the layer's own grid."""
    box = question.area
    params = {
        "where": "1=1",
        "outFields": "*",
        "f": "geojson",
        "outSR": 4326,
        "geometry": f"{box.west},{box.south},{box.east},{box.north}",
        "geometryType": "esriGeometryEnvelope",
        "inSR": 4326,
        "spatialRel": "esriSpatialRelIntersects",
        "orderByFields": spec.setting("order_field"),
    }
    return [
        SourceRequest("query", f"/{layer}/query", params, box) for layer in spec.setting("layers")
    ]


async def fetch(client: ApiClient, request: SourceRequest) -> AsyncGenerator[Answer]:
    """Pages while the server says that it cut the answer short."""
    size = client.api.page_size or 1000
    offset = 0
    for _ in range(client.api.max_pages):
        paging = {"resultOffset": offset, "resultRecordCount": size}
        answer = await client.get(request, params=paging)
        yield answer
        page = read_envelope(answer.body)
        came = len(page.get("features") or [])  # a server may send fewer than were asked for
        if not _is_cut_short(page) or not came:
            if came >= size:
                client.note(
                    f"a page of {request.path} is exactly as long as was asked for, and nothing "
                    "says that more follow: there may be more"
                )
            return
        offset += came
    client.note_page_limit(request)


def _is_cut_short(page: Mapping[str, Any]) -> bool:
    """ArcGIS Online says so under `properties`, older servers at the top level."""
    properties = page.get("properties") or {}
    return bool(page.get("exceededTransferLimit") or properties.get("exceededTransferLimit"))
