"""A build as the rows that change in the warehouse, identity's history among them."""

from __future__ import annotations

from collections.abc import Iterator

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
    """Each part with the entity it is part of, and why."""
    evidence = pl.struct(
        pl.col("evidence").alias("because"), pl.col("whole_key").alias("of_record")
    ).struct.json_encode()
    parts = build.members.filter(pl.col("standing") == "part")
    return parts.join(build.parts, left_on="record_key", right_on="part_key").select(
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


_Event = tuple[str, str, str | None, str]


def _history(build: Build) -> pl.DataFrame:
    """One row per change of identity: created, split_from, merged_into, retired, renamed."""
    renamed = [
        (entity_id, "renamed", slug, f"the slug was {former!r}")
        for entity_id, former, slug in _renamed(build).iter_rows()
    ]
    rows = [*_begun(build), *_ended(build), *renamed]
    schema = dict.fromkeys(_HISTORY, pl.String)
    return pl.DataFrame(rows, schema, orient="row").sort("entity_id", "event")


def _begun(build: Build) -> Iterator[_Event]:
    """What is in the directory for the first time, or again."""
    created = build.entities.filter(pl.col("change") == "created").select("entity_id")
    begun = created.join(build.identities.groups, on="entity_id")
    for entity_id, is_new, origin in begun.select("entity_id", "is_new", "split_from").iter_rows():
        if origin is not None:
            yield entity_id, "split_from", origin, "its records no longer belong together"
        elif is_new:
            yield entity_id, "created", None, "records seen for the first time"
        else:
            yield entity_id, "created", None, "the directory admits it now"


def _ended(build: Build) -> Iterator[_Event]:
    """What was in the directory; a group that never was leaves it without a word."""
    columns = ("entity_id", "heir_id", "is_refused", "lost")
    moved = build.identities.moved.drop_nulls("slug").select(columns)
    for entity_id, heir, is_refused, lost in moved.iter_rows():
        if heir is not None:
            yield entity_id, "merged_into", heir, "its records joined another"
        elif is_refused:
            yield entity_id, "retired", None, "the directory no longer admits it"
        else:
            yield entity_id, "retired", None, _told_lost(lost or [])


def _told_lost(records: list[str]) -> str:
    """Why an entity is retired, with the first of the records that nothing holds any more."""
    if not records:
        return "none of its records is left"
    more = f" and {len(records) - 1} more" if len(records) > 1 else ""
    return f"none of its records is left: no current answer holds {records[0]}{more}"


def _renamed(build: Build) -> pl.DataFrame:
    """entity_id, former slug and slug of entities whose slug changed."""
    slugs = build.identities.slugs.drop_nulls("former_slug")
    named = slugs.join(build.identities.groups, on="group_key")
    return named.select("entity_id", "former_slug", "slug").sort("entity_id")


def _redirects(build: Build) -> pl.DataFrame:
    """Where former names lead: old_name, new_name.

    A slug leads to the id it stood for, also where that is gone, so that nobody else gets it;
    the id of a merged entity leads to its heir.
    """
    moved = build.identities.moved
    return pl.concat(
        frame.select(pl.col(old).alias("old_name"), pl.col(new).alias("new_name"))
        for frame, old, new in (
            (moved.drop_nulls("heir_id"), "entity_id", "heir_id"),
            (moved.drop_nulls("slug"), "slug", "entity_id"),
            (_renamed(build), "former_slug", "entity_id"),
        )
    )
