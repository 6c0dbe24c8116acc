"""A build as the rows that change in the warehouse, identity's history among them."""

from __future__ import annotations

import polars as pl

from pipeline.entities.build import Build
from pipeline.lens.compiled import CompiledLens
from pipeline.warehouse.writing import EntityChanges

_HISTORY = ["entity_id", "event", "other_id", "cause"]


def to_changes(
    build: Build, records: pl.DataFrame, lens: CompiledLens, *, is_whole: bool
) -> EntityChanges:
    """The change set of a build. `records` are those to store (columns of the table)."""
    lens_id = pl.lit(lens.id).alias("lens_id")
    own = build.members.filter(pl.col("standing") != "part")
    return EntityChanges(
        lens_id=lens.id,
        is_whole=is_whole,
        decided=sorted({*build.members["record_key"], *records["record_key"]}),
        touched=build.touched,
        records=records,
        links=build.links.select(lens_id, *build.links.columns),
        members=own.select(lens_id, "record_key", "entity_id"),
        relations=_relations(build).select(lens_id, "from_id", "to_id", "relation", "evidence"),
        entities=build.entities,
        claims=_claims(build).with_columns(lens_id),
        history=_history(build),
        redirects=_redirects(build),
    )


def _relations(build: Build) -> pl.DataFrame:
    """Each piece with the entity it is part of, and why."""
    evidence = pl.struct(
        pl.col("evidence").alias("because"), pl.col("whole_key").alias("of_record")
    ).struct.json_encode()
    pieces = build.members.filter(pl.col("standing") == "part")
    return pieces.join(build.parts, left_on="record_key", right_on="part_key").select(
        pl.col("record_key").alias("from_id"),
        pl.col("entity_id").alias("to_id"),
        pl.lit("part_of").alias("relation"),
        evidence.alias("evidence"),
    )


def _claims(build: Build) -> pl.DataFrame:
    """Winners first within a path."""
    ordered = build.claims.sort("entity_id", "path", "preference", "claim_no")
    return ordered.select(
        "entity_id",
        "path",
        "value",
        "value_type",
        "source",
        "record_key",
        "trust_tier",
        "confidence",
        "quality",
        "method",
        "rule_id",
        "payload_id",
        "json_pointer",
        "licence",
        "observed_at",
        "won",
        "reason",
    )


def _history(build: Build) -> pl.DataFrame:
    """One row per change of identity: created, split_from, merged_into, retired, renamed."""
    rows: list[tuple[str, str, str | None, str]] = []
    groups = build.identities.groups.select("entity_id", "is_new", "split_from")
    for entity_id, is_new, origin in groups.iter_rows():
        if is_new and origin is None:
            rows.append((entity_id, "created", None, "records seen for the first time"))
        elif is_new:
            rows.append(
                (
                    entity_id,
                    "split_from",
                    origin,
                    "its records no longer belong together",
                )
            )
    moved = build.identities.moved.select("entity_id", "heir_id")
    for entity_id, heir in moved.iter_rows():
        if heir is None:
            rows.append((entity_id, "retired", None, "none of its records is left"))
        else:
            rows.append((entity_id, "merged_into", heir, "its records joined another"))
    for entity_id, former, slug in _renamed(build).iter_rows():
        rows.append((entity_id, "renamed", slug, f"the slug was {former!r}"))
    schema = dict.fromkeys(_HISTORY, pl.String)
    return pl.DataFrame(rows, schema, orient="row").sort("entity_id", "event")


def _renamed(build: Build) -> pl.DataFrame:
    """entity_id, former slug and slug of entities whose slug changed."""
    slugs = build.identities.slugs.drop_nulls("former_slug")
    named = slugs.join(build.identities.groups, on="group_key")
    return named.select("entity_id", "former_slug", "slug").sort("entity_id")


def _redirects(build: Build) -> pl.DataFrame:
    """Where merged ids and former slugs lead: old_name, new_name."""
    heir = pl.col("heir_id").alias("new_name")
    merged = build.identities.moved.drop_nulls("heir_id")
    return pl.concat(
        [
            merged.select(pl.col("entity_id").alias("old_name"), heir),
            merged.drop_nulls("slug").select(pl.col("slug").alias("old_name"), heir),
            _renamed(build).select(
                pl.col("former_slug").alias("old_name"),
                pl.col("entity_id").alias("new_name"),
            ),
        ]
    )
