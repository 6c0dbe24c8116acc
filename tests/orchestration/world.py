"""A run of the control plane alone, against loopback servers that can be slow or wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.connectors.registry import Connector, load_connectors
from pipeline.context import RunContext, start_context
from pipeline.lens.compiled import CompiledLens
from pipeline.lens.contract import ConnectorRule
from pipeline.lens.routing import compile_connector_rule
from pipeline.orchestration.confidence import ConfidenceCalculator, StandardConfidence
from pipeline.orchestration.orchestrator import Orchestrator
from pipeline.orchestration.outcome import ConnectorOutcome
from pipeline.settings import load_settings
from tests.loopback import SampleApis
from tests.orchestration.things import features, request

NOON = datetime(2026, 11, 20, 12)
DISCOVERY = {"openstreetmap", "google_places", "serper"}
STRUCTURED = {"sport_scotland", "edinburgh_council", "food_hygiene"}


class WatchedApis(SampleApis):
    """The APIs of the sample, details of places included; `before` is called for each request.

    `events` tells in order which node of the plan was asked and has answered; `rows` are what
    a search for places finds in the place of the sample's.
    """

    def __init__(self, server: HTTPServer) -> None:
        super().__init__(server)
        self.before: Callable[[str], None] = lambda _source: None
        self.events: list[tuple[str, str]] = []
        self.rows: list[dict[str, Any]] | None = None
        self._lock = threading.Lock()

    def note(self, what: str, source: str) -> None:
        with self._lock:
            self.events.append((what, source))

    def _answer(self, request: Request) -> Response:
        source = request.path.split("/")[1]
        node = f"{source}.details" if "/places/" in request.path else source
        self.note("asked", node)
        self.before(node)
        answer = super()._answer(request)
        self.note("answered", node)
        return answer

    def _google_places(self, request: Request) -> Any:
        _, _, place_id = request.path.partition("/places/")
        if place_id:
            return {"id": place_id}
        return super()._google_places(request) if self.rows is None else {"places": self.rows}


@dataclass
class World:
    """The APIs, a home with an empty lake, and a lens whose rules a test may change."""

    apis: WatchedApis
    home: Path
    lens: CompiledLens
    connectors: Mapping[str, Connector] = field(default_factory=load_connectors)

    def rule(self, name: str, *triggers: dict[str, Any], **known: Any) -> None:
        """Give a node other triggers than the lens does; none at all: no rule."""
        rules = {n: rule for n, rule in self.lens.connector_rules.items() if n != name}
        if triggers:
            raw = {"priority": 1, "triggers": list(triggers)} | known
            rules[name] = compile_connector_rule(ConnectorRule.model_validate(raw))
        self.lens = replace(self.lens, connector_rules=rules)

    def context(self, mode: str) -> RunContext:
        settings = load_settings(mode=mode, environ={"SIGHTLINE_HOME": str(self.home)})
        return start_context(settings, self.lens, lambda: NOON)

    def plan(
        self,
        query: str,
        mode: str = "live",
        calculator: ConfidenceCalculator | None = None,
        without: Sequence[str] = (),
        **asked: Any,
    ) -> Orchestrator:
        """An orchestrator that has not begun; `without` are key variables that are not set."""
        environ = self.apis.environ(without=without)
        wanted = request(query, **asked)
        read = features(self.lens, query, **asked)
        rule = calculator or StandardConfidence()
        return Orchestrator(self.context(mode), wanted, read, self.connectors, environ, rule)

    def run(self, query: str, **asked: Any) -> Orchestrator:
        """An orchestrator at its end."""
        asking = self.plan(query, **asked)
        asyncio.run(asking.run())
        return asking


def statuses(asking: Orchestrator) -> dict[str, str]:
    return {outcome.name: outcome.status for outcome in asking.in_plan_order()}


def outcome(asking: Orchestrator, name: str) -> ConnectorOutcome:
    return asking.outcomes[name]


def stops(asking: Orchestrator) -> list[str]:
    """What was decided at each barrier."""
    return [decision.stops for decision in asking.decisions]


def place(place_id: str, name: str, latitude: float, longitude: float) -> dict[str, Any]:
    """A row of the places source."""
    where = {"latitude": latitude, "longitude": longitude}
    return {"id": place_id, "displayName": {"text": name}, "location": where}
