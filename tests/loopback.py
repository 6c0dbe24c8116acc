"""Loopback servers in the place of the seven APIs, and how tests ask them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.connectors.extraction import Extraction
from pipeline.connectors.http import ApiClient, open_session
from pipeline.connectors.questions import Answer, Question, SourceRequest
from pipeline.connectors.registry import Connector
from pipeline.lake.store import scan_lake
from pipeline.orchestration.fetching import Fetched, fetch_answers, to_payloads
from pipeline.values import BoundingBox
from tests.conftest import ROOT

BOX = BoundingBox(55.94, -3.13, 55.96, -3.09)
QUERY = "Powerleague Portobello"
ASKED = (
    "openstreetmap", "google_places", "serper", "sport_scotland", "edinburgh_council",
    "food_hygiene",
)  # fmt: skip
KEYS = {
    "SIGHTLINE_GOOGLE_PLACES_KEY": "planted-key-of-google",
    "SIGHTLINE_SERPER_KEY": "planted-key-of-serper",
    "SIGHTLINE_SPORT_SCOTLAND_KEY": "planted-key-of-the-hub",
    "SIGHTLINE_OPEN_CHARGE_MAP_KEY": "planted-key-of-chargers",
}


def question(text: str = "Powerleague Portobello", *terms: str) -> Question:
    return Question(text, terms or ("powerleague",), BOX)


def requests_of(connector: Connector, asked: Question, **parameters: Any) -> list[SourceRequest]:
    return connector.plan_requests(asked, parameters)


def fetch(
    connector: Connector,
    server: HTTPServer,
    request: SourceRequest,
    *,
    key: str | None = "planted-key",
    base_url: str | None = None,
    **limits: Any,
) -> tuple[list[Answer], list[str]]:
    """Every page of a request from a loopback server, and the client's notes.

    `limits` replace those of spec.yaml (page_size, max_pages, timeout_seconds, …). Answers are
    taken as they are: whether they are what was asked for is not looked at.
    """
    api = limited(connector, **limits).spec.api

    async def ask() -> tuple[list[Answer], list[str]]:
        async with open_session({}) as session:
            client = ApiClient(connector.name, api, base_url or server.url_for(""), key, session)
            return [answer async for answer in connector.fetch(client, request)], client.notes

    return asyncio.run(ask())


def limited(connector: Connector, **limits: Any) -> Connector:
    """The connector with other limits in its spec, and pauses too short to notice."""
    own = connector.spec.api
    retry = own.retry.model_copy(update={"base_seconds": 0.001, "max_seconds": 0.001})
    api = own.model_copy(update={"retry": retry, "requests_per_second": None} | limits)
    return Connector(connector.spec.model_copy(update={"api": api}))


def fetch_all(
    connector: Connector,
    server: HTTPServer,
    *,
    asked: Question | None = None,
    requests: Sequence[SourceRequest] | None = None,
    fetched: Fetched | None = None,
    **limits: Any,
) -> Fetched:
    """What a run gets of a connector from a loopback server: checked, retried, paid for."""
    wanted = limited(connector, **limits)
    found = fetched or Fetched()
    environ = KEYS | {connector.spec.api.base_url_variable: server.url_for("")}
    planned = wanted.plan_requests(asked or question(), {}) if requests is None else requests

    async def ask() -> None:
        async with open_session(environ) as session:
            await fetch_answers(wanted, planned, session, environ, found)

    asyncio.run(ask())
    return found


def serve(server: HTTPServer, *answers: Response) -> None:
    """These answers in turn to whatever is asked, the last one for ever."""
    left = list(answers)

    def answer(_request: Request) -> Response:
        return left.pop(0) if len(left) > 1 else left[0]

    server.expect_request(re.compile(".*")).respond_with_handler(answer)


def read(connector: Connector, fetched: Fetched) -> Extraction:
    """What the extractor makes of what came."""
    kept = to_payloads(connector, fetched.answers, datetime(2026, 11, 20))
    columns = ("payload_id", "endpoint", "content_type", "body", "licence", "fetched_at")
    return connector.extract(
        pl.DataFrame([{name: getattr(payload, name) for name in columns} for payload in kept])
    )


def asked_of(server: HTTPServer) -> list[Request]:
    """What arrived at the server, in order."""
    return [request for request, _ in server.log]


def reply(body: Any, content_type: str = "application/json", status: int = 200) -> Response:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return Response(text, status=status, content_type=content_type)


class SampleApis:
    """The seven APIs on one server, answering from the authored sample under data/sample."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.instead: dict[str, Response] = {}  # what one API answers to everything
        self._samples = [
            json.loads(path.read_text("utf-8"))
            for path in sorted((ROOT / "data" / "sample").glob("*/*.json"))
        ]
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def environ(self, *, without: Sequence[str] = ()) -> dict[str, str]:
        """Base-URL variables of all seven, and planted keys but for the variables left out."""
        sources = {sample["payload"]["source"] for sample in self._samples}
        urls = {f"SIGHTLINE_{n.upper()}_URL": self.server.url_for(f"/{n}") for n in sources}
        return urls | {name: key for name, key in KEYS.items() if name not in without}

    def asked(self, source: str) -> list[Request]:
        return [r for r in asked_of(self.server) if r.path.split("/")[1] == source]

    def _answer(self, request: Request) -> Response:
        source = request.path.split("/")[1]
        if source in self.instead:
            return self.instead[source]
        answer = getattr(self, f"_{source}")
        return reply(answer(request))

    def _google_places(self, request: Request) -> Any:
        if request.method == "GET":
            return self._place(request.path.rpartition("/")[2])
        return self._found("google_places", {}, textQuery=request.get_json()["textQuery"])

    def _place(self, place_id: str) -> Any:
        bodies = [s["body"] for s in self._samples if s["payload"]["source"] == "google_places"]
        places = (place for body in bodies for place in body.get("places", []))
        return next(place for place in places if place["id"] == place_id)

    def _serper(self, request: Request) -> Any:
        query = request.get_json()["q"]
        return self._found("serper", {"searchParameters": {"q": query}}, q=query)

    def _sport_scotland(self, request: Request) -> Any:
        nothing = {"type": "FeatureCollection", "features": [], "numberMatched": 0}
        return self._found("sport_scotland", nothing, typeNames=request.args["typeNames"])

    def _open_charge_map(self, request: Request) -> Any:
        return self._found("open_charge_map", [], boundingbox=request.args["boundingbox"])

    def _edinburgh_council(self, request: Request) -> Any:
        path = request.path.removeprefix("/edinburgh_council")
        return self._first("edinburgh_council", lambda asked: asked["path"] == path)

    def _food_hygiene(self, request: Request) -> Any:
        assert request.headers["x-api-version"] == "2"
        nothing = {"establishments": [], "meta": {"totalPages": 0}}
        return self._found("food_hygiene", nothing, latitude=request.args["latitude"])

    def _openstreetmap(self, request: Request) -> Any:
        """The answers to all selectors of the union; the sample's box is wider than the query's."""
        selectors = re.findall(r"nwr(.+?\]);", request.form["data"])
        bodies = [
            self._first("openstreetmap", lambda asked, s=s: f";nwr{s};" in asked["params"]["data"])
            for s in selectors
        ]
        elements = {(e["type"], e["id"]): e for body in bodies for e in body["elements"]}
        return bodies[0] | {"elements": list(elements.values())}

    def _found(self, source: str, nothing: Any, **params: str) -> Any:
        return self._first(source, lambda asked: params.items() <= asked["params"].items(), nothing)

    def _first(
        self, source: str, answers: Callable[[dict[str, Any]], bool], nothing: Any = None
    ) -> Any:
        bodies = [
            sample["body"]
            for sample in self._samples
            if sample["payload"]["source"] == source and answers(sample["payload"]["request"])
        ]
        return bodies[0] if bodies else nothing


def payloads(home: Path) -> pl.DataFrame:
    """What a home's lake holds."""
    return scan_lake(home / "data" / "lake" / "raw").collect()


def connectors(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The connectors of a run's report by name."""
    return {row["name"]: row for row in report["connectors"]}
