"""Importing dumps: all of them or none, each checked for what it says it is."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import ForeignPayloadError, LakeError
from pipeline.lake.imports import DumpSource, ImportLimits, ImportReport, ImportWatch, import_files
from pipeline.lake.parts import Parts
from pipeline.lake.store import scan_lake
from tests.conftest import Call
from tests.lake.payloads import DAY, a_payload, files_under, write_tar

LIMIT = 1_000_000
LIMITS = ImportLimits(LIMIT)
PLACES = [{"ID": 1, "AddressInfo": {"Title": "One"}}, {"ID": 2, "AddressInfo": {"Title": "Two"}}]


def require_list(body: bytes, content_type: str) -> None:
    if not body.startswith(b"["):
        raise ForeignPayloadError(f"no list ({content_type})")


def a_source(retain_days: int | None = None) -> DumpSource:
    return DumpSource("council", "open", retain_days, ("application/json",), (), require_list)


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def import_into(lake: Path, *paths: Path, source: DumpSource | None = None) -> ImportReport:
    return import_files(lake, source or a_source(), paths, DAY, LIMITS)


def test_a_file_becomes_a_payload_as_it_came(tmp_path: Path):
    path = write(tmp_path / "a.json", "[1, 2]\n")

    report = import_into(tmp_path / "lake", path, source=a_source(retain_days=30))

    (row,) = scan_lake(tmp_path / "lake").collect().to_dicts()
    assert report.imported == ["a.json"]
    assert row["body"] == b"[1, 2]\n"
    assert (row["source"], row["endpoint"], row["status"]) == ("council", "import", 200)
    assert row["request"] == '{"file":"a.json"}'
    assert (row["content_type"], row["licence"]) == ("application/json", "open")
    assert row["fetched_at"] == DAY
    assert row["retain_until"] == DAY + timedelta(days=30)


def test_what_may_be_kept_for_ever_has_no_end(tmp_path: Path):
    import_into(tmp_path / "lake", write(tmp_path / "a.json", "[1]"))

    assert scan_lake(tmp_path / "lake").collect()["retain_until"].to_list() == [None]


def test_every_member_of_an_archive_is_a_payload(tmp_path: Path):
    path = write_tar(tmp_path / "d.tar.xz", a_json=b"[1]", b_json=b"[2]")

    report = import_into(tmp_path / "lake", path)

    assert report.imported == ["folder/a.json", "folder/b.json"]
    assert scan_lake(tmp_path / "lake").collect().height == 2


def test_a_name_is_told_as_it_is(tmp_path: Path):
    path = write(tmp_path / 'the "old" é.json', "[1]")

    report = import_into(tmp_path / "lake", path)

    assert report.imported == ['the "old" é.json']
    (request,) = scan_lake(tmp_path / "lake").collect()["request"]
    assert json.loads(request) == {"file": 'the "old" é.json'}


def test_each_file_is_named_as_it_is_read(tmp_path: Path):
    path = write_tar(tmp_path / "d.tar.xz", a_json=b"[1]", b_json=b"[2]")
    named: list[str] = []

    import_files(tmp_path / "lake", a_source(), [path], DAY, LIMITS, ImportWatch(named.append))

    assert named == ["folder/a.json", "folder/b.json"]


def test_every_packed_byte_is_told(tmp_path: Path):
    paths = [
        write_tar(tmp_path / "d.tar.xz", a_json=b"[1]"),
        write_tar(tmp_path / "d.tgz", "w:gz", b_json=b"[2]"),
        write(tmp_path / "c.json", "[3]"),
    ]
    told: list[int] = []

    import_files(
        tmp_path / "lake", a_source(), paths, DAY, LIMITS, ImportWatch(advance=told.append)
    )

    assert sum(told) == sum(path.stat().st_size for path in paths)


def test_a_dump_larger_than_memory_may_hold_enters_in_pieces(tmp_path: Path):
    path = write_tar(tmp_path / "d.tar.xz", a_json=b"[1]", b_json=b"[2]", c_json=b"[3]")

    report = import_files(tmp_path / "lake", a_source(), [path], DAY, ImportLimits(LIMIT, 6))

    rows = scan_lake(tmp_path / "lake").collect()
    assert sorted(rows["body"]) == [b"[1]", b"[2]", b"[3]"]
    assert rows["lake_path"].n_unique() == 2
    assert report.imported == ["folder/a.json", "folder/b.json", "folder/c.json"]
    assert [name for name in files_under(tmp_path / "lake") if name.endswith(".part")] == []


@pytest.mark.parametrize(
    "ending", [LakeError("a bad file"), KeyboardInterrupt()], ids=["bad file", "Ctrl-C"]
)
def test_pieces_already_written_are_dropped_when_the_import_ends_early(
    tmp_path: Path, ending: BaseException
):
    def refuse_the_third(name: str) -> None:
        if name == "folder/c.json":
            assert [file[-5:] for file in files_under(tmp_path / "lake")] == [".part", ".part"]
            raise ending

    path = write_tar(tmp_path / "d.tar.xz", a_json=b"[1]", b_json=b"[2]", c_json=b"[3]")

    with pytest.raises(type(ending)):
        import_files(
            tmp_path / "lake", a_source(), [path], DAY, ImportLimits(LIMIT, 1),
            ImportWatch(refuse_the_third),
        )  # fmt: skip

    assert files_under(tmp_path / "lake") == []


def test_a_file_that_cannot_get_its_name_takes_the_others_back(tmp_path: Path):
    lake = tmp_path / "lake"
    with Parts(lake, "council", buffer_bytes=1) as parts:
        parts.add(a_payload([1]))
        parts.add(a_payload([2]))
        (lake / files_under(lake)[1]).unlink()

        with pytest.raises(LakeError, match="cannot be written"):
            parts.place()

    assert files_under(lake) == []


def test_what_a_dead_process_left_is_cleaned_up_and_what_a_living_one_writes_is_not(
    tmp_path: Path,
):
    ended = subprocess.Popen(["true"])
    ended.wait()
    folder = tmp_path / "lake" / "source=council" / "ingest_date=2026-01-01"
    folder.mkdir(parents=True)
    for process in (ended.pid, os.getppid()):
        (folder / f".abc.parquet.{process}.part").write_bytes(b"PAR")

    import_into(tmp_path / "lake", write(tmp_path / "a.json", "[1]"))

    assert [file.name for file in folder.iterdir()] == [f".abc.parquet.{os.getppid()}.part"]


def test_a_second_import_finds_everything_known(tmp_path: Path):
    path = write(tmp_path / "a.json", "[1, 2]")
    import_into(tmp_path / "lake", path)
    before = files_under(tmp_path / "lake")

    report = import_into(tmp_path / "lake", path, write(tmp_path / "renamed.json", "[2,1]"))

    assert report == ImportReport(imported=[], known=["a.json", "renamed.json"])
    assert files_under(tmp_path / "lake") == before


def test_the_same_content_twice_in_one_import_enters_once(tmp_path: Path):
    report = import_into(
        tmp_path / "lake",
        write(tmp_path / "a.json", "[1, 2]"),
        write(tmp_path / "b.json", "[2, 1]"),
    )

    assert (report.imported, report.known) == (["a.json"], ["b.json"])
    assert scan_lake(tmp_path / "lake").collect().height == 1


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param("bad.json", "{}", "bad.json: is not council: no list", id="foreign content"),
        pytest.param("bad.json", "", "bad.json: the file is empty", id="empty"),
        pytest.param("bad.json.gz", "[1]", "bad.json.gz: cannot be unpacked", id="damaged"),
        pytest.param(
            "bad.json", "[" + "1," * LIMIT + "1]", "the largest payload allowed", id="too large"
        ),
        pytest.param("bad.zip", "[1]", "bad.zip: file type is '.zip'", id="unknown type"),
        pytest.param(
            "bad.csv",
            "[1]",
            "council publishes ['application/json'], found text/csv",
            id="other type",
        ),
    ],
)
def test_one_bad_file_and_none_enters(tmp_path: Path, name: str, text: str, told: str):
    good, bad = write(tmp_path / "good.json", "[1]"), write(tmp_path / name, text)

    with pytest.raises(LakeError) as refused:
        import_into(tmp_path / "lake", good, bad)

    assert told in str(refused.value)
    assert refused.value.exit_code == 11
    assert not (tmp_path / "lake").exists()


def test_a_missing_file_keeps_the_others_out_too(tmp_path: Path):
    with pytest.raises(LakeError, match=r"gone\.json: no such file"):
        import_into(tmp_path / "lake", write(tmp_path / "good.json", "[1]"), tmp_path / "gone.json")

    assert not (tmp_path / "lake").exists()


def test_foreign_content_names_the_file_and_the_source(tmp_path: Path):
    path = write(tmp_path / "a.json", '{"error": 1}')

    with pytest.raises(ForeignPayloadError) as refused:
        import_into(tmp_path / "lake", path)

    assert str(refused.value) == f"{path}: is not council: no list (application/json)"


def test_foreign_content_in_an_archive_names_the_member(tmp_path: Path):
    path = write_tar(tmp_path / "d.tar.xz", a_json=b"[1]", b_json=b"{}")

    with pytest.raises(ForeignPayloadError) as refused:
        import_into(tmp_path / "lake", path)

    assert str(refused.value).startswith(f"{path}:folder/b.json: is not council")


def test_the_command_imports_and_then_knows(home: Path, tmp_path: Path, sightline: Call):
    dump = write(tmp_path / "poi.json", json.dumps(PLACES))

    first = sightline(
        "lake", "import", "--source", "open_charge_map", "--date", "2026-01-14", str(dump), "--json"
    )
    second = sightline("lake", "import", "--source", "open_charge_map", str(dump), "--json")

    assert first.json() == {"imported": ["poi.json"], "known": []}
    assert second.json() == {"imported": [], "known": ["poi.json"]}
    rows = scan_lake(home / "data" / "lake" / "raw", "open_charge_map").collect()
    assert rows["fetched_at"].to_list() == [datetime(2026, 1, 14)]


def test_the_command_ends_with_11_for_another_sources_answer(
    home: Path, tmp_path: Path, sightline: Call
):
    dump = write(tmp_path / "poi.json", '{"type": "FeatureCollection", "features": []}')

    called = sightline("lake", "import", "--source", "open_charge_map", str(dump))

    assert called.code == 11
    assert f"{dump}: is not open_charge_map" in called.err
    assert files_under(home) == []
