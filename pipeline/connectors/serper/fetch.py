"""One web search per question."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.connectors.questions import Answer, Question, SourceRequest
from pipeline.connectors.spec import ConnectorSpec

if TYPE_CHECKING:  # planning a request must not cost an HTTP library
    from pipeline.connectors.http import ApiClient


def plan_requests(
    question: Question, spec: ConnectorSpec, _parameters: Mapping[str, Any]
) -> list[SourceRequest]:
    """A search in the spec's country: without one Serper searches the United States."""
    params = {
        "q": question.text,
        "gl": spec.setting("country"),
        "hl": spec.setting("language"),
        "num": spec.api.page_size,
    }
    return [SourceRequest("search", "/search", params, question.area, question.terms)]


async def fetch(client: ApiClient, request: SourceRequest) -> AsyncGenerator[Answer]:
    """One page: a second one costs credits of its own."""
    yield await client.post_json(request, request.params, {"X-API-KEY": client.key or ""})
