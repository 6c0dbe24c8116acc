"""Asking the planned connectors, phase by phase; a connector's failure costs it alone."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from pipeline.connectors.questions import Question
from pipeline.connectors.spec import Phase
from pipeline.context import RunContext
from pipeline.errors import SightlineError
from pipeline.lake.store import collect_payloads, scan_lake, write_payloads
from pipeline.orchestration.budget import Budget, worst_case
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
    budget_usd: Decimal,
) -> list[ConnectorOutcome]:
    """What each connector answered, in plan order. Phases are barriers.

    A connector whose worst case does not fit into what is left of the budget is stopped.
    Raises SettingsError when mode is live and a selected connector's key is missing.
    """
    live = _live_names(context, planned, environ)
    budget = Budget(budget_usd)
    outcomes: dict[str, ConnectorOutcome] = {}
    async with AsyncExitStack() as stack:
        http: httpx.AsyncClient | None = None
        if live:
            from pipeline.connectors.http import open_client  # slow import

            http = await stack.enter_async_context(open_client())
        for phase in Phase:
            in_phase = [plan for plan in planned if plan.phase is phase]
            paid = [plan for plan in in_phase if plan.connector.name in live]
            outcomes |= _stopped(paid, budget, question)
            asked = [
                _ask(context, plan, question, environ, http if plan in paid else None)
                for plan in in_phase
                if plan.connector.name not in outcomes
            ]
            for outcome in await asyncio.gather(*asked):
                outcomes[outcome.name] = outcome
                budget.spent += outcome.cost
    return [outcomes[plan.connector.name] for plan in planned]


def _stopped(
    paid: Sequence[PlannedConnector], budget: Budget, question: Question
) -> dict[str, ConnectorOutcome]:
    """The connectors of a phase that what is left of the budget cannot bear, by name."""
    plans = {plan.connector.name: plan for plan in paid}
    refused = budget.admit([(name, _worst_case(plan, question)) for name, plan in plans.items()])
    return {
        name: ConnectorOutcome(
            name, plans[name].phase, "live", "stopped", f"{plans[name].why}; {why}"
        )
        for name, why in refused.items()
    }


def _worst_case(plan: PlannedConnector, question: Question) -> Decimal:
    return worst_case(plan, plan.connector.plan_requests(question, plan.parameters))


def _live_names(
    context: RunContext, planned: Sequence[PlannedConnector], environ: Mapping[str, str]
) -> set[str]:
    """The selected connectors that the network answers in this mode."""
    if context.settings.mode == "replay":
        return set()
    from pipeline.orchestration.fetching import require_keys

    selected = [plan.connector for plan in planned if plan.is_selected]
    if context.settings.mode == "live":
        require_keys(selected, environ)
    return {c.name for c in selected if c.spec.api.can_run(environ)}


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
        payloads, notes = (
            await _fetch(context, plan, question, environ, http)
            if http
            else _replay(context, plan, question)
        )
    except Exception as error:  # noqa: BLE001  # the phase boundary: one connector's failure
        told = str(error) if isinstance(error, SightlineError) else repr(error)
        _log.warning("connector failed", extra={"connector": name, "error": told})
        seconds = time.perf_counter() - started
        return ConnectorOutcome(name, plan.phase, mode, "failed", told, seconds=seconds)
    status: Status = "ok" if payloads.height else "empty"
    why = "; ".join([plan.why, *notes])
    seconds = time.perf_counter() - started
    cost = plan.connector.spec.cost_usd * (payloads.height if http else 0)
    return ConnectorOutcome(
        name, plan.phase, mode, status, why, payloads, cost=cost, seconds=seconds
    )


def _replay(
    context: RunContext, plan: PlannedConnector, question: Question
) -> tuple[pl.DataFrame, list[str]]:
    """Payloads of the lake, and what a reader should know of them."""
    notes = []
    if context.settings.mode == "auto":
        notes.append(f"{plan.connector.spec.api.key_variable} is not set, so the lake was asked")
    requests = plan.connector.plan_requests(question, plan.parameters)
    payloads = replay(
        context.settings.lake, plan.connector.name, question, requests,
        is_snapshot=plan.connector.spec.snapshot,
    )  # fmt: skip
    if payloads.is_empty():
        notes.append("the lake holds no answer to this or a wider question")
    return payloads, notes


async def _fetch(
    context: RunContext,
    plan: PlannedConnector,
    question: Question,
    environ: Mapping[str, str],
    http: httpx.AsyncClient,
) -> tuple[pl.DataFrame, list[str]]:
    """Answers of the API as the lake recorded them, and what a reader should know of them."""
    from pipeline.orchestration.fetching import fetch_answers, to_payloads

    requests = plan.connector.plan_requests(question, plan.parameters)
    fetched = await fetch_answers(plan.connector, requests, http, environ, plan.call_limit)
    payloads = to_payloads(plan.connector, fetched.answers, context.clock())
    write_payloads(context.settings.lake, payloads)
    stored = scan_lake(context.settings.lake, plan.connector.name)
    ids = [payload.payload_id for payload in payloads]
    rows = collect_payloads(stored.filter(pl.col("payload_id").is_in(ids)).sort("payload_id"))
    return rows, fetched.notes
