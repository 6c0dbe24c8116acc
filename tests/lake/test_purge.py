"""Payloads past their time leave the lake; whatever stops it, a file is whole."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import LakeError
from pipeline.lake.purge import remove_expired
from pipeline.lake.retention import expired_payloads, expiry_warnings
from pipeline.lake.store import lake_files, scan_lake, write_payloads
from pipeline.lake.unfinished import remove_abandoned
from pipeline.lake.verify import verify_lake
from tests.lake.payloads import DAY, a_payload, files_under

LATER = DAY + timedelta(days=30)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A file with one of two payloads past its time, one with all, one with none."""
    write_payloads(tmp_path, [a_payload(1, retain_until=LATER), a_payload(2)])
    write_payloads(tmp_path, [a_payload(3, source="pages", retain_until=LATER)])
    write_payloads(tmp_path, [a_payload(4, source="register")])
    return tmp_path


def files_of(rows: pl.DataFrame) -> list[Path]:
    return [Path(path) for path in rows["lake_path"].unique().sort()]


def purge(lake: Path, at: datetime) -> None:
    remove_expired(files_of(expired_payloads(lake, at)), at)


def test_only_what_is_past_its_time_goes(lake: Path):
    before = files_under(lake)

    purge(lake, LATER)

    assert sorted(scan_lake(lake).collect()["body"]) == [b"2", b"4"]
    assert files_under(lake) == [name for name in before if "source=pages" not in name]
    assert not (lake / "source=pages" / "ingest_date=2026-01-14").exists()
    assert verify_lake(lake) == []


def test_before_its_time_nothing_goes(lake: Path):
    purge(lake, LATER - timedelta(microseconds=1))

    assert scan_lake(lake).collect().height == 4


def test_files_that_another_purge_removed_are_no_error(lake: Path):
    files = files_of(expired_payloads(lake, LATER))
    purge(lake, LATER)

    remove_expired(files, LATER)

    assert sorted(scan_lake(lake).collect()["body"]) == [b"2", b"4"]


def test_files_without_such_payloads_are_not_touched(lake: Path):
    (path,) = lake_files(lake, "register")
    before = path.stat()

    purge(lake, LATER)
    purge(lake, LATER)

    assert path.stat().st_ino == before.st_ino


def test_where_a_file_cannot_be_written_it_stays_whole(lake: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(LakeError, match="No space left"):
            purge(lake, LATER)

    assert verify_lake(lake) == []
    assert {b"1", b"2", b"4"} <= set(scan_lake(lake).collect()["body"])
    purge(lake, LATER)
    assert sorted(scan_lake(lake).collect()["body"]) == [b"2", b"4"]


def test_stopped_between_two_files_the_rest_goes_next_time(lake: Path):
    def stop(name: str) -> None:
        if name == files_of(expired_payloads(lake, LATER))[-1].name and len(begun) == 1:
            raise KeyboardInterrupt
        begun.append(name)

    begun: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        remove_expired(files_of(expired_payloads(lake, LATER)), LATER, stop)
    assert verify_lake(lake) == []
    assert scan_lake(lake).collect().height == 3

    purge(lake, LATER)
    assert sorted(scan_lake(lake).collect()["body"]) == [b"2", b"4"]


def test_what_a_killed_writer_left_goes_and_a_living_one_keeps_its_file(lake: Path):
    folder = lake / "source=pages" / "ingest_date=2026-01-14"
    dead = folder / ".a.parquet.4194304.part"  # above the largest process number of Linux
    living = folder / f".b.parquet.{os.getpid()}.part"
    dead.write_text("an answer")
    living.write_text("half an answer")

    removed = remove_abandoned(lake)

    assert removed == [dead.name]
    assert not dead.exists()
    assert living.exists()


def test_a_reader_is_told_how_many_were_left_out_and_what_to_do(lake: Path):
    (told,) = expiry_warnings(lake, LATER)

    assert "1 of council, 1 of pages" in told
    assert "sightline lake purge" in told
    assert expiry_warnings(lake, DAY) == []
