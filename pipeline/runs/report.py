"""What a run tells of itself: how the query was read, who answered, what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.connectors.registry import load_connectors
from pipeline.context import RunContext
from pipeline.entities.build import Build
from pipeline.lake.payload import no_payloads
from pipeline.lake.retention import expiry_warnings
from pipeline.lake.store import lake_files
from pipeline.orchestration.orchestrator import Orchestrator
from pipeline.orchestration.outcome import ConnectorOutcome
from pipeline.records.examples import check_evidence_cached
from pipeline.records.extracting import Extracted
from pipeline.records.reading import Reading, lay_together
from pipeline.runs.stages import Stages

_SHOWN = 3  # items of one source that could not be read, one by one


@dataclass(frozen=True)
class RunReport:
    """What a run did, as `run --json` prints it."""

    run_id: str
    status: str
    query: str
    interpretation: dict[str, Any]
    connectors: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    budget: dict[str, float]
    stages: dict[str, dict[str, Any]]
    entities: list[dict[str, Any]]
    warnings: list[str]

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))

    def as_json(self) -> str:
        return json.dumps(self.as_dict(), ensure_ascii=False)


def make_report(
    context: RunContext, asking: Orchestrator, reading: Reading, build: Build, stages: Stages
) -> RunReport:
    """The report of a run whose entities are built, before they are stored."""
    outcomes = asking.in_plan_order()
    listed = build.entities.filter(pl.col("group_key").is_in(build.wanted))
    extracted = lay_together(asking.interpreted).extracted
    for outcome in outcomes:
        _count(outcome, extracted, reading, build, listed)
    spent = sum((outcome.cost for outcome in outcomes), Decimal(0))
    warnings = [
        *_warnings(context.settings.lake, outcomes, reading, build, listed),
        *future_warnings((o.payloads for o in outcomes), context.clock()),
        *_evidence_warnings(context),
        *expiry_warnings(context.settings.lake, context.clock()),
    ]
    return RunReport(
        run_id=context.run_id,
        status=_status(outcomes),
        query=asking.features.query,
        interpretation=asking.features.as_report(),
        connectors=[outcome.as_report() for outcome in outcomes],
        decisions=[decision.as_report() for decision in asking.decisions],
        budget={"limit": float(asking.request.budget), "spent": float(spent)},
        stages=stages.as_report(),
        entities=listed.select(
            "slug", "entity_id", "entity_name", "change", "completeness"
        ).to_dicts(),
        warnings=warnings,
    )


def _count(
    outcome: ConnectorOutcome,
    extracted: Extracted,
    reading: Reading,
    build: Build,
    listed: pl.DataFrame,
) -> None:
    """How many records, entities and winning values came of one connector's answers.

    A record counts where it was answered, also if a later phase was told it anew.
    """
    ours = pl.col("payload_id").is_in(outcome.payloads["payload_id"].to_list())
    records = reading.records.filter(ours)
    outcome.count_records(extracted.things(ours))
    shown = listed.select("entity_id")
    members = build.members.join(records, on="record_key", how="semi")
    won = build.claims.filter(ours & pl.col("won")).join(shown, on="entity_id", how="semi")
    outcome.entities = members.join(shown, on="entity_id", how="semi")["entity_id"].n_unique()
    outcome.values_won = won.height


def _status(outcomes: Sequence[ConnectorOutcome]) -> str:
    if any(outcome.status == "failed" for outcome in outcomes):
        return "partial"
    short = any(outcome.status == "stopped" for outcome in outcomes)
    return "budget_stopped" if short else "succeeded"


def _warnings(
    lake: Path,
    outcomes: Sequence[ConnectorOutcome],
    reading: Reading,
    build: Build,
    listed: pl.DataFrame,
) -> list[str]:
    told = [f"{o.name} failed: {o.why}" for o in outcomes if o.status == "failed"]
    if not lake_files(lake):
        told.append(
            f"the lake {lake} holds nothing: fill it with 'sightline lake import', or with a "
            "run in mode live"
        )
    told += _unreadable(reading.records.filter(pl.col("status") != "ok"))
    told += [
        f"rule {f.rule_id} gave nothing on {f.records} records of {f.source}: {f.error}"
        for f in reading.failures
    ]
    if build.refused:
        told.append(
            f"answering the query, but left out by the admission rules of the lens: {build.refused}"
        )
    if listed.is_empty():
        told.append(f"no entity answers the query; things in the answers: {build.found}")
    return told


def _unreadable(broken: pl.DataFrame) -> list[str]:
    """The first items of each source that could not be read, and how many more there are."""
    told = []
    for source, rows in broken.group_by("source", maintain_order=True):
        first = rows.head(_SHOWN).select("payload_id", "json_pointer", "error")
        told += [
            f"{source[0]}: {payload}{pointer} could not be read: {error}"
            for payload, pointer, error in first.iter_rows()
        ]
        if rows.height > _SHOWN:
            told.append(f"{source[0]}: {rows.height - _SHOWN} more items could not be read")
    return told


def future_warnings(payloads: Iterable[pl.DataFrame], now: datetime) -> list[str]:
    """One sentence per source whose payloads are from the future: a clock was, or is, wrong."""
    ahead = [frame.filter(pl.col("fetched_at") > now) for frame in payloads]
    found = pl.concat([no_payloads(), *ahead]).group_by("source").agg(pl.col("fetched_at").max())
    return [
        f"answers of {source} are dated up to {until:%Y-%m-%d %H:%M} UTC, which is to come: of one "
        "record the newest payload counts, so they outdo newer ones until then; was a clock wrong?"
        for source, until in found.sort("source").iter_rows()
    ]


def _evidence_warnings(context: RunContext) -> list[str]:
    """A lens without evidence still runs, but never silently."""
    findings = check_evidence_cached(
        context.lens, load_connectors(), context.bench, context.settings.cache
    )
    if not findings:
        return []
    found = findings[0].message
    return [f"gate 6 fails ({len(findings)}), as {found}; see 'sightline lens check'"]
