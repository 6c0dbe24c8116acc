"""One query from its words to its entities: the table of contents of a run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from decimal import Decimal

import polars as pl

from pipeline.connectors.events import Told, tell_nobody
from pipeline.connectors.limits import with_limits
from pipeline.connectors.registry import load_connectors, snapshot_sources
from pipeline.context import RunContext
from pipeline.entities.build import Build, build_entities
from pipeline.entities.changes import to_changes
from pipeline.errors import ConnectorError, StaleBuildError
from pipeline.interrupts import interrupts_raised, run_stoppable
from pipeline.lake.editions import without_retired
from pipeline.lake.store import require_writable
from pipeline.orchestration.orchestrator import Orchestrator
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.relevance import answering_groups
from pipeline.orchestration.request import IngestRequest
from pipeline.records.reading import Reading, lay_together, read_interpreted
from pipeline.runs.report import RunReport, make_report
from pipeline.runs.row import NO_PAYLOADS, RunRecord, SoFar, used_payloads
from pipeline.runs.stages import Stages, Watcher
from pipeline.warehouse.stored import Stored, read_stored
from pipeline.warehouse.writing import RunRow, write_changes

_PATIENCE_SECONDS = 3.0  # for answers that are under way when Ctrl-C comes
_ATTEMPTS = 5  # builds of one run, where others keep storing theirs meanwhile


def run_query(
    context: RunContext,
    request: IngestRequest,
    *,
    persist: bool = True,
    watch: Watcher | None = None,
    told: Told = tell_nobody,
) -> RunReport:
    """Answer one query and, unless told otherwise, store what came of it.

    `watch` is told each stage as it begins, `told` what happens with each source.

    Raises SettingsError for a missing key in mode live, UnwritableLakeError where answers could
    not be recorded, ConnectorError when every selected connector failed, WarehouseError when
    nothing could be stored.
    """
    features = QueryFeatures.extract(request.query, request, context.lens.vocabulary)
    connectors = with_limits(load_connectors(), context.settings.app.apis)
    asking = Orchestrator(context, request, features, connectors, os.environ, told=told)
    _require_means(asking)
    known = {"query": request.query, "ingestion_mode": str(features.mode)}
    record = RunRecord(context, context.clock(), known, lambda: _so_far(asking))
    stages = Stages(watch)
    with record.kept() if persist else interrupts_raised():
        reading = _ask(asking, stages)
        read = _read_ids(asking)
        for _ in range(_ATTEMPTS):
            stored = read_stored(context.gate, context.lens.id)
            build = _build(context, features, reading, stored, read, stages)
            report = make_report(context, asking, reading, build, stages)
            try:
                if persist:
                    _store(record, asking, reading, build, report, stored, stages)
            except StaleBuildError:
                continue
            return report
        raise StaleBuildError(
            f"{context.settings.warehouse}: other runs were stored during each of {_ATTEMPTS} "
            "attempts; nothing was written"
        )


def _require_means(asking: Orchestrator) -> None:
    """Before anybody is asked: the keys, and a lake to keep the answers in."""
    asking.require_keys()
    settings = asking.context.settings
    if settings.mode != "replay":
        require_writable(settings.lake)


def _ask(asking: Orchestrator, stages: Stages) -> Reading:
    """What each source says to the query, as the lens reads it."""
    context = asking.context
    with stages.stage("payloads") as stage:
        run_stoppable(asking.run(), asking.stopping, lambda: asking.is_waiting, _PATIENCE_SECONDS)
        outcomes = asking.in_plan_order()
        stage.came_in = sum(o.status not in {"skipped", "stopped"} for o in outcomes)
        stage.came_out = sum(outcome.payloads.height for outcome in outcomes)
    _require_an_answer(asking)
    with stages.stage("extracted_entities", stage.came_out) as stage, context.bench() as bench:
        reading = read_interpreted(context.lens, lay_together(asking.interpreted), bench)
        stage.came_out = reading.records.height
    stages.note("mapped", reading.records.height, reading.mapped)
    return reading


def _require_an_answer(asking: Orchestrator) -> None:
    outcomes = asking.in_plan_order()
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


def _store(
    record: RunRecord,
    asking: Orchestrator,
    reading: Reading,
    build: Build,
    report: RunReport,
    stored: Stored,
    stages: Stages,
) -> None:
    """Write entities and the end of the run in one transaction, or nothing of either."""
    context = record.context
    with stages.stage("stored", build.entities.height) as stage:
        kept = _kept_records(reading, build)
        changes = to_changes(build, kept, context.lens, is_whole=False)
        so_far = _so_far(asking)
        values = record.values(
            report.status,
            candidates_found=build.found,
            entities_accepted=build.entities.height,
            budget_spent=so_far.spent,
            report=report.as_json(),
        )
        row = RunRow(values, so_far.payloads)
        write_changes(context.gate, changes, row, context.clock(), stored.generation)
        stage.came_out = build.entities.filter(pl.col("change") != "unchanged").height
    report.stages.update(stages.as_report())


def _read_ids(asking: Orchestrator) -> dict[str, list[str]]:
    """The payloads that were read, by source."""
    read: dict[str, list[str]] = {}
    for node in asking.plan.nodes:
        outcome = asking.outcomes.get(node.name)
        if outcome is not None and outcome.payloads.height:
            read.setdefault(node.connector.name, []).extend(outcome.payloads["payload_id"])
    return read


def _kept_records(reading: Reading, build: Build) -> pl.DataFrame:
    """The records to store: those of the groups that were built, and what could not be read."""
    ours = pl.col("record_key").is_in(build.members["record_key"].to_list()) | (
        pl.col("status") != "ok"
    )
    return reading.records.filter(ours)


def _so_far(asking: Orchestrator) -> SoFar:
    """What was used and paid, also by a run that does not reach its end."""
    outcomes = asking.in_plan_order()
    used = [used_payloads(outcome.payloads, outcome.mode) for outcome in outcomes]
    return SoFar(
        payloads=pl.concat([NO_PAYLOADS, *used]),
        spent=sum((outcome.cost for outcome in outcomes), Decimal(0)),
        report={"connectors": [outcome.as_report() for outcome in outcomes]} if outcomes else {},
    )
