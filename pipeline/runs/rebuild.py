"""Everything again from the lake alone: read, resolve, merge, store."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from pipeline.connectors.registry import load_connectors, snapshot_sources
from pipeline.context import RunContext
from pipeline.entities.build import Build, build_entities
from pipeline.entities.changes import to_changes
from pipeline.lake.editions import current
from pipeline.lake.retention import expiry_warnings
from pipeline.lake.store import collect_payloads, newest_copies, scan_lake
from pipeline.records.reading import read_payloads
from pipeline.runs.report import future_warnings
from pipeline.runs.row import RunRecord, used_payloads
from pipeline.runs.stages import Stages, Watcher
from pipeline.warehouse.stored import read_stored
from pipeline.warehouse.writing import RunRow, write_changes

_CHANGES = ("created", "updated", "unchanged", "removed")


@dataclass(frozen=True)
class RebuildReport:
    """What a rebuild made of the lake."""

    run_id: str
    lens: str
    stages: dict[str, dict[str, Any]]
    entities: dict[str, int]
    warnings: list[str]


def rebuild(
    context: RunContext, as_of: datetime | None = None, watch: Watcher | None = None
) -> RebuildReport:
    """Rebuild every entity of the context's lens; `as_of` leaves out later payloads."""
    record = RunRecord(context, context.clock(), {"mode": "replay"})
    with record.kept():
        return _rebuild(record, as_of, Stages(watch))


def _rebuild(record: RunRecord, as_of: datetime | None, stages: Stages) -> RebuildReport:
    context = record.context
    connectors = load_connectors()
    with stages.stage("payloads") as stage:
        scanned = scan_lake(context.settings.lake, as_of=as_of, kept_at=record.started_at)
        held = current(scanned, snapshot_sources())
        rows = newest_copies(collect_payloads(held))
        known = rows.filter(pl.col("source").is_in(list(connectors)))
        payloads = {str(k[0]): f for k, f in known.partition_by("source", as_dict=True).items()}
        stage.came_out = known.height
    with (
        stages.stage("extracted_entities", known.height) as stage,
        context.bench() as bench,
    ):
        reading = read_payloads(context.lens, payloads, connectors, bench)
        stage.came_out = reading.records.height
    stages.note("mapped", reading.records.height, reading.mapped)
    stored = read_stored(context.gate, context.lens.id)
    records = reading.records.select(stored.records.columns)
    with stages.stage("groups", records.height) as stage, context.bench() as bench:
        specs = {name: connector.spec for name, connector in connectors.items()}
        build = build_entities(records, stored, context.lens, specs, bench)
        stage.came_out = build.found
    stages.note("links", records.height, build.links.height)
    stages.note("merged_entities", build.found, build.entities.height)
    warnings = _warnings(reading.records, rows, known, as_of)
    warnings += expiry_warnings(context.settings.lake, record.started_at)
    warnings += future_warnings([known], context.clock())
    report = _report(context, build, stages, warnings)
    with stages.stage("stored", build.entities.height) as stage:
        changes = to_changes(build, records, context.lens, is_whole=True)
        row = _run_row(record, report, build, known)
        write_changes(context.gate, changes, row, context.clock(), stored.generation)
        stage.came_out = build.entities.filter(pl.col("change") != "unchanged").height
    report.stages.update(stages.as_report())
    return report


def _report(
    context: RunContext, build: Build, stages: Stages, warnings: list[str]
) -> RebuildReport:
    counts = dict(build.entities.group_by("change").len().iter_rows())
    counts["removed"] = build.identities.moved["slug"].drop_nulls().len()
    return RebuildReport(
        run_id=context.run_id,
        lens=context.lens.id,
        stages=stages.as_report(),
        entities={change: counts.get(change, 0) for change in _CHANGES},
        warnings=warnings,
    )


def _warnings(
    records: pl.DataFrame, rows: pl.DataFrame, known: pl.DataFrame, as_of: datetime | None
) -> list[str]:
    broken = records.filter(pl.col("status") != "ok").sort("source", "payload_id", "json_pointer")
    told = [
        f"{source}: items that could not be read: {count}, the first {payload}{pointer}: {error}"
        for source, count, payload, pointer, error in broken.group_by("source", maintain_order=True)
        .agg(
            pl.len(),
            pl.col("payload_id").first(),
            pl.col("json_pointer").first(),
            pl.col("error").first(),
        )
        .iter_rows()
    ]
    unknown = sorted({*rows["source"]} - {*known["source"]})
    told += [f"the lake holds payloads of {source!r}, which is no connector" for source in unknown]
    if rows.is_empty() and as_of is not None:
        told.append(f"the lake holds nothing that was fetched by {as_of:%Y-%m-%d}")
    elif rows.is_empty():
        told.append("the lake is empty: 'sightline lake import' or a run in mode live fills it")
    return told


def _run_row(
    record: RunRecord, report: RebuildReport, build: Build, payloads: pl.DataFrame
) -> RunRow:
    values = record.values(
        "succeeded",
        candidates_found=build.found,
        entities_accepted=build.entities.height,
        report=json.dumps(vars(report), ensure_ascii=False),
    )
    return RunRow(values, used_payloads(payloads, "replay"))
