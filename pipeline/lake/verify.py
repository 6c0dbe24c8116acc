"""Rechecking the lake: every file readable, every body the one that was fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from pipeline.lake.payload import SCHEMA, Payload
from pipeline.lake.store import lake_files


def verify_lake(
    lake: Path,
    volatile: Mapping[str, tuple[str, ...]] | None = None,
    watch: Callable[[str], None] | None = None,
) -> list[str]:
    """One sentence per problem; none means the lake is whole.

    `volatile` are each source's members that its content digests leave out;
    `watch` is told each file's name before it is read.
    """
    problems: list[str] = []
    seen: dict[_Copy, Path] = {}
    for path in lake_files(lake):
        if watch:
            watch(path.name)
        problems += _verify_file(path, seen, volatile or {})
    return problems


_Copy = tuple[str, datetime]  # a payload, and when it came


def _verify_file(
    path: Path, seen: dict[_Copy, Path], volatile: Mapping[str, tuple[str, ...]]
) -> list[str]:
    try:
        rows = pl.read_parquet(path, schema=SCHEMA, hive_partitioning=False)
    except (PolarsError, OSError) as error:
        return [f"{path}: cannot be read: {str(error).splitlines()[0]}"]
    problems = []
    for row in rows.iter_rows(named=True):
        payload_id = row["payload_id"]
        members = volatile.get(row["source"], ())
        complaints = _complaints(row, path, members)
        problems += [f"{path}: {payload_id}: {told}" for told in complaints]
        copy = (payload_id, row["fetched_at"])  # an answer may come back, at another time
        if copy in seen:
            problems.append(f"{path}: {payload_id}: also in {seen[copy]}")
        seen[copy] = path
    return problems


def _complaints(row: Mapping[str, Any], path: Path, volatile: tuple[str, ...]) -> Iterator[str]:
    given = {field.name: row[field.name] for field in fields(Payload) if field.name in row}
    payload = Payload(**given | {"body": row["body"] or b"", "volatile": volatile})
    if payload.body_sha256 != row["body_sha256"]:
        yield "the body is not the one that was fetched"
    elif payload.content_sha256 != row["content_sha256"] or payload.payload_id != row["payload_id"]:
        yield "its content digest or its id is not its own"
    if path.parent.parent.name != f"source={row['source']}":
        yield f"a payload of {row['source']} in another's folder"
