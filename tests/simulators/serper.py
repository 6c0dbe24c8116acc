"""Serper: web results for the words of a query, paid by the credit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tests.simulators.api import Api, number
from tests.simulators.messages import Asked, Fault, Reply, instead, json_reply
from tests.simulators.rows import Row, found, vocabulary_of


def refusal(status: int, message: str) -> Reply:
    return json_reply({"message": message, "statusCode": status}, status)


class Serper(Api):
    """`POST /search`. A search of up to ten rows costs a credit, a larger one two."""

    name = "serper"
    telling = ("q", "page")
    key = "simulated-key-of-serper"
    million = (
        '{"searchParameters":{"q":"","type":"search"},"organic":[',
        '{"title":"Page %d","link":"https://%d.example"}',
        '],"credits":1}',
    )
    faults: ClassVar[Mapping[str, Fault]] = {
        "rate_limited": instead(refusal(429, "Rate limit exceeded")),  # never with Retry-After
        "server_error": instead(refusal(500, "Internal Server Error")),
        "unavailable": instead(refusal(503, "Service Unavailable")),
        "no_credits": instead(refusal(400, "Not enough credits")),
    }

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__(rows)
        self.vocabulary = vocabulary_of(self.rows)

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("x-api-key") != self.key:
            return refusal(403, "Unauthorized.")
        if asked.method != "POST" or self.path_of(asked) != "/search":
            return refusal(404, "Not Found")
        query = asked.json.get("q")
        if not isinstance(query, str) or not query.strip():
            return refusal(400, "Missing query parameter")
        size = number(asked.json.get("num"), 10)
        if not 1 <= size <= 100:
            return refusal(400, "num must be between 1 and 100")
        start = (max(1, number(asked.json.get("page"), 1)) - 1) * size
        pages = found(self.rows, query, self.vocabulary)[start : start + size]
        organic = [dict(row.document) | {"position": n} for n, row in enumerate(pages, 1)]
        return json_reply(_answer(asked.json, query, size, organic))


def _answer(given: dict[str, Any], query: str, size: int, organic: list[Any]) -> dict[str, Any]:
    """Whatever country and language are not named are those of the United States."""
    parameters = {
        "q": query,
        "gl": given.get("gl", "us"),
        "hl": given.get("hl", "en"),
        "type": "search",
        "num": size,
        "engine": "google",
    }
    return {
        "searchParameters": parameters,
        "organic": organic,
        "credits": 1 if size <= 10 else 2,
    }
