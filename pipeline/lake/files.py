"""Reading published dumps from disk: plain, .gz, or members of a .tar.xz."""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pipeline.errors import LakeError

_TYPES = {
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".csv": "text/csv",
    ".xml": "application/xml",
}


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def content_type(name: str) -> str:
    """The media type a file name promises; LakeError names those the lake can read."""
    suffix = Path(name.lower().removesuffix(".gz")).suffix
    if suffix not in _TYPES:
        raise LakeError(f"{name}: file type is {suffix!r}, expected one of {sorted(_TYPES)}")
    return _TYPES[suffix]


def read_members(path: Path, limit_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Name and unpacked bytes of each file in a dump, one at a time.

    Raises LakeError for a missing, empty, damaged or too large file; the size is checked
    while unpacking, so a small archive cannot unfold without bound.
    """
    if not path.is_file():
        raise LakeError(f"{path}: no such file")
    try:
        if path.name.lower().endswith((".tar.xz", ".tar.gz", ".tar")):
            yield from _read_archive(path, limit_bytes)
        elif path.suffix.lower() == ".gz":
            with gzip.open(path, "rb") as file:
                yield _as_text(path.stem), _read(file, str(path), limit_bytes)
        else:
            with path.open("rb") as file:
                yield _as_text(path.name), _read(file, str(path), limit_bytes)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise LakeError(f"{path}: cannot be unpacked: {error}") from error


def _read_archive(path: Path, limit_bytes: int) -> Iterator[tuple[str, bytes]]:
    is_empty = True
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                is_empty = False
                name = _as_text(member.name)
                yield name, _read(file, f"{path}:{name}", limit_bytes)
    if is_empty:
        raise LakeError(f"{path}: the archive holds no file")


def _as_text(name: str) -> str:
    """A file name that can be stored; bytes that are no UTF-8 become `�`."""
    return os.fsencode(name).decode("utf-8", "replace")


def _read(file: _Readable, where: str, limit_bytes: int) -> bytes:
    body = file.read(limit_bytes + 1)
    if not body.strip():
        raise LakeError(f"{where}: the file is empty")
    if len(body) > limit_bytes:
        raise LakeError(
            f"{where}: more than {limit_bytes // 2**20} MB unpacked, the largest payload "
            "allowed; raise lake.max_payload_mb in app.yaml if this is meant"
        )
    return body
