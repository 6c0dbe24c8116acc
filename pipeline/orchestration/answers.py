"""Asking the planned connectors, phase by phase; a connector's failure costs it alone."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import polars as pl

from pipeline.connectors.questions import Question
from pipeline.connectors.spec import Phase
from pipeline.context import RunContext
from pipeline.errors import SightlineError
from pipeline.lake.store import collect_payloads, scan_lake, write_payloads
from pipeline.orchestration.outcome import ConnectorOutcome, Status
from pipeline.orchestration.plan import PlannedConnector
from pipeline.orchestration.replay import replay

if TYPE_CHECKING:  # imported where a live call needs it
    import httpx

_log = logging.getLogger(__name__)


async def ask_connectors(
    context: RunContext,
    planned: Sequence[PlannedConnector],
    question: Question,
    environ: Mapping[str, str],
) -> list[ConnectorOutcome]:
    """What each connector answered, in plan order. Phases are barriers.

    Raises SettingsError when mode is live and a selected connector's key is missing.
    """
    live = _live_names(context, planned, environ)
    outcomes: dict[str, ConnectorOutcome] = {}
    async with AsyncExitStack() as stack:
        http: httpx.AsyncClient | None = None
        if live:
            from pipeline.connectors.http import open_client  # slow import

            http = await stack.enter_async_context(open_client())
        for phase in Phase:
            in_phase = [plan for plan in planned if plan.phase is phase]
            clients = [http if plan.connector.name in live else None for plan in in_phase]
            asked = [
                _ask(context, plan, question, environ, client)
                for plan, client in zip(in_phase, clients, strict=True)
            ]
            for outcome in await asyncio.gather(*asked):
                outcomes[outcome.name] = outcome
    return [outcomes[plan.connector.name] for plan in planned]


def _live_names(
    context: RunContext, planned: Sequence[PlannedConnector], environ: Mapping[str, str]
) -> set[str]:
    """The selected connectors that the network answers in this mode."""
    if context.settings.mode == "replay":
        return set()
    from pipeline.orchestration.fetching import can_run, require_keys

    selected = [plan.connector for plan in planned if plan.is_selected]
    if context.settings.mode == "live":
        require_keys(selected, environ)
    return {c.name for c in selected if can_run(c.spec.api, environ)}


async def _ask(
    context: RunContext,
    plan: PlannedConnector,
    question: Question,
    environ: Mapping[str, str],
    http: httpx.AsyncClient | None,
) -> ConnectorOutcome:
    mode = "live" if http else "replay"
    name = plan.connector.name
    if not plan.is_selected:
        return ConnectorOutcome(name, plan.phase, mode, "skipped", plan.why)
    started = time.perf_counter()
    try:
        payloads = (
            await _fetch(context, plan, question, environ, http)
            if http
            else _replay(context, plan, question)
        )
    except Exception as error:  # noqa: BLE001  # the phase boundary: one connector's failure
        told = str(error) if isinstance(error, SightlineError) else repr(error)
        _log.warning("connector failed", extra={"connector": name, "error": told})
        return ConnectorOutcome(name, plan.phase, mode, "failed", told)
    status: Status = "ok" if payloads.height else "empty"
    why = plan.why if payloads.height else _nothing(plan, mode)
    seconds = time.perf_counter() - started
    cost = plan.connector.spec.cost_usd * (payloads.height if http else 0)
    return ConnectorOutcome(
        name, plan.phase, mode, status, why, payloads, cost=cost, seconds=seconds
    )


def _nothing(plan: PlannedConnector, mode: str) -> str:
    holder = "the lake holds no answer to this or a wider question"
    return f"{plan.why}; {holder if mode == 'replay' else 'the API found nothing'}"


def _replay(context: RunContext, plan: PlannedConnector, question: Question) -> pl.DataFrame:
    requests = plan.connector.plan_requests(question, plan.parameters)
    return replay(context.settings.lake, plan.connector.name, question, requests)


async def _fetch(
    context: RunContext,
    plan: PlannedConnector,
    question: Question,
    environ: Mapping[str, str],
    http: httpx.AsyncClient,
) -> pl.DataFrame:
    from pipeline.orchestration.fetching import fetch_answers, to_payloads

    requests = plan.connector.plan_requests(question, plan.parameters)
    answers = await fetch_answers(plan.connector, requests, http, environ)
    payloads = to_payloads(plan.connector, answers, context.clock())
    write_payloads(context.settings.lake, payloads)
    stored = scan_lake(context.settings.lake, plan.connector.name)
    ids = [payload.payload_id for payload in payloads]
    return collect_payloads(stored.filter(pl.col("payload_id").is_in(ids)).sort("payload_id"))
