"""Records to entities: resolve, keep what was asked for, merge, admit, identify, compare.

Everything is computed on a workbench beside the warehouse; what comes out is a change set
that one short transaction can write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.conditions import to_expression
from pipeline.connectors.spec import ConnectorSpec
from pipeline.entities.identity import Identities, identify
from pipeline.lens.compiled import CompiledLens
from pipeline.merge.merger import merge_groups
from pipeline.resolve.resolver import resolve
from pipeline.warehouse.stored import Stored
from pipeline.workbench import Workbench

Chooser = Callable[[Workbench], list[str]]


@dataclass(frozen=True)
class Build:
    """What records became.

    `entities`: one row per admitted entity (columns of `entity` but the two dates), with
    group_key and change; `members`: record_key, group_key, entity_id, standing; `parts` and
    `links`: what the resolver found for these records; `claims`: the elected claims of the
    admitted entities; `touched`: stored entities that were decided about; `wanted`: groups
    that were asked for, of the number `found`; `refused` counts those that admission left out.
    """

    entities: pl.DataFrame
    members: pl.DataFrame
    parts: pl.DataFrame
    links: pl.DataFrame
    claims: pl.DataFrame
    identities: Identities
    touched: list[str]
    found: int
    wanted: list[str]
    refused: int


def build_entities(
    records: pl.DataFrame,
    stored: Stored,
    lens: CompiledLens,
    specs: Mapping[str, ConnectorSpec],
    bench: Workbench,
    choose: Chooser | None = None,
) -> Build:
    """Entities of these records (columns of `extracted_entity`, stored ones included).

    `choose` answers the groups that are wanted, given a bench with the tables `feature`
    and `grouping`; without it all are. Groups that share a stored entity with a wanted one
    are built too, so that no entity is left half.
    """
    resolution = resolve(records, lens, specs, bench)
    grouping = resolution.members
    wanted = set(grouping["group_key"]) if choose is None else set(choose(bench))
    built = _close_over(wanted, grouping, stored.members)
    members = grouping.filter(pl.col("group_key").is_in(sorted(built)))
    golden = merge_groups(members, records, specs, bench)
    admitted = golden.filter(to_expression(lens.admission, golden.schema, "entity"))
    touched = _touched(members, stored, whole=choose is None)
    identities = identify(admitted, stored, touched, lens, bench)
    ids = identities.groups.select("group_key", "entity_id")
    entities = _compare(admitted.join(ids, on="group_key"), identities.slugs, stored, lens)
    is_wanted = pl.col("group_key").is_in(sorted(wanted))
    return Build(
        entities=entities,
        members=members.join(ids, on="group_key").sort("record_key"),
        parts=resolution.parts,
        links=_worth_keeping(resolution.links, members),
        claims=bench.fetch("elected_claim")
        .join(ids, on="group_key")
        .join(entities, on="entity_id", how="semi"),
        identities=identities,
        touched=touched,
        found=grouping["group_key"].n_unique(),
        wanted=sorted(wanted),
        refused=golden.filter(is_wanted).height - admitted.filter(is_wanted).height,
    )


def _close_over(wanted: set[str], grouping: pl.DataFrame, stored_members: pl.DataFrame) -> set[str]:
    """The wanted groups with every group that holds a record of one of their entities."""
    placed = grouping.join(stored_members, on="record_key", how="inner")
    while True:
        ours = placed.filter(pl.col("group_key").is_in(sorted(wanted)))
        entities = ours["entity_id"].unique().to_list()
        groups = set(placed.filter(pl.col("entity_id").is_in(entities))["group_key"])
        if groups <= wanted:
            return wanted
        wanted = wanted | groups


def _touched(members: pl.DataFrame, stored: Stored, *, whole: bool) -> list[str]:
    """Stored entities this build decides about: all of them, or those of its records."""
    known = stored.members
    if not whole:
        known = known.join(members, on="record_key", how="semi")
    return known["entity_id"].unique().sort().to_list()


def _compare(
    admitted: pl.DataFrame, slugs: pl.DataFrame, stored: Stored, lens: CompiledLens
) -> pl.DataFrame:
    """Admitted entities with slug and change: created, updated or unchanged."""
    before = stored.entities.select(
        "entity_id",
        pl.col("slug").alias("old_slug"),
        pl.col("content_hash").alias("old_hash"),
    )
    same = (pl.col("content_hash") == pl.col("old_hash")) & (pl.col("slug") == pl.col("old_slug"))
    change = (
        pl.when(pl.col("old_hash").is_null())
        .then(pl.lit("created"))
        .when(same)
        .then(pl.lit("unchanged"))
        .otherwise(pl.lit("updated"))
    )
    return (
        admitted.join(slugs.select("group_key", "slug"), on="group_key")
        .join(before, on="entity_id", how="left")
        .with_columns(pl.lit(lens.id).alias("lens_id"), change.alias("change"))
        .drop("old_slug", "old_hash")
        .sort("slug")
    )


_LEAST_KEPT_SCORE = -6.0  # refused links below this score explain nothing a reader would ask for


def _worth_keeping(links: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Links that touch a member, without the hopeless ones."""
    keys = members["record_key"].to_list()
    ours = pl.col("left_key").is_in(keys) | pl.col("right_key").is_in(keys)
    return links.filter(
        ours & ((pl.col("verdict") != "refused") | (pl.col("score") > _LEAST_KEPT_SCORE))
    )
