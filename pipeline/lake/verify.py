"""Rechecking the lake: every file readable, every body the one that was fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from pipeline.lake.payload import SCHEMA
from pipeline.lake.store import lake_files
from pipeline.values import digest


def verify_lake(lake: Path, progress: Callable[[int, int], None] | None = None) -> list[str]:
    """One sentence per problem; none means the lake is whole.

    `progress(done, all)` is told after each file.
    """
    problems: list[str] = []
    seen: dict[str, Path] = {}
    files = lake_files(lake)
    for done, path in enumerate(files, start=1):
        problems += _verify_file(path, seen)
        if progress:
            progress(done, len(files))
    return problems


def _verify_file(path: Path, seen: dict[str, Path]) -> list[str]:
    try:
        rows = pl.read_parquet(path, schema=SCHEMA, hive_partitioning=False)
    except (PolarsError, OSError) as error:
        return [f"{path}: cannot be read: {str(error).splitlines()[0]}"]
    problems = []
    for payload_id, source, body, body_sha256 in rows.select(
        "payload_id", "source", "body", "body_sha256"
    ).iter_rows():
        if digest(body) != body_sha256:
            problems.append(f"{path}: {payload_id}: the body is not the one that was fetched")
        if f"source={source}" not in path.parts:
            problems.append(f"{path}: {payload_id}: a payload of {source} in another's folder")
        if payload_id in seen:
            problems.append(f"{path}: {payload_id}: also in {seen[payload_id]}")
        seen[payload_id] = path
    return problems
