"""The connectors there are: every folder beside this file that holds a spec.yaml."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.connectors.extraction import Extraction
from pipeline.connectors.questions import Answer, Question, SourceRequest
from pipeline.connectors.spec import ConnectorSpec
from pipeline.contracts import load_contract
from pipeline.errors import SettingsError, UsageError
from pipeline.findings import nearest
from pipeline.lake.editions import Edition

if TYPE_CHECKING:  # httpx costs 100 ms that only live runs should pay
    from pipeline.connectors.http import ApiClient

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Connector:
    """One source: its spec, and its code, which is imported when first used."""

    spec: ConnectorSpec

    @property
    def name(self) -> str:
        return self.spec.name

    def extract(self, payloads: pl.DataFrame) -> Extraction:
        """Records of payloads (columns of the lake)."""
        extract: Callable[[pl.DataFrame, ConnectorSpec], Extraction] = self._module(
            "extract"
        ).extract
        return extract(payloads, self.spec)

    def plan_requests(
        self, question: Question, parameters: Mapping[str, Any]
    ) -> list[SourceRequest]:
        """The requests that answer a question; nothing is sent."""
        requests: list[SourceRequest] = self._module("fetch").plan_requests(
            question, self.spec, parameters
        )
        return requests

    def fetch(self, client: ApiClient, request: SourceRequest) -> AsyncIterator[Answer]:
        """Send a request; one answer per page."""
        answers: AsyncIterator[Answer] = self._module("fetch").fetch(client, request)
        return answers

    def require_expected(self, body: bytes, content_type: str) -> None:
        """Raise ForeignPayloadError unless the body is an answer of this source."""
        self._module("answer").require_expected(body, content_type, self.spec)

    def describe(self, body: bytes, content_type: str) -> Edition | None:
        """What a dump of this source says of itself; None where its answer.py cannot tell."""
        answer = self._module("answer")
        if not hasattr(answer, "describe"):
            return None
        edition: Edition | None = answer.describe(body, content_type, self.spec)
        return edition

    def _module(self, name: str) -> ModuleType:
        return import_module(f"pipeline.connectors.{self.spec.name}.{name}")


@cache
def load_connectors() -> dict[str, Connector]:
    """Every connector by name, in name order. Raises SettingsError for a broken spec.yaml."""
    connectors = {}
    for path in sorted(_FOLDER.glob("*/spec.yaml")):
        where = f"connectors/{path.parent.name}/spec.yaml"
        spec = load_contract(path, ConnectorSpec, where)
        if spec.name != path.parent.name:
            raise SettingsError(f"{where}: name is {spec.name!r}, expected the folder's name")
        connectors[spec.name] = Connector(spec)
    return connectors


def snapshot_sources() -> list[str]:
    """The sources of whose dumps only the newest edition of a scope counts."""
    return [name for name, connector in load_connectors().items() if connector.spec.snapshot]


def require_connector(name: str) -> Connector:
    """The connector of that name; UsageError lists the known ones."""
    connectors = load_connectors()
    if name not in connectors:
        hint = nearest(name, connectors)
        raise UsageError(
            f"source is {name!r}, expected one of {sorted(connectors)}{'; ' if hint else ''}{hint}"
        )
    return connectors[name]
