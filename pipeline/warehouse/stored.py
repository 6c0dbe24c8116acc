"""What the warehouse already holds of one lens, read in one short visit."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipeline.sqlsteps import load_step
from pipeline.warehouse.gate import Gate
from pipeline.warehouse.writing import read_generation


@dataclass(frozen=True)
class Stored:
    """What the warehouse holds of one lens.

    `records` and `members` have the columns of `extracted_entity` and `entity_member`,
    `entities` those of the view stored_entity (id, slug, name, hash, dates), and the slugs
    those of taken_slug. `generation` tells this state from a later one.
    """

    records: pl.DataFrame
    members: pl.DataFrame
    entities: pl.DataFrame
    taken_slugs: pl.DataFrame
    generation: int = 0


def read_stored(gate: Gate, lens_id: str) -> Stored:
    """The stored state; empty frames where there is no warehouse yet."""
    names = ("stored_record", "stored_member", "stored_entity", "taken_slug")
    with gate.read_or_empty() as connection:
        records, members, entities, taken_slugs = (
            connection.sql(load_step("views", name).statement, params={"lens_id": lens_id}).pl()
            for name in names
        )
        return Stored(records, members, entities, taken_slugs, read_generation(connection))
