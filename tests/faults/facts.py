"""What a home holds when all is said, without what differs from run to run: times and run ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from pipeline.connectors.registry import load_connectors
from pipeline.lake.verify import verify_lake
from pipeline.warehouse import Gate

_TABLES = {
    "entity": "* exclude (created_at, updated_at, content_hash, source_info)",
    "entity_claim": "* exclude (observed_at)",
    "entity_member": "*",
    "entity_relation": "*",
    "record_link": "*",
    "extracted_entity": "* exclude (observed_at, content_hash)",
}


def facts(home: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of the tables that say what is known."""
    return {
        name: rows(home, f"select {columns} from {name} order by all")
        for name, columns in _TABLES.items()
    }


def rows(home: Path, query: str) -> list[dict[str, Any]]:
    """Any query on a home's warehouse."""
    with Gate(home / "data" / "warehouse.duckdb").read() as connection:
        return connection.sql(query).pl().to_dicts()


def runs(home: Path) -> list[str]:
    """How each run ended, oldest first."""
    query = "select status from orchestration_run order by started_at, run_id"
    return [row["status"] for row in rows(home, query)]


def lake(home: Path) -> Path:
    return home / "data" / "lake" / "raw"


def payload_ids(home: Path) -> list[str]:
    files = sorted(lake(home).rglob("*.parquet"))
    frames = [
        pl.read_parquet(path, columns=["payload_id"], hive_partitioning=False) for path in files
    ]
    return sorted(pl.concat(frames)["payload_id"]) if frames else []


def damage(home: Path) -> list[str]:
    """Everything that is half, twice or altered in the lake."""
    volatile = {name: c.spec.volatile for name, c in load_connectors().items()}
    unfinished = [str(path) for path in lake(home).rglob("*.part")]
    return [*verify_lake(lake(home), volatile), *unfinished]
