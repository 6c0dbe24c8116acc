"""Of a source of snapshots, the newest edition of each scope counts."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.errors import ForeignPayloadError
from pipeline.lake.editions import Edition, current, superseded, without_retired
from pipeline.lake.imports import DumpSource, ImportLimits, import_files
from pipeline.lake.payload import Payload, request_json
from pipeline.lake.store import scan_lake, write_payloads
from pipeline.values import BoundingBox
from tests.lake.payloads import DAY, a_payload

AUGUST, OCTOBER = date(2020, 8, 8), date(2020, 10, 1)


def edition(text: str, dated: date | None, scope: str | None = "town", **given: Any) -> Payload:
    request = {"file": f"{text}.json"} | Edition(scope, dated).as_request()
    return a_payload(text, endpoint="import", request=request_json(request), **given)


def counting(lake: Path, *payloads: Payload, snapshots: tuple[str, ...] = ("council",)) -> set[str]:
    write_payloads(lake, payloads)
    rows = current(scan_lake(lake), snapshots).collect()
    return {body.decode().strip('"') for body in rows["body"]}


def test_the_day_an_edition_shows_decides_and_not_when_it_came(tmp_path: Path):
    older = edition("older", AUGUST, fetched_at=datetime(2026, 5, 1))
    newer = edition("newer", OCTOBER, fetched_at=datetime(2026, 1, 1))

    assert counting(tmp_path, newer, older) == {"newer"}


def test_an_edition_without_a_day_stands_for_the_day_it_came(tmp_path: Path):
    undated = edition("undated", None, fetched_at=datetime(2020, 9, 1))

    assert counting(tmp_path / "a", edition("a", AUGUST), undated) == {"undated"}
    assert counting(tmp_path / "b", edition("b", OCTOBER), undated) == {"b"}


def test_of_one_day_the_edition_that_came_last_counts(tmp_path: Path):
    first = edition("first", AUGUST, fetched_at=datetime(2020, 9, 1))
    mended = edition("mended", AUGUST, fetched_at=datetime(2020, 9, 2))

    assert counting(tmp_path, mended, first) == {"mended"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(edition("other", AUGUST, scope="county"), id="another scope"),
        pytest.param(edition("other", AUGUST, scope=None), id="no scope"),
        pytest.param(edition("other", AUGUST, source="register"), id="no source of snapshots"),
        pytest.param(a_payload("other", request=request_json({"scope": "town"})), id="no dump"),
    ],
)
def test_an_edition_supersedes_its_own_scope_alone(tmp_path: Path, other: Payload):
    assert counting(tmp_path, edition("newest", OCTOBER), other) == {"newest", "other"}


def test_without_sources_of_snapshots_everything_counts(tmp_path: Path):
    found = counting(tmp_path, edition("a", AUGUST), edition("b", OCTOBER), snapshots=())

    assert found == {"a", "b"}


def test_as_of_a_day_the_edition_of_then_counts(tmp_path: Path):
    august = edition("august", AUGUST, fetched_at=datetime(2020, 8, 8))
    october = edition("october", OCTOBER, fetched_at=datetime(2020, 10, 1))
    write_payloads(tmp_path, [august, october])

    then = current(scan_lake(tmp_path, as_of=datetime(2020, 9, 1)), ["council"]).collect()

    assert then["payload_id"].to_list() == [august.payload_id]


def test_a_superseded_edition_names_its_successor(tmp_path: Path):
    one, two, three = (edition(str(n), date(2020, n, 1)) for n in (1, 2, 3))
    write_payloads(tmp_path, [two, three, one])

    found = superseded(scan_lake(tmp_path), ["council"])

    assert set(found.rows()) == {
        (one.payload_id, three.payload_id),
        (two.payload_id, three.payload_id),
    }


def test_stored_records_retire_when_the_newest_edition_was_read(tmp_path: Path):
    old, new = edition("old", AUGUST), edition("new", OCTOBER)
    write_payloads(tmp_path, [old, new])
    stored = pl.DataFrame(
        {"record_key": ["council:1", "council:2"], "payload_id": [old.payload_id, "p_other"]}
    )

    read = without_retired(stored, tmp_path, {"council": [new.payload_id]})
    unread = without_retired(stored, tmp_path, {"council": ["p_other"]})

    assert read["record_key"].to_list() == ["council:2"]
    assert unread["record_key"].to_list() == ["council:1", "council:2"]


def describe(body: bytes, _content_type: str) -> Edition:
    day = date.fromisoformat(body.decode().strip('"'))
    return Edition("town", day, [BoundingBox(55, -4, 56, -3)])


@pytest.mark.parametrize(
    ("day", "given", "fetched_at"),
    [
        pytest.param("2020-08-08", None, datetime(2020, 8, 8), id="the day it shows"),
        pytest.param("2020-08-08", datetime(2020, 9, 9), datetime(2020, 9, 9), id="the day given"),
        pytest.param("2031-01-01", None, DAY, id="never a day to come"),
    ],
)
def test_an_import_keeps_what_a_dump_says_of_itself(
    tmp_path: Path, day: str, given: datetime | None, fetched_at: datetime
):
    path = tmp_path / "a.json"
    path.write_text(f'"{day}"')
    source = DumpSource("council", "open", None, ("application/json",), (), accept, describe)

    import_files(tmp_path / "lake", source, [path], DAY, ImportLimits(99), fetched_at=given)

    (row,) = scan_lake(tmp_path / "lake").collect().to_dicts()
    assert row["request"] == (
        f'{{"areas":[[55,-4,56,-3]],"edition":"{day}","file":"a.json","scope":"town"}}'
    )
    assert row["fetched_at"] == fetched_at


def accept(body: bytes, _content_type: str) -> None:
    if not body:
        raise ForeignPayloadError("nothing")
