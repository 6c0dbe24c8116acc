"""Unpacking dumps: every container, every kind of damage, and never without bound."""

from __future__ import annotations

import gzip
import lzma
import os
import tracemalloc
from pathlib import Path

import pytest

from pipeline.errors import LakeError
from pipeline.lake.files import content_type, read_members
from tests.lake.payloads import write_tar

LIMIT = 1_000_000
TEXT = b'{"a": 1}'
NOISE = os.urandom(20_000).hex().encode()  # does not compress away


def write(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def members(path: Path, limit: int = LIMIT) -> list[tuple[str, bytes]]:
    return list(read_members(path, limit))


def test_a_plain_file_is_its_only_member(tmp_path: Path):
    assert members(write(tmp_path / "a.json", TEXT)) == [("a.json", TEXT)]


@pytest.mark.parametrize("name", ["a.json.gz", "A.JSON.GZ"])
def test_a_gz_file_loses_its_suffix_and_its_wrapping(tmp_path: Path, name: str):
    path = write(tmp_path / name, gzip.compress(TEXT))

    assert members(path) == [(name[:-3], TEXT)]


def test_a_gz_of_several_parts_is_read_to_its_end(tmp_path: Path):
    path = write(tmp_path / "a.csv.gz", gzip.compress(b"a\n") + gzip.compress(b"1\n"))

    assert members(path) == [("a.csv", b"a\n1\n")]


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("d.tar.xz", "w:xz"),
        ("d.tar.gz", "w:gz"),
        ("d.tgz", "w:gz"),
        ("d.tar", "w"),
        ("D.TAR.XZ", "w:xz"),
    ],
)
def test_an_archive_gives_its_files_and_no_folders(tmp_path: Path, name: str, mode: str):
    path = write_tar(tmp_path / name, mode, a_json=TEXT, b_csv=b"a\n1\n")

    assert members(path) == [("folder/a.json", TEXT), ("folder/b.csv", b"a\n1\n")]


def test_members_come_one_at_a_time(tmp_path: Path):
    path = write_tar(tmp_path / "d.tar.xz", a_json=TEXT, b_json=b"")

    stream = read_members(path, LIMIT)

    assert next(stream) == ("folder/a.json", TEXT)
    with pytest.raises(LakeError, match=r"d\.tar\.xz:folder/b\.json: the file is empty"):
        next(stream)


def test_a_name_that_is_no_utf8_is_still_a_name(tmp_path: Path):
    raw = os.fsencode(tmp_path) + b"/caf\xe9.json"
    Path(os.fsdecode(raw)).write_bytes(TEXT)

    assert members(Path(os.fsdecode(raw))) == [("caf\ufffd.json", TEXT)]


def cut(body: bytes, kept: float) -> bytes:
    return body[: int(len(body) * kept)]


def tar_bytes(tmp_path: Path) -> bytes:
    return write_tar(tmp_path / "whole.tar.xz", a_json=NOISE).read_bytes()


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        pytest.param("a.json", b"", "the file is empty", id="empty"),
        pytest.param("a.json", b" \n\t", "the file is empty", id="blanks only"),
        pytest.param("a.json.gz", b"", "the file is empty", id="empty gz"),
        pytest.param("a.json.gz", gzip.compress(b""), "the file is empty", id="gz of nothing"),
        pytest.param(
            "a.json.gz", TEXT, "cannot be unpacked: Not a gzipped file", id="no gz at all"
        ),
        pytest.param(
            "a.json.gz", cut(gzip.compress(NOISE), 0.5), "cannot be unpacked", id="half a gz"
        ),
        pytest.param(
            "a.json.gz", gzip.compress(NOISE)[:-3], "cannot be unpacked", id="gz without its end"
        ),
        pytest.param(
            "a.json.gz", gzip.compress(NOISE)[:5], "cannot be unpacked", id="start of a gz"
        ),
        pytest.param("a.tar.xz", b"", "cannot be unpacked", id="empty archive file"),
        pytest.param("a.tar.xz", TEXT, "cannot be unpacked", id="no archive at all"),
        pytest.param(
            "a.tar.xz", lzma.compress(TEXT), "cannot be unpacked", id="xz of something else"
        ),
    ],
)
def test_a_damaged_file_is_told(tmp_path: Path, name: str, body: bytes, told: str):
    path = write(tmp_path / name, body)

    with pytest.raises(LakeError) as damaged:
        members(path)

    assert str(path) in str(damaged.value)
    assert told in str(damaged.value)


@pytest.mark.parametrize("kept", [0.01, 0.3, 0.9])
def test_a_truncated_archive_is_told(tmp_path: Path, kept: float):
    path = write(tmp_path / "a.tar.xz", cut(tar_bytes(tmp_path), kept))

    with pytest.raises(LakeError, match=r"a\.tar\.xz: cannot be unpacked"):
        members(path)


def test_a_flipped_byte_inside_an_archive_is_told(tmp_path: Path):
    body = bytearray(tar_bytes(tmp_path))
    body[len(body) // 2] ^= 0xFF

    with pytest.raises(LakeError, match="cannot be unpacked"):
        members(write(tmp_path / "a.tar.xz", bytes(body)))


@pytest.mark.parametrize(
    "position",
    [pytest.param(10, id="in the first block's kind"), pytest.param(-6, id="in the checksum")],
)
def test_a_flipped_byte_inside_a_gz_is_told(tmp_path: Path, position: int):
    body = bytearray(gzip.compress(NOISE))
    body[position] ^= 0xFF

    with pytest.raises(LakeError, match="cannot be unpacked"):
        members(write(tmp_path / "a.json.gz", bytes(body)))


def test_an_archive_of_folders_only_is_told(tmp_path: Path):
    with pytest.raises(LakeError, match=r"d\.tar\.xz: the archive holds no file"):
        members(write_tar(tmp_path / "d.tar.xz"))


@pytest.mark.parametrize(
    "container",
    [
        pytest.param("plain", id="plain"),
        pytest.param("gz", id="gz"),
        pytest.param("tar", id="archive"),
    ],
)
def test_what_unfolds_beyond_the_limit_is_refused(tmp_path: Path, container: str):
    big = b"1" * (LIMIT + 1)
    path = {
        "plain": lambda: write(tmp_path / "a.json", big),
        "gz": lambda: write(tmp_path / "a.json.gz", gzip.compress(big)),
        "tar": lambda: write_tar(tmp_path / "a.tar.xz", a_json=big),
    }[container]()

    with pytest.raises(
        LakeError, match=r"unpacked, the largest payload allowed; raise lake\.max_payload_mb"
    ):
        members(path)


def test_what_just_fits_is_read(tmp_path: Path):
    path = write(tmp_path / "a.json.gz", gzip.compress(b"1" * LIMIT))

    assert len(members(path)[0][1]) == LIMIT


def test_a_bomb_is_not_unfolded(tmp_path: Path):
    path = tmp_path / "bomb.json.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(100):
            file.write(b"1" * 2**20)

    tracemalloc.start()
    with pytest.raises(LakeError, match="the largest payload allowed"):
        members(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 20 * 2**20  # of the 100 MB it would have become


@pytest.mark.parametrize("name", ["gone.json", "."])
def test_a_missing_file_or_a_folder_is_told(tmp_path: Path, name: str):
    with pytest.raises(LakeError, match="no such file"):
        members(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param("a.json", "application/json", id="JSON"),
        pytest.param("a.GeoJSON", "application/geo+json", id="GeoJSON, in capitals"),
        pytest.param("folder/a.csv", "text/csv", id="CSV in a folder"),
        pytest.param("a.xml", "application/xml", id="XML"),
        pytest.param("a.xml.gz", "application/xml", id="packed XML"),
    ],
)
def test_a_suffix_promises_a_type(name: str, kind: str):
    assert content_type(name) == kind


@pytest.mark.parametrize("name", ["a.zip", "a.parquet", "README", ".json", "a.gz"])
def test_an_unknown_suffix_is_told_with_the_known_ones(name: str):
    with pytest.raises(
        LakeError, match=r"expected one of \['\.csv', '\.geojson', '\.json', '\.xml'\]"
    ):
        content_type(name)
