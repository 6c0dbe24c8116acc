"""Importing dumps: all of them or none, each checked for what it says it is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import ForeignPayloadError, LakeError
from pipeline.lake.imports import DumpSource, ImportReport, import_files
from pipeline.lake.store import scan_lake
from tests.conftest import Call
from tests.lake.payloads import DAY, files_under, write_tar

LIMIT = 1_000_000
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
    return import_files(lake, source or a_source(), paths, DAY, LIMIT)


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

    import_files(tmp_path / "lake", a_source(), [path], DAY, LIMIT, named.append)

    assert named == ["folder/a.json", "folder/b.json"]


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
