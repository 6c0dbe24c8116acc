"""Forgetting what the terms of a source no longer allow to keep.

The warehouse comes first, the lake last: whatever interrupts a purge, the expired payloads
that are still in the lake make the next one do the whole of it again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.connectors.registry import load_connectors
from pipeline.context import Clock, open_gate, start_context
from pipeline.errors import LensError
from pipeline.lake.purge import remove_expired
from pipeline.lake.retention import expired_payloads
from pipeline.lake.store import collect_payloads, scan_lake
from pipeline.lake.unfinished import remove_abandoned
from pipeline.lens.compiled import find_lens, load_lens
from pipeline.records.extracting import extract_payloads
from pipeline.runs.forgetting import changed_reports, forgotten
from pipeline.runs.rebuild import rebuild
from pipeline.settings import Settings
from pipeline.warehouse.purging import Scrubbed, Told, Traces, purge_payloads, read_traces

Watch = Callable[[str], None]


@dataclass(frozen=True)
class PurgeReport:
    """What was removed, or would be: payloads, files written again, lenses rebuilt."""

    is_rehearsal: bool
    payloads: list[dict[str, Any]]
    files: list[str]
    unfinished: list[str]
    lenses: list[str]
    warnings: list[str]


@dataclass(frozen=True)
class _Plan:
    """The expired payloads of the lake, and those to forget (id to source) in the warehouse."""

    at: datetime
    expired: pl.DataFrame
    forget: dict[str, str]
    traces: Traces

    @property
    def files(self) -> list[Path]:
        return [Path(path) for path in self.expired["lake_path"].unique().sort()]

    @property
    def lenses(self) -> list[str]:
        return self.traces.lenses if self.forget else []


def purge(
    settings: Settings, clock: Clock, *, is_rehearsal: bool = False, watch: Watch | None = None
) -> PurgeReport:
    """Remove every payload past its time, and what was made from it; twice is as once.

    Every lens the warehouse holds is rebuilt without them. Raises LakeError, WarehouseError
    and what a rebuild raises; nothing is half removed.
    """
    plan = _plan(settings, clock())
    warnings: list[str] = []
    unfinished: list[str] = []
    if not is_rehearsal:
        if plan.forget:
            names = _names(settings, plan)
            warnings = _rebuild_lenses(settings, clock, plan.lenses, watch)
            _forget(settings, plan, names, watch)
        remove_expired(plan.files, plan.at, watch)
        unfinished = remove_abandoned(settings.lake)
    return PurgeReport(
        is_rehearsal=is_rehearsal,
        payloads=plan.expired.drop("lake_path").to_dicts(),
        files=[str(path.relative_to(settings.lake)) for path in plan.files],
        unfinished=unfinished,
        lenses=plan.lenses,
        warnings=warnings,
    )


def _plan(settings: Settings, at: datetime) -> _Plan:
    """A payload that came again since, and is kept, is in nobody's way."""
    expired = expired_payloads(settings.lake, at)
    traces = read_traces(open_gate(settings), at)
    past = dict(expired.select("payload_id", "source").iter_rows())
    past = {key: source for key, source in past.items() if key in traces.used} | traces.expired
    if past:
        rows = scan_lake(settings.lake, kept_at=at).filter(pl.col("payload_id").is_in(list(past)))
        renewed = set(collect_payloads(rows.select("payload_id"))["payload_id"])
        past = {key: source for key, source in past.items() if key not in renewed}
    return _Plan(at, expired, past, traces)


def _names(settings: Settings, plan: _Plan) -> set[str]:
    """Every name that the payloads gave, also those which newer payloads have overruled."""
    given = plan.traces.names.filter(pl.col("payload_id").is_in(list(plan.forget)))
    ids = pl.col("payload_id").is_in(list(plan.forget))
    rows = collect_payloads(scan_lake(settings.lake).filter(ids)).unique("payload_id")
    connectors = load_connectors()
    sources = {
        str(key[0]): frame
        for key, frame in rows.partition_by("source", as_dict=True).items()
        if key[0] in connectors
    }
    read = extract_payloads(sources, connectors).records["entity_name"]
    return {*given["name"], *read.drop_nulls()}


def _rebuild_lenses(
    settings: Settings, clock: Clock, lenses: Collection[str], watch: Watch | None
) -> list[str]:
    """Rebuild what can be; the entities of a lens that cannot be loaded lose more."""
    warnings = []
    for lens_id in lenses:
        if watch:
            watch(f"rebuilding {lens_id}")
        try:
            path = _lens_path(settings, lens_id)
            lens = load_lens(path, load_connectors())
        except LensError as error:
            told = str(error).splitlines()[0]
            warnings.append(
                f"{lens_id} cannot be rebuilt, so every entity that a purged payload spoke for "
                f"was deleted: {told}"
            )
            continue
        rebuild(start_context(replace(settings, lens=lens_id), lens, clock))
    return warnings


def _lens_path(settings: Settings, lens_id: str) -> Path:
    """The lens of this command may be given by its path."""
    given = find_lens(settings.lens, settings.lens_folders())
    return given if given.parent.name == lens_id else find_lens(lens_id, settings.lens_folders())


def _forget(settings: Settings, plan: _Plan, names: set[str], watch: Watch | None) -> None:
    if watch:
        watch("the warehouse")

    def scrub(told: Told) -> Scrubbed:
        gone = forgotten(names, told.living, {*plan.forget, *plan.forget.values()})
        causes = [cause for cause in told.causes if gone.is_cause(cause)]
        slugs = [slug for slug in told.slugs if gone.is_slug(slug)]
        return Scrubbed([*causes, *slugs], changed_reports(told.reports, gone.scrub))

    purge_payloads(open_gate(settings), sorted(plan.forget), scrub)
