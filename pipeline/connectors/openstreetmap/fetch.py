"""Overpass queries: one per selector of the lens, over the question's area."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.connectors.questions import Answer, Question, SourceRequest
from pipeline.connectors.spec import ConnectorSpec

if TYPE_CHECKING:  # planning a request must not cost an HTTP library
    from pipeline.connectors.http import ApiClient


def plan_requests(
    question: Question, spec: ConnectorSpec, parameters: Mapping[str, Any]
) -> list[SourceRequest]:
    """One request per selector. Words are not asked for: the area's answer holds them all."""
    box = question.area
    head = (
        f"[out:json][timeout:{spec.setting('server_timeout_seconds')}]"
        f"[maxsize:{spec.setting('server_maxsize_bytes')}]"
        f"[bbox:{box.south},{box.west},{box.north},{box.east}];"
    )
    return [
        SourceRequest(
            "interpreter",
            "",
            {"data": f"{head}nwr{selector};out geom qt;"},
            question.area,
        )
        for selector in parameters.get("selectors", ['["name"]'])
    ]


async def fetch(client: ApiClient, request: SourceRequest) -> AsyncIterator[Answer]:
    """One answer; Overpass has no pages."""
    yield await client.post_form(request, {"data": str(request.params["data"])})
