"""Recorded answers and published dumps into the lake, each checked before it enters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import ForeignPayloadError, LakeError
from pipeline.lake.files import content_type, read_members
from pipeline.lake.parts import BUFFER_BYTES, Parts
from pipeline.lake.payload import Payload, request_json, retained_until
from pipeline.lake.store import known_content


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


@dataclass(frozen=True)
class ImportWatch:
    """Whom to tell of an import: each file's name, and the packed bytes read of it."""

    begin: Callable[[str], None] = lambda _: None
    advance: Callable[[int], None] = lambda _: None


def import_files(
    lake: Path,
    source: DumpSource,
    paths: Iterable[Path],
    fetched_at: datetime,
    limit_bytes: int,
    watch: ImportWatch | None = None,
    buffer_bytes: int = BUFFER_BYTES,
) -> ImportReport:
    """Check every file, and only then let them all in: one bad file and none enters.

    Files are taken one at a time, so that memory holds about `buffer_bytes` of them. Raises
    LakeError for a file that is missing, empty, damaged, too large, of a type the source does
    not publish, or that holds something else.
    """
    watch = watch or ImportWatch()
    seen = known_content(lake, source.name)
    report = ImportReport([], [])
    with Parts(lake, source.name, buffer_bytes) as parts:
        for path in paths:
            for name, body in read_members(path, limit_bytes, watch.advance):
                watch.begin(name)
                payload = _checked(source, path, name, body, fetched_at)
                if payload.content_sha256 in seen:
                    report.known.append(name)
                    continue
                seen.add(payload.content_sha256)
                parts.add(payload)
                report.imported.append(name)
        parts.place()
    return report


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
