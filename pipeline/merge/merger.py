"""The golden record of every group: `sql/merge` over the claims of its records."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipeline.connectors.spec import ConnectorSpec
from pipeline.fields import universal_fields
from pipeline.workbench import Workbench


def merge_groups(
    members: pl.DataFrame,
    records: pl.DataFrame,
    specs: Mapping[str, ConnectorSpec],
    bench: Workbench,
) -> pl.DataFrame:
    """One row per group (columns of `entity` without identity), by group_key.

    `members` says which record stands how in which group (sql/attach/grouping.sql); the
    bench holds `feature` and `group_name` from the resolver, and keeps `elected_claim`.
    """
    bench.register("group_member", members)
    bench.register("extracted_entity", records.join(members, on="record_key", how="semi"))
    bench.register("source_trust", _source_trust(specs))
    bench.register("field", _field_groups())
    bench.register("field_count", _field_counts())
    bench.run("merge")
    return bench.fetch("golden_record").sort("group_key")


def _source_trust(specs: Mapping[str, ConnectorSpec]) -> pl.DataFrame:
    """What specs say of sources: metadata decides, never a connector's name."""
    return pl.DataFrame(
        [
            (name, spec.trust_tier, spec.trust_level, spec.default_priority)
            for name, spec in sorted(specs.items())
        ],
        ["source", "trust_tier", "trust_level", "priority"],
        orient="row",
    )


def _field_groups() -> pl.DataFrame:
    rows = [(name, field.group) for name, field in universal_fields().items()]
    return pl.DataFrame(rows, ["path", "merge_group"], orient="row")


def _field_counts() -> pl.DataFrame:
    """Which universal fields count for the completeness of which class."""
    rows = [
        (entity_class, name)
        for name, field in universal_fields().items()
        for entity_class in field.counts_for
    ]
    return pl.DataFrame(rows, ["entity_class", "path"], orient="row")
