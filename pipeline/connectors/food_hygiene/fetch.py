"""Establishments round the question's area; where that is wide, those of its name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from math import ceil
from typing import TYPE_CHECKING, Any

from pipeline.connectors.envelopes import read_envelope
from pipeline.connectors.questions import Answer, Question, SourceRequest
from pipeline.connectors.spec import ConnectorSpec
from pipeline.values import BoundingBox, GeoPoint

if TYPE_CHECKING:  # planning a request must not cost an HTTP library
    from pipeline.connectors.http import ApiClient

_METRES_PER_MILE = 1609.344
_HEADERS = {"x-api-version": "2", "Accept": "application/json"}  # without a version: 404


def plan_requests(
    question: Question, spec: ConnectorSpec, _parameters: Mapping[str, Any]
) -> list[SourceRequest]:
    """One request: all of a small area, so that the lake can answer what else is asked there.

    A whole city has thousands of establishments, so there the question's words narrow it.
    """
    centre, miles = _circle(question.area)
    params: dict[str, Any] = {
        "latitude": f"{centre.latitude:.6f}",
        "longitude": f"{centre.longitude:.6f}",
        "maxDistanceLimit": miles,
    }
    terms = question.terms if miles > spec.setting("widest_area_miles") else ()
    if terms:
        params["name"] = " ".join(terms)
    return [SourceRequest("Establishments", "/Establishments", params, question.area, terms)]


def _circle(box: BoundingBox) -> tuple[GeoPoint, int]:
    """The centre and the whole miles that reach every corner."""
    centre = GeoPoint((box.south + box.north) / 2, (box.west + box.east) / 2)
    corners = (GeoPoint(y, box.west) for y in (box.south, box.north))  # east is as far as west
    return centre, ceil(max(centre.distance_m(corner) for corner in corners) / _METRES_PER_MILE)


async def fetch(client: ApiClient, request: SourceRequest) -> AsyncIterator[Answer]:
    """Pages until the number that the answer's `meta` gives, or a short page where it has none."""
    size = client.api.page_size or 1000
    for number in range(1, client.api.max_pages + 1):
        paging = {"pageNumber": number, "pageSize": size}
        answer = await client.get(request, params=paging, headers=_HEADERS)
        yield answer
        page = read_envelope(answer.body)
        came = len(page.get("establishments") or [])
        meta = page.get("meta")
        pages = meta.get("totalPages") if isinstance(meta, dict) else None
        is_last = number >= pages if isinstance(pages, int) else came < size
        if is_last or not came:
            return
    client.note_page_limit(request)
