"""Entities and their claims as Parquet files; unchanged input writes nothing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from pipeline.errors import LakeError, UsageError, WarehouseError
from pipeline.lake.store import write_parquet
from pipeline.sqlsteps import load_step
from pipeline.values import canonical_json, digest, fingerprint
from pipeline.warehouse.gate import Gate
from pipeline.warehouse.writing import run_statements

EDITIONS = ("all",)
_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class ExportCounts:
    """What an export changed, against the edition that stood in the folder."""

    inserted: int
    updated: int
    unchanged: int
    removed: int


def export_parquet(
    gate: Gate, lens_id: str, folder: Path, edition: str, applied_at: datetime
) -> ExportCounts:
    """Write `entities.parquet`, `claims.parquet` and a manifest with their hashes.

    Raises UsageError for an unknown edition, WarehouseError for a folder that cannot be
    read or written.
    """
    if edition not in EDITIONS:
        raise UsageError(f"edition is {edition!r}, expected one of {list(EDITIONS)}")
    with gate.read() as connection:
        frames = {
            name: connection.sql(
                load_step("views", view).statement, params={"lens_id": lens_id}
            ).pl()
            for name, view in (
                ("entities", "published_entity"),
                ("claims", "published_claim"),
            )
        }
    counts = _compare(_former(folder), frames["entities"])
    manifest = _manifest(lens_id, edition, frames)
    if _stands(folder, manifest):
        return counts
    _write(folder, frames, manifest)
    _record(gate, str(folder), edition, manifest, counts, applied_at)
    return counts


def _former(folder: Path) -> pl.DataFrame:
    path = folder / "entities.parquet"
    if not path.is_file():
        return pl.DataFrame(schema={"entity_id": pl.String, "content_hash": pl.String})
    try:
        return pl.read_parquet(path, columns=["entity_id", "content_hash"])
    except (PolarsError, OSError) as error:
        raise WarehouseError(f"{path}: is no edition of ours: {error}") from error


def _compare(before: pl.DataFrame, now: pl.DataFrame) -> ExportCounts:
    both = now.join(before, on="entity_id", suffix="_before")
    same = both.filter(pl.col("content_hash") == pl.col("content_hash_before")).height
    return ExportCounts(
        inserted=now.height - both.height,
        updated=both.height - same,
        unchanged=same,
        removed=before.height - both.height,
    )


def _manifest(lens_id: str, edition: str, frames: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """What is published: schema, counts, and a digest of every row."""
    return {
        "lens": lens_id,
        "edition": edition,
        "files": {
            f"{name}.parquet": {
                "rows": frame.height,
                "content_sha256": digest(frame.write_json()),
                "columns": {column: str(kind) for column, kind in frame.schema.items()},
            }
            for name, frame in frames.items()
        },
    }


def _stands(folder: Path, manifest: dict[str, Any]) -> bool:
    """Whether the folder holds this edition already, whole."""
    try:
        stands: bool = json.loads((folder / _MANIFEST).read_text("utf-8")) == manifest
    except (OSError, ValueError):  # none, or one that is half written
        return False
    return stands and all((folder / name).is_file() for name in manifest["files"])


def _write(folder: Path, frames: dict[str, pl.DataFrame], manifest: dict[str, Any]) -> None:
    """The manifest comes last: a folder without its own is written again."""
    try:
        for name, frame in frames.items():
            write_parquet(frame, folder / f"{name}.parquet")
        (folder / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    except (LakeError, OSError) as error:
        raise WarehouseError(f"{folder}: cannot be published to: {error}") from error


def _record(
    gate: Gate,
    target: str,
    edition: str,
    manifest: dict[str, Any],
    counts: ExportCounts,
    applied_at: datetime,
) -> None:
    plan_hash = digest(canonical_json(manifest))
    values = {
        "publication_id": "pub_" + fingerprint(target, plan_hash, applied_at.isoformat()),
        "target": target,
        "edition": edition,
        "plan_hash": plan_hash,
        "counts": canonical_json(asdict(counts)),
        "applied_at": applied_at,
    }
    with gate.write() as connection:
        run_statements(connection, "write_publication", values)
