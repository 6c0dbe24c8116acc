"""Asking one node of the plan, from the network or from the lake; its failure costs it alone."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipeline.connectors.questions import Question, SourceRequest
from pipeline.context import RunContext
from pipeline.errors import SightlineError
from pipeline.lake.store import collect_payloads, scan_lake, write_payloads
from pipeline.orchestration.outcome import ConnectorOutcome, Status
from pipeline.orchestration.plan import ConnectorNode
from pipeline.orchestration.replay import replay

if TYPE_CHECKING:  # imported where a live call needs it
    import httpx

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ask:
    """A node that is asked now: its requests, and what selected it."""

    node: ConnectorNode
    requests: list[SourceRequest]
    why: str
    is_live: bool

    def outcome(self, status: Status, why: str) -> ConnectorOutcome:
        mode = "live" if self.is_live else "replay"
        return ConnectorOutcome(self.node.name, self.node.phase, mode, status, why)


async def answer(
    ask: Ask,
    context: RunContext,
    question: Question,
    environ: Mapping[str, str],
    http: httpx.AsyncClient | None,
) -> ConnectorOutcome:
    """What the node answered; whatever goes wrong is told in the outcome."""
    started = time.perf_counter()
    try:
        payloads, notes = (
            await _fetch(ask, context, environ, http) if http else _replay(ask, context, question)
        )
    except Exception as error:  # noqa: BLE001  # the phase boundary: one connector's failure
        outcome = ask.outcome("failed", describe(error))
        _log.warning("connector failed", extra={"connector": outcome.name, "error": outcome.why})
    else:
        status: Status = "ok" if payloads.height else "empty"
        outcome = ask.outcome(status, "; ".join([ask.why, *notes]))
        outcome.payloads = payloads
        outcome.cost = ask.node.operation.cost_usd * (payloads.height if http else 0)
    outcome.seconds = time.perf_counter() - started
    return outcome


def describe(error: Exception) -> str:
    """An error of ours tells itself; of any other the kind matters too."""
    return str(error) if isinstance(error, SightlineError) else repr(error)


def _replay(ask: Ask, context: RunContext, question: Question) -> tuple[pl.DataFrame, list[str]]:
    """Payloads of the lake, and what a reader should know of them."""
    spec = ask.node.connector.spec
    notes = []
    if context.settings.mode == "auto":
        notes.append(f"{spec.api.key_variable} is not set, so the lake was asked")
    payloads = replay(context.settings.lake, spec.name, question, ask.requests)
    if payloads.is_empty():
        notes.append("the lake holds no answer to this or a wider question")
    return payloads, notes


async def _fetch(
    ask: Ask, context: RunContext, environ: Mapping[str, str], http: httpx.AsyncClient
) -> tuple[pl.DataFrame, list[str]]:
    """Answers of the API as the lake recorded them, and what a reader should know of them."""
    from pipeline.orchestration.fetching import fetch_answers, to_payloads

    node, lake = ask.node, context.settings.lake
    fetched = await fetch_answers(
        node.connector, ask.requests, http, environ, node.call_limit, node.operation.name
    )
    payloads = to_payloads(node.connector, fetched.answers, context.clock())
    write_payloads(lake, payloads)
    ids = [payload.payload_id for payload in payloads]
    stored = scan_lake(lake, node.connector.name).filter(pl.col("payload_id").is_in(ids))
    return collect_payloads(stored.sort("payload_id")), fetched.notes
