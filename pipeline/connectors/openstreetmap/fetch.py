"""One Overpass query for all selectors of the lens, over the question's area."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.connectors.questions import Answer, Question, SourceRequest
from pipeline.connectors.spec import ConnectorSpec

if TYPE_CHECKING:  # planning a request must not cost an HTTP library
    from pipeline.connectors.http import ApiClient


def plan_requests(
    question: Question, spec: ConnectorSpec, parameters: Mapping[str, Any]
) -> list[SourceRequest]:
    """The union of the selectors: the server has two slots per address for all that we ask.

    Words are not asked for: the area's answer holds them all.
    """
    box = question.area
    head = (
        f"[out:json][timeout:{spec.setting('server_timeout_seconds')}]"
        f"[maxsize:{spec.setting('server_maxsize_bytes')}]"
        f"[bbox:{box.south},{box.west},{box.north},{box.east}];"
    )
    wanted = "".join(f"nwr{selector};" for selector in parameters.get("selectors", ['["name"]']))
    data = f"{head}({wanted});out geom qt;"
    return [SourceRequest("interpreter", "", {"data": data}, question.area)]


async def fetch(client: ApiClient, request: SourceRequest) -> AsyncGenerator[Answer]:
    """One answer; Overpass has no pages."""
    yield await client.post_form(request, {"data": str(request.params["data"])})
