"""What a connector is asked, the requests it makes of it, and the answers it gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.lake.payload import request_json
from pipeline.values import BoundingBox


@dataclass(frozen=True)
class Question:
    """A query as a source sees it: its text, its words without places, and the area.

    `implied` are words the query means without saying them: an answer to one of these is
    wide enough for it as well.
    """

    text: str
    terms: tuple[str, ...]
    area: BoundingBox
    implied: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceRequest:
    """One request to an API.

    `terms` and `area` say how narrow the answer will be: a lake holds it as the answer to
    any question that has these words and lies in this area. Without an area it answers the
    same request alone.
    """

    endpoint: str
    path: str
    params: Mapping[str, Any]
    area: BoundingBox | None
    terms: tuple[str, ...] = ()

    @property
    def canonical(self) -> str:
        """What the lake stores; secrets are headers or added when sent, never here."""
        return request_json(
            {
                "path": self.path,
                "params": dict(self.params),
                "terms": sorted(self.terms),
                "area": self.area.as_list() if self.area else None,
            }
        )


@dataclass(frozen=True)
class Answer:
    """One raw answer of an API."""

    endpoint: str
    request: str
    status: int
    content_type: str
    body: bytes
