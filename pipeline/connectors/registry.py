"""The connectors there are: every folder beside this file that holds a spec.yaml."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
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

    @property
    def node_names(self) -> list[str]:
        """How a lens refers to its operations."""
        return [self.spec.node_name(operation) for operation in self.spec.all_operations()]

    @property
    def provided_keys(self) -> set[str]:
        """The context keys that its records fill."""
        return {key for operation in self.spec.all_operations() for key in operation.provides}

    def plan_requests(
        self,
        question: Question,
        parameters: Mapping[str, Any],
        operation: str = "",
        seeds: Mapping[str, Any] | None = None,
    ) -> list[SourceRequest]:
        """The requests that answer a question; nothing is sent.

        A further operation asks with the seeds that others provided.
        """
        fetch = self._module("fetch")
        requests: list[SourceRequest] = (
            getattr(fetch, f"plan_{operation}")(question, self.spec, parameters, seeds or {})
            if operation
            else fetch.plan_requests(question, self.spec, parameters)
        )
        return requests

    def fetch(
        self, client: ApiClient, request: SourceRequest, operation: str = ""
    ) -> AsyncGenerator[Answer]:
        """Send a request; one answer per page."""
        name = f"fetch_{operation}" if operation else "fetch"
        answers: AsyncGenerator[Answer] = getattr(self._module("fetch"), name)(client, request)
        return answers

    def require_expected(self, body: bytes, content_type: str) -> None:
        """Raise ForeignPayloadError unless the body is an answer of this source."""
        self._module("answer").require_expected(body, content_type, self.spec)

    def paid(self, body: bytes) -> Decimal | None:
        """The units that an answer says it cost; None where its source does not say."""
        read: Callable[[bytes], Decimal | None] | None = getattr(
            self._module("answer"), "paid", None
        )
        return read(body) if read else None

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


def require_own_terms(sources: Collection[str]) -> None:
    """SettingsError for a source of `lake.own_terms` (app.yaml) that is none."""
    known = sorted(load_connectors())
    unknown = sorted(set(sources) - set(known))
    if unknown:
        raise SettingsError(f"app.yaml: lake.own_terms names {unknown}, expected some of {known}")


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
