"""Asking the planned connectors, phase by phase, and deciding at each barrier whether to go on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from pipeline.connectors.events import FetchEvent, Told, tell_nobody
from pipeline.connectors.questions import Question
from pipeline.connectors.registry import Connector
from pipeline.connectors.spec import Phase
from pipeline.context import RunContext
from pipeline.errors import StoppedError
from pipeline.orchestration.asking import INTERRUPTED, Ask, answer
from pipeline.orchestration.budget import Budget, worst_case
from pipeline.orchestration.committing import commit_outcomes
from pipeline.orchestration.confidence import ConfidenceCalculator, Progress, StandardConfidence
from pipeline.orchestration.eval_context import build_eval_context
from pipeline.orchestration.execution_context import ExecutionContext
from pipeline.orchestration.gating import forbidden_by_terms, lacks_context, select
from pipeline.orchestration.grouping import group_candidates
from pipeline.orchestration.outcome import ConnectorOutcome
from pipeline.orchestration.plan import ConnectorNode, ExecutionPlan, plan_connectors
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.request import IngestRequest
from pipeline.orchestration.stopping import BarrierDecision, decide
from pipeline.records.reading import Interpreted

if TYPE_CHECKING:  # imported where a live call needs it
    from pipeline.connectors.http import Session


@dataclass
class Orchestrator:
    """One request on its way through the phases; what is known so far can be read at any time.

    Once `stopping` is set nothing new is asked: what is under way may end and is kept.
    `is_waiting` while the network is to answer.
    """

    context: RunContext
    request: IngestRequest
    features: QueryFeatures
    connectors: Mapping[str, Connector]
    environ: Mapping[str, str]
    calculator: ConfidenceCalculator = field(default_factory=StandardConfidence)
    told: Told = tell_nobody
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    is_waiting: bool = False
    outcomes: dict[str, ConnectorOutcome] = field(default_factory=dict)
    decisions: list[BarrierDecision] = field(default_factory=list)
    interpreted: list[Interpreted] = field(default_factory=list)
    plan: ExecutionPlan = field(init=False)
    budget: Budget = field(init=False)
    state: ExecutionContext = field(init=False)

    def __post_init__(self) -> None:
        lens = self.context.lens
        self.plan = plan_connectors(lens, self.connectors)
        self.budget = Budget(self.request.budget)
        self.state = ExecutionContext(
            tuple(lens.contract.strong_id_precedence), lens.contract.confidence.accept_entity
        )

    async def run(self) -> None:
        """Ask every phase in turn.

        Raises StoppedError where it was told to stop, UnwritableLakeError where nothing can be
        recorded.
        """
        live = self._live_nodes()
        async with AsyncExitStack() as stack:
            session: Session | None = None
            if live:
                from pipeline.connectors.http import open_session  # slow import

                opened = open_session(self.environ, stopping=self.stopping, told=self.told)
                session = await stack.enter_async_context(opened)
            for phase in Phase:
                await self._ask_phase(phase, live, session)

    def require_keys(self) -> None:
        """Raise SettingsError where mode is live and a selected connector's key is missing."""
        if self.context.settings.mode == "live":
            from pipeline.orchestration.fetching import require_keys

            selected = {node.connector.name: node.connector for node in self._selected(*Phase)}
            require_keys(list(selected.values()), self.environ)

    def in_plan_order(self) -> list[ConnectorOutcome]:
        """What became of each node that was reached."""
        return [self.outcomes[n.name] for n in self.plan.nodes if n.name in self.outcomes]

    @property
    def question(self) -> Question:
        """The query as every source sees it."""
        features = self.features
        return Question(features.query, features.terms, features.area, features.implied_activities)

    async def _ask_phase(self, phase: Phase, live: set[str], session: Session | None) -> None:
        asks = self._affordable(self._gated(phase, live))
        outcomes = [ask.outcome("stopped", INTERRUPTED) for ask in asks]
        self.outcomes |= {outcome.name: outcome for outcome in outcomes}
        self.is_waiting = session is not None
        asked = (self._ask(*pair, session) for pair in zip(asks, outcomes, strict=True))
        failures = await asyncio.gather(*asked, return_exceptions=True)  # each comes to its end
        self.is_waiting = False
        _raise_first(failures)
        self.budget.spent += sum((outcome.cost for outcome in outcomes), Decimal(0))
        if self.stopping.is_set():
            raise StoppedError(INTERRUPTED)
        nodes = {ask.node.name: ask.node for ask in asks}
        read = commit_outcomes(
            [(nodes[outcome.name], outcome) for outcome in outcomes],
            self.context.lens, self.connectors, self.features, self.state,
            sum(part.records.height for part in self.interpreted),
        )  # fmt: skip
        self.interpreted.append(read)
        if asks or not self.decisions or not self.decisions[-1].stops:
            self.decisions.append(decide(phase, self._progress(), self.calculator))

    async def _ask(self, ask: Ask, outcome: ConnectorOutcome, session: Session | None) -> None:
        live = session if ask.is_live else None
        await answer(ask, outcome, self.context, self.question, self.environ, live)
        self.told(outcome.name, FetchEvent("done", detail=outcome.status))

    def _gated(self, phase: Phase, live: set[str]) -> list[Ask]:
        """The nodes of a phase that are asked; the others have their outcome already."""
        seen = build_eval_context(self.request, self.features, self.state)
        stops = self.decisions[-1].stops if self.decisions else ""
        asks = []
        for node in self.plan.in_phase(phase):
            verdict = select(node, self.features, seen)
            ask = Ask(node, [], verdict.why, node.name in live)
            lacking = lacks_context(node, self.plan, seen)
            if ask.is_live and not lacking:
                lacking = forbidden_by_terms(node, self.context.settings.app.lake.own_terms)
            if not verdict.runs:
                self.outcomes[node.name] = ask.outcome("skipped", verdict.why)
            elif stops:
                self.outcomes[node.name] = ask.outcome("skipped", f"enough is known: {stops}")
            elif lacking:
                self.outcomes[node.name] = ask.outcome("skipped", f"{verdict.why}; {lacking}")
            else:
                asks.append(self._with_requests(ask))
        return asks

    def _with_requests(self, ask: Ask) -> Ask:
        node = ask.node
        requests = node.connector.plan_requests(
            self.question, node.parameters, node.operation.name, self.state.seeds
        )
        return Ask(node, requests, ask.why, ask.is_live)

    def _affordable(self, asks: Sequence[Ask]) -> list[Ask]:
        """The asks whose worst cases fit together into what is left, in (priority, name) order."""
        paid = sorted(
            (ask for ask in asks if ask.is_live), key=lambda a: (a.node.priority, a.node.name)
        )
        refused = self.budget.admit(
            [(ask.node.name, worst_case(ask.node, ask.requests)) for ask in paid]
        )
        for ask in paid:
            if ask.node.name in refused:
                why = f"{ask.why}; {refused[ask.node.name]}"
                self.outcomes[ask.node.name] = ask.outcome("stopped", why)
        return [ask for ask in asks if ask.node.name not in refused]

    def _progress(self) -> Progress:
        """Where the run stands; a structured source counts once it has been asked or ruled out."""
        groups = group_candidates(self.state.accepted_entities, self.context.lens.vocabulary)
        waiting = [n for n in self._selected(Phase.STRUCTURED) if n.name not in self.outcomes]
        return Progress(self.request, self.features.mode, groups, bool(waiting))

    def _selected(self, *phases: Phase) -> list[ConnectorNode]:
        """The nodes that the lens's rules select, as things stand."""
        seen = build_eval_context(self.request, self.features, self.state)
        nodes = (node for phase in phases for node in self.plan.in_phase(phase))
        return [node for node in nodes if select(node, self.features, seen).runs]

    def _live_nodes(self) -> set[str]:
        """The nodes that the network answers in this mode."""
        mode, nodes = self.context.settings.mode, self.plan.nodes
        if mode == "auto":
            return {n.name for n in nodes if n.connector.spec.api.can_run(self.environ)}
        return {n.name for n in nodes} if mode == "live" else set()


def _raise_first(failures: Sequence[BaseException | None]) -> None:
    for failure in failures:
        if failure is not None:
            raise failure
