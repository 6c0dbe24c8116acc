"""Ids and slugs: the stored record → entity map first, so that both survive growth."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipeline.columns import map_distinct
from pipeline.lens.compiled import CompiledLens
from pipeline.resolve.features import street_key
from pipeline.text import slugify
from pipeline.warehouse.stored import Stored
from pipeline.workbench import Workbench


@dataclass(frozen=True)
class Identities:
    """The ids and slugs of groups.

    `groups`: group_key, entity_id, is_new, split_from; `slugs`: group_key, slug, former_slug
    of the admitted; `moved`: entity_id, heir_id, slug, is_refused of the stored entities that
    leave the directory, with `lost`, those of their records that nothing holds any more.
    """

    groups: pl.DataFrame
    slugs: pl.DataFrame
    moved: pl.DataFrame


def identify(
    admitted: pl.DataFrame,
    stored: Stored,
    touched: list[str],
    lens: CompiledLens,
    bench: Workbench,
) -> Identities:
    """Ids of all groups on the bench, slugs of the admitted golden records.

    `touched` are the stored entities that this build decides about.
    """
    named = stored.entities.with_columns(
        map_distinct(stored.entities["entity_name"], slugify).alias("name_slug")
    )
    bench.register("stored_member", stored.members)
    bench.register("stored_entity", named)
    bench.register("taken_slug", stored.taken_slugs)
    bench.register("touched_entity", pl.DataFrame({"entity_id": touched}, {"entity_id": pl.String}))
    bench.run_step("identity", "entity_identity", {"lens_id": lens.id})
    groups = bench.fetch("entity_identity").sort("group_key")
    bench.register("slug_wish", _slug_wishes(admitted, groups, lens))
    bench.run_step("identity", "slug_choice")
    bench.run_step("identity", "moved_entity")
    moved = bench.fetch("moved_entity").join(_lost(stored, bench), on="entity_id", how="left")
    return Identities(groups, bench.fetch("slug_choice"), moved)


def _lost(stored: Stored, bench: Workbench) -> pl.DataFrame:
    gone = stored.members.join(bench.fetch("group_member"), on="record_key", how="anti")
    return gone.group_by("entity_id").agg(pl.col("record_key").sort().alias("lost"))


def _slug_wishes(admitted: pl.DataFrame, groups: pl.DataFrame, lens: CompiledLens) -> pl.DataFrame:
    """What each entity could be called in a URL, shortest first."""
    ids = groups.select("group_key", "entity_id")
    rows = admitted.join(ids, on="group_key", maintain_order="left")
    name = map_distinct(rows["entity_name"], slugify)
    by_id = pl.col("entity_id").str.replace("_", "-")
    base = pl.when(name != "").then(name).otherwise(by_id)
    locality = rows.select(pl.coalesce("locality", _narrowest_place(lens))).to_series()
    streets = map_distinct(
        rows["street_address"], lambda s: slugify(street_key(s, lens.abbreviations))
    )
    tails = (
        pl.lit(""),
        map_distinct(locality, slugify),
        streets,
        map_distinct(rows["postcode"], slugify),
        pl.col("entity_id").str.slice(2, 6),
        pl.col("entity_id").str.slice(2),
    )
    wishes = [
        rows.select(
            "group_key",
            name.alias("name_slug"),
            pl.lit(rank).alias("rank"),
            pl.concat_str(base, tail, separator="-").str.strip_chars("-").alias("slug"),
        )
        for rank, tail in enumerate(tails, start=1)
    ]
    return pl.concat(wishes).drop_nulls("slug").unique(["group_key", "slug"], keep="first")


def _narrowest_place(lens: CompiledLens) -> pl.Expr:
    """The smallest named place that holds the entity and lies in another place."""
    inner = [area for area in lens.vocabulary.areas.values() if area.ancestors]
    inner.sort(key=lambda area: (area.box.extent, area.name))
    held = [
        pl.when(
            pl.col("latitude").is_between(area.box.south, area.box.north)
            & pl.col("longitude").is_between(area.box.west, area.box.east)
        ).then(pl.lit(area.name))
        for area in inner
    ]
    return pl.coalesce(*held, pl.lit(None, pl.String))
