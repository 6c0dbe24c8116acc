"""Reading published dumps from disk: plain, .gz, or members of an archive."""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from pipeline.errors import LakeError

_TYPES = {
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".csv": "text/csv",
    ".xml": "application/xml",
}


_ARCHIVES = (".tar.xz", ".tar.gz", ".tgz", ".tar")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def content_type(name: str) -> str:
    """The media type a file name promises; LakeError names those the lake can read."""
    suffix = Path(name.lower().removesuffix(".gz")).suffix
    if suffix not in _TYPES:
        raise LakeError(f"{name}: file type is {suffix!r}, expected one of {sorted(_TYPES)}")
    return _TYPES[suffix]


class _Told:
    """A file that tells how many bytes were read of it."""

    def __init__(self, file: BinaryIO, tell: Callable[[int], None]) -> None:
        self._file = file
        self._tell = tell

    def read(self, size: int = -1, /) -> bytes:
        block = self._file.read(size)
        self._tell(len(block))
        return block


def read_members(
    path: Path, limit_bytes: int, tell: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[str, bytes]]:
    """Name and unpacked bytes of each file in a dump, one at a time.

    `tell` is told the packed bytes as they are read. Raises LakeError for a missing, empty,
    damaged or too large file; the size is checked while unpacking, so a small archive cannot
    unfold without bound.
    """
    if not path.is_file():
        raise LakeError(f"{path}: no such file")
    try:
        with path.open("rb") as opened:
            file = _Told(opened, tell)
            if path.name.lower().endswith(_ARCHIVES):
                yield from _read_archive(file, path, limit_bytes)
            elif path.suffix.lower() == ".gz":
                with gzip.GzipFile(fileobj=cast("BinaryIO", file), mode="rb") as unpacked:
                    yield _as_text(path.stem), _read(unpacked, str(path), limit_bytes)
            else:
                yield _as_text(path.name), _read(file, str(path), limit_bytes)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise LakeError(f"{path}: cannot be unpacked: {error}") from error


def _read_archive(packed: _Readable, path: Path, limit_bytes: int) -> Iterator[tuple[str, bytes]]:
    is_empty = True
    with tarfile.open(fileobj=cast("BinaryIO", packed), mode="r|*") as archive:
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
