"""Recorded answers and published dumps into the lake, each checked before it enters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import ForeignPayloadError, LakeError
from pipeline.lake.editions import IMPORT, Edition
from pipeline.lake.files import content_type, read_members
from pipeline.lake.parts import BUFFER_BYTES, Parts
from pipeline.lake.payload import Payload, request_json, retained_until
from pipeline.lake.store import known_content


@dataclass(frozen=True)
class DumpSource:
    """What an import must know of its source.

    `check` raises ForeignPayloadError; `describe` answers what a dump says of itself.
    """

    name: str
    licence: str
    retain_days: int | None
    types: tuple[str, ...]
    volatile: tuple[str, ...]
    check: Callable[[bytes, str], None]
    describe: Callable[[bytes, str], Edition | None] = lambda _body, _kind: None


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


@dataclass(frozen=True)
class ImportLimits:
    """Bytes: of one unpacked file, and of those that wait in memory to be written."""

    payload_bytes: int
    buffer_bytes: int = BUFFER_BYTES


def import_files(
    lake: Path,
    source: DumpSource,
    paths: Iterable[Path],
    now: datetime,
    limits: ImportLimits,
    watch: ImportWatch | None = None,
    fetched_at: datetime | None = None,
) -> ImportReport:
    """Check every file, and only then let them all in: one bad file and none enters.

    `fetched_at` is when they were fetched: by default the day that a dump says it shows, else
    `now`. Files are taken one at a time, so that memory stays bounded. Raises
    LakeError for a file that is missing, empty, damaged, too large, of a type the source does
    not publish, or that holds something else.
    """
    watch = watch or ImportWatch()
    seen = known_content(lake, source.name)
    report = ImportReport([], [])
    with Parts(lake, source.name, limits.buffer_bytes) as parts:
        for path in paths:
            for name, body in read_members(path, limits.payload_bytes, watch.advance):
                watch.begin(name)
                kind = _checked_type(source, path, name, body)
                payload = _to_payload(source, name, body, kind, now, fetched_at)
                if payload.content_sha256 in seen:
                    report.known.append(name)
                    continue
                seen.add(payload.content_sha256)
                parts.add(payload)
                report.imported.append(name)
        parts.place()
    return report


def _checked_type(source: DumpSource, path: Path, name: str, body: bytes) -> str:
    """The media type of a file that is what it should be. Raises LakeError."""
    kind = content_type(name)
    if kind not in source.types:
        raise LakeError(
            f"{path}: {source.name} publishes {sorted(source.types)}, found {kind} ({name})"
        )
    try:
        source.check(body, kind)
    except ForeignPayloadError as error:
        where = path if path.name.startswith(name) else f"{path}:{name}"
        raise ForeignPayloadError(f"{where}: is not {source.name}: {error}") from error
    return kind


def _to_payload(
    source: DumpSource,
    name: str,
    body: bytes,
    kind: str,
    now: datetime,
    fetched_at: datetime | None,
) -> Payload:
    edition = source.describe(body, kind) or Edition()
    when = fetched_at or edition.fetched_at(now)
    return Payload(
        source=source.name,
        endpoint=IMPORT,
        request=request_json({"file": name} | edition.as_request()),
        status=200,
        content_type=kind,
        body=body,
        fetched_at=when,
        licence=source.licence,
        retain_until=retained_until(when, source.retain_days),
        volatile=source.volatile,
    )
