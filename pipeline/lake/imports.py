"""Recorded answers and published dumps into the lake, each checked before it enters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import ForeignPayloadError, LakeError
from pipeline.lake.files import content_type, read_members
from pipeline.lake.payload import Payload, request_json, retained_until
from pipeline.lake.store import known_content, write_payloads


@dataclass(frozen=True)
class DumpSource:
    """What an import must know of its source; `check` raises ForeignPayloadError."""

    name: str
    licence: str
    retain_days: int | None
    types: tuple[str, ...]
    volatile: tuple[str, ...]
    check: Callable[[bytes, str], None]


@dataclass(frozen=True)
class ImportReport:
    """Files that became payloads, and files the lake held already."""

    imported: list[str]
    known: list[str]


def import_files(
    lake: Path,
    source: DumpSource,
    paths: Iterable[Path],
    fetched_at: datetime,
    limit_bytes: int,
    watch: Callable[[str], None] | None = None,
) -> ImportReport:
    """Check every file, then write them all: one bad file and none enters.

    Raises LakeError for a file that is missing, empty, damaged, too large, of a type the
    source does not publish, or that holds something else.
    """
    seen = known_content(lake, source.name)
    payloads: list[Payload] = []
    imported: list[str] = []
    known: list[str] = []
    for path in paths:
        for name, body in read_members(path, limit_bytes):
            if watch:
                watch(name)
            payload = _checked(source, path, name, body, fetched_at)
            if payload.content_sha256 in seen:
                known.append(name)
            else:
                seen.add(payload.content_sha256)
                payloads.append(payload)
                imported.append(name)
    write_payloads(lake, payloads)
    return ImportReport(imported, known)


def _checked(
    source: DumpSource, path: Path, name: str, body: bytes, fetched_at: datetime
) -> Payload:
    kind = content_type(name)
    if kind not in source.types:
        raise LakeError(
            f"{path}: {source.name} publishes {sorted(source.types)}, found {kind} ({name})"
        )
    try:
        source.check(body, kind)
    except ForeignPayloadError as error:
        raise ForeignPayloadError(f"{path}: is not {source.name}: {error}") from error
    return Payload(
        source=source.name,
        endpoint="import",
        request=request_json({"file": name}),
        status=200,
        content_type=kind,
        body=body,
        fetched_at=fetched_at,
        licence=source.licence,
        retain_until=retained_until(fetched_at, source.retain_days),
        volatile=source.volatile,
    )
