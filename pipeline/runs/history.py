"""Past runs and the entities there are, for whoever browses them."""

from __future__ import annotations

import polars as pl

from pipeline.sqlsteps import load_step
from pipeline.warehouse.gate import Gate


def read_runs(gate: Gate, lens_id: str) -> pl.DataFrame:
    """One row per run, newest first; `report` is the JSON that `--json` printed."""
    return _read(gate, "run_listing", lens_id)


def read_points(gate: Gate, lens_id: str) -> pl.DataFrame:
    """One row per entity with a position: slug, name, degrees, activities, place types."""
    return _read(gate, "entity_point", lens_id)


def read_payload_ids(gate: Gate, run_id: str) -> list[str]:
    """The payloads a run used; none where there is no such run."""
    with gate.read_or_empty() as connection:
        statement = load_step("views", "payload_of_run").statement
        frame: pl.DataFrame = connection.sql(statement, params={"run_id": run_id}).pl()
    return frame["payload_id"].to_list()


def _read(gate: Gate, view: str, lens_id: str) -> pl.DataFrame:
    with gate.read_or_empty() as connection:
        frame: pl.DataFrame = connection.sql(
            load_step("views", view).statement, params={"lens_id": lens_id}
        ).pl()
    return frame
