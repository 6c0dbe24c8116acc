"""Asking one node of the plan, from the network or from the lake; its failure costs it alone."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipeline.connectors.questions import Question, SourceRequest
from pipeline.context import RunContext
from pipeline.errors import SightlineError, StoppedError, UnwritableLakeError
from pipeline.lake.payload import no_payloads
from pipeline.lake.store import collect_payloads, newest_copies, scan_lake, write_payloads
from pipeline.orchestration.budget import open_purse
from pipeline.orchestration.outcome import ConnectorOutcome, Status
from pipeline.orchestration.plan import ConnectorNode
from pipeline.orchestration.replay import replay
from pipeline.records.extracting import extract_payloads

if TYPE_CHECKING:  # imported where a live call needs it
    from pipeline.connectors.http import Session
    from pipeline.orchestration.fetching import Fetched

_log = logging.getLogger(__name__)
INTERRUPTED = "the run was interrupted; what had come is kept"


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
    outcome: ConnectorOutcome,
    context: RunContext,
    question: Question,
    environ: Mapping[str, str],
    session: Session | None,
) -> None:
    """Fill the outcome with what the node answered; whatever goes wrong is told in it.

    What came before a failure, or before the run was stopped, is kept and paid for. Raises
    UnwritableLakeError, which is no failure of the node.
    """
    started = time.perf_counter()
    try:
        if session:
            await _fetch(ask, outcome, context, environ, session)
        else:
            await asyncio.to_thread(_replay, ask, outcome, context, question)
        await asyncio.to_thread(extract_answers, ask.node, outcome)  # while others are waited for
    except StoppedError:
        outcome.status, outcome.why = "stopped", INTERRUPTED
    except Exception as error:  # the phase boundary: one connector's failure
        outcome.status, outcome.why = "failed", describe(error)
        _log.warning("connector failed", extra={"connector": outcome.name, "error": outcome.why})
        if isinstance(error, UnwritableLakeError):
            raise
    finally:
        outcome.seconds = time.perf_counter() - started


def extract_answers(node: ConnectorNode, outcome: ConnectorOutcome) -> None:
    """What the answers hold; where they cannot be read, that is the connector's failure."""
    connector = node.connector
    try:
        outcome.extracted = extract_payloads(
            {connector.name: outcome.payloads}, {connector.name: connector}
        )
    except Exception as error:  # noqa: BLE001  # of code that meets foreign data
        outcome.status, outcome.why = "failed", f"its answers cannot be read: {describe(error)}"
        _log.warning("answers unread", extra={"connector": outcome.name, "error": outcome.why})


def describe(error: Exception) -> str:
    """An error of ours tells itself; of any other the kind matters too."""
    return str(error) if isinstance(error, SightlineError) else repr(error)


def _replay(ask: Ask, outcome: ConnectorOutcome, context: RunContext, question: Question) -> None:
    spec = ask.node.connector.spec
    notes = []
    if context.settings.mode == "auto":
        notes.append(f"{spec.api.key_variable} is not set, so the lake was asked")
    lake, now = context.settings.lake, context.clock()
    payloads = replay(lake, spec.name, question, ask.requests, now, is_snapshot=spec.snapshot)
    if payloads.is_empty():
        notes.append("the lake holds no answer to this or a wider question")
    _take_note(ask, outcome, payloads, notes)


async def _fetch(
    ask: Ask,
    outcome: ConnectorOutcome,
    context: RunContext,
    environ: Mapping[str, str],
    session: Session,
) -> None:
    """Answers of the API as the lake recorded them; what came before a failure counts."""
    from pipeline.orchestration.fetching import Fetched, fetch_answers, require_keys

    node = ask.node
    require_keys([node.connector], environ)  # a rule may select it only once something is found
    fetched = Fetched(open_purse(node, ask.requests))
    failures = []
    try:
        await fetch_answers(node.connector, ask.requests, session, environ, fetched, node.operation)
    except SightlineError as error:
        if isinstance(error, StoppedError) or not fetched.answers:
            raise
        failures = [f"incomplete: {error}"]
    finally:  # also where the run is stopped or cancelled
        outcome.cost = fetched.cost
        outcome.payloads = _recorded(node, context, fetched)
    keeping = node.connector.spec.keeping_notes(context.settings.app.lake.own_terms)
    _take_note(ask, outcome, outcome.payloads, [*fetched.notes, *failures, *keeping])


def _recorded(node: ConnectorNode, context: RunContext, fetched: Fetched) -> pl.DataFrame:
    """The lake's rows of what came."""
    from pipeline.orchestration.fetching import to_payloads

    if not fetched.answers:
        return no_payloads()
    lake, now = context.settings.lake, context.clock()
    own_terms = context.settings.app.lake.own_terms
    payloads = to_payloads(node.connector, fetched.answers, now, own_terms)
    write_payloads(lake, payloads)
    ids = [payload.payload_id for payload in payloads]
    stored = scan_lake(lake, node.connector.name, kept_at=now)
    return newest_copies(collect_payloads(stored.filter(pl.col("payload_id").is_in(ids))))


def _take_note(
    ask: Ask, outcome: ConnectorOutcome, payloads: pl.DataFrame, notes: Sequence[str]
) -> None:
    outcome.payloads = payloads
    outcome.status = "ok" if payloads.height else "empty"
    if not ask.requests:
        notes = ["there was nothing to ask for"]
    outcome.why = "; ".join([ask.why, *notes])
