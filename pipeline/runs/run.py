"""One query from its words to its entities: the table of contents of a run."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.connectors.questions import Question
from pipeline.connectors.registry import load_connectors, snapshot_sources
from pipeline.context import RunContext
from pipeline.entities.build import Build, build_entities
from pipeline.entities.changes import to_changes
from pipeline.errors import ConnectorError
from pipeline.interrupts import interrupts_cancel, interrupts_raised
from pipeline.lake.editions import without_retired
from pipeline.lake.store import lake_files
from pipeline.orchestration.orchestrator import ask_connectors
from pipeline.orchestration.outcome import ConnectorOutcome
from pipeline.orchestration.plan import plan_connectors
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.relevance import answering_groups
from pipeline.orchestration.request import IngestRequest
from pipeline.records.examples import check_evidence_cached
from pipeline.records.reading import Reading, read_payloads
from pipeline.runs.row import NO_PAYLOADS, record_failures, run_values, used_payloads
from pipeline.runs.stages import Stages, Watcher
from pipeline.warehouse.stored import Stored, read_stored
from pipeline.warehouse.writing import RunRow, write_changes


@dataclass(frozen=True)
class RunReport:
    """What a run did, as `run --json` prints it."""

    run_id: str
    status: str
    query: str
    interpretation: dict[str, Any]
    connectors: list[dict[str, Any]]
    stages: dict[str, dict[str, Any]]
    entities: list[dict[str, Any]]
    warnings: list[str]

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


def run_query(
    context: RunContext,
    request: IngestRequest,
    *,
    persist: bool = True,
    watch: Watcher | None = None,
) -> RunReport:
    """Answer one query and, unless told otherwise, store what came of it.

    Raises SettingsError for a missing key in mode live, ConnectorError when every selected
    connector failed, WarehouseError when nothing could be stored.
    """
    started_at = context.clock()
    features = QueryFeatures.extract(request.query, request, context.lens.vocabulary)
    known = {"query": request.query, "ingestion_mode": str(features.mode)}
    with record_failures(context, started_at, **known) if persist else interrupts_raised():
        stages = Stages(watch)
        outcomes = _ask(context, request, features, stages)
        reading = _read(context, outcomes, stages)
        stored = read_stored(context.gate, context.lens.id)
        read = {o.name: list(o.payloads["payload_id"]) for o in outcomes if o.payloads.height}
        build = _build(context, features, reading, stored, read, stages)
        report = _report(context, features, outcomes, reading, build, stages)
        report.warnings.extend(_evidence_warnings(context))
        if persist:
            with stages.stage("stored", build.entities.height) as stage:
                kept = _kept_records(reading, build)
                changes = to_changes(build, kept, context.lens, is_whole=False)
                row = _run_row(context, report, build, outcomes, started_at)
                write_changes(context.gate, changes, row, context.clock())
                stage.came_out = build.entities.filter(pl.col("change") != "unchanged").height
            report.stages.update(stages.as_report())
        return report


def _ask(
    context: RunContext, request: IngestRequest, features: QueryFeatures, stages: Stages
) -> list[ConnectorOutcome]:
    """What each source says to the query."""
    planned = plan_connectors(context.lens, load_connectors(), request, features)
    question = Question(request.query, features.terms, features.area, features.implied_activities)
    selected = sum(plan.is_selected for plan in planned)
    with stages.stage("payloads", selected) as stage, interrupts_cancel():
        outcomes = asyncio.run(
            ask_connectors(context, planned, question, os.environ, request.budget_usd)
        )
        stage.came_out = sum(outcome.payloads.height for outcome in outcomes)
    _require_an_answer(outcomes)
    return outcomes


def _read(context: RunContext, outcomes: Sequence[ConnectorOutcome], stages: Stages) -> Reading:
    """The answers as the lens reads them."""
    payloads = {o.name: o.payloads for o in outcomes if o.payloads.height}
    came_in = sum(frame.height for frame in payloads.values())
    with stages.stage("extracted_entities", came_in) as stage, context.bench() as bench:
        reading = read_payloads(context.lens, payloads, load_connectors(), bench)
        stage.came_out = reading.records.height
    stages.note("mapped", reading.records.height, reading.mapped)
    return reading


def _require_an_answer(outcomes: Sequence[ConnectorOutcome]) -> None:
    asked = [outcome for outcome in outcomes if outcome.status not in {"skipped", "stopped"}]
    failed = [outcome for outcome in asked if outcome.status == "failed"]
    if asked and len(failed) == len(asked):
        told = "; ".join(f"{outcome.name}: {outcome.why}" for outcome in failed)
        raise ConnectorError(f"every connector that was asked failed: {told}")


def _build(
    context: RunContext,
    features: QueryFeatures,
    reading: Reading,
    stored: Stored,
    read: Mapping[str, Sequence[str]],
    stages: Stages,
) -> Build:
    """Resolve and merge the answers together with what is stored already."""
    specs = {name: connector.spec for name, connector in load_connectors().items()}
    fresh = reading.records.select(stored.records.columns)
    before = without_retired(
        stored.records.join(fresh, on="record_key", how="anti"),
        context.settings.lake,
        {source: read[source] for source in snapshot_sources() if source in read},
    )
    universe = pl.concat([fresh, before])
    with stages.stage("groups", universe.height) as stage, context.bench() as bench:
        build = build_entities(
            universe,
            stored,
            context.lens,
            specs,
            bench,
            lambda table: answering_groups(features, context.lens, table),
        )
        stage.came_out = build.found
    kept = build.members["group_key"].n_unique()
    stages.note("relevant", build.found, kept)
    stages.note("links", universe.height, build.links.height)
    stages.note("merged_entities", kept, build.entities.height)
    for change in ("created", "updated", "unchanged"):
        count = build.entities.filter(pl.col("change") == change).height
        stages.note(change, build.entities.height, count)
    return build


def _kept_records(reading: Reading, build: Build) -> pl.DataFrame:
    """The records to store: those of the groups that were built, and what could not be read."""
    ours = pl.col("record_key").is_in(build.members["record_key"].to_list()) | (
        pl.col("status") != "ok"
    )
    return reading.records.filter(ours)


def _report(
    context: RunContext,
    features: QueryFeatures,
    outcomes: Sequence[ConnectorOutcome],
    reading: Reading,
    build: Build,
    stages: Stages,
) -> RunReport:
    counts = dict(reading.records.group_by("source").len().iter_rows())
    for outcome in outcomes:
        outcome.count_records(counts.get(outcome.name, 0))
    listed = build.entities.filter(pl.col("group_key").is_in(build.wanted))
    return RunReport(
        run_id=context.run_id,
        status=_status(outcomes),
        query=features.query,
        interpretation=features.as_report(),
        connectors=[outcome.as_report() for outcome in outcomes],
        stages=stages.as_report(),
        entities=listed.select(
            "slug", "entity_id", "entity_name", "change", "completeness"
        ).to_dicts(),
        warnings=_warnings(context.settings.lake, outcomes, reading, build, listed),
    )


def _status(outcomes: Sequence[ConnectorOutcome]) -> str:
    ends = {outcome.status for outcome in outcomes}
    if "failed" in ends:
        return "partial"
    return "budget_stopped" if "stopped" in ends else "succeeded"


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
    broken = reading.records.filter(pl.col("status") != "ok")
    told += [
        f"{source}: {payload}{pointer} could not be read: {error}"
        for source, payload, pointer, error in broken.select(
            "source", "payload_id", "json_pointer", "error"
        ).iter_rows()
    ]
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


def _evidence_warnings(context: RunContext) -> list[str]:
    """A lens without evidence still runs, but never silently."""
    with context.bench() as bench:
        findings = check_evidence_cached(
            context.lens, load_connectors(), bench, context.settings.cache
        )
    if not findings:
        return []
    found = findings[0].message
    return [f"gate 6 fails ({len(findings)}), as {found}; see 'sightline lens check'"]


def _run_row(
    context: RunContext,
    report: RunReport,
    build: Build,
    outcomes: Sequence[ConnectorOutcome],
    started_at: datetime,
) -> RunRow:
    values = run_values(
        context,
        report.status,
        started_at,
        query=report.query,
        ingestion_mode=report.interpretation["mode"],
        candidates_found=build.found,
        entities_accepted=build.entities.height,
        budget_spent=sum((outcome.cost for outcome in outcomes), Decimal(0)),
        report=json.dumps(report.as_dict(), ensure_ascii=False),
    )
    used = [used_payloads(outcome.payloads, outcome.mode) for outcome in outcomes]
    return RunRow(values, pl.concat([NO_PAYLOADS, *used]))
