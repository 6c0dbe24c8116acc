"""The text a claim points to, found again in the lake."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.lake.payload import Payload
from pipeline.lake.store import write_payloads
from pipeline.story import RawReader, Story

DOCUMENT = {
    "elements": [{"tags": {"name": "Łódź", "a/b": 1, "m~n": 2, "#": 3, "~1": 4, "": 5}}],
    "count": None,
}
CSV = '\ufeffid,name,note\n7,"Park, North","two\nlines"\n\n9,East\n'


def lay(lake: Path, body: str | bytes, content_type: str = "application/json") -> str:
    """Put one authored payload into a lake; gives its id."""
    payload = Payload(
        source="openstreetmap",
        endpoint="import",
        request="{}",
        status=200,
        content_type=content_type,
        body=body.encode() if isinstance(body, str) else body,
        fetched_at=datetime(2026, 1, 14),
        licence="authored",
    )
    write_payloads(lake, [payload])
    return payload.payload_id


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        pytest.param("/elements/0/tags/name", "Łódź", id="a value"),
        pytest.param("/elements/0/tags/a~1b", 1, id="~1 is a slash"),
        pytest.param("/elements/0/tags/m~0n", 2, id="~0 is a tilde"),
        pytest.param("/elements/0/tags/~01", 4, id="~01 is ~1, not a slash"),
        pytest.param("/elements/0/tags/#", 3, id="a hash after the slash is a name"),
        pytest.param("/elements/0/tags/", 5, id="the empty name"),
        pytest.param("/count", None, id="null"),
        pytest.param("", DOCUMENT, id="the whole document"),
    ],
)
def test_a_json_pointer_leads_to_its_value(tmp_path: Path, pointer: str, expected: Any):
    payload_id = lay(tmp_path, json.dumps(DOCUMENT))

    raw = RawReader(tmp_path).read(payload_id, pointer)

    assert json.loads(raw) == expected


def test_letters_are_shown_as_they_are(tmp_path: Path):
    payload_id = lay(tmp_path, json.dumps(DOCUMENT))

    assert RawReader(tmp_path).read(payload_id, "/elements/0/tags/name") == '"Łódź"'


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        pytest.param("/0", {"id": "7", "name": "Park, North", "note": "two\nlines"}, id="a row"),
        pytest.param("/0/name", "Park, North", id="a cell"),
        pytest.param("/2", {"id": "9", "name": "East"}, id="a short row after a blank one"),
    ],
)
def test_a_csv_pointer_leads_to_its_row(tmp_path: Path, pointer: str, expected: Any):
    payload_id = lay(tmp_path, CSV, "text/csv")

    assert json.loads(RawReader(tmp_path).read(payload_id, pointer)) == expected


def test_a_list_of_pointers_is_one_line_each(tmp_path: Path):
    payload_id = lay(tmp_path, json.dumps(["a", "b", "c"]))

    raw = RawReader(tmp_path).read(payload_id, '["/0", "/2"]')

    assert raw == '"a"\n"c"'


def test_a_pointer_into_another_payload_is_followed(tmp_path: Path):
    home, other = lay(tmp_path, json.dumps(["home"])), lay(tmp_path, json.dumps(["other"]))

    raw = RawReader(tmp_path).read(home, json.dumps(["/0", f"{other}#/0", f"{other}#"]))

    assert raw == '"home"\n"other"\n["other"]'


@pytest.mark.parametrize(
    ("pointer", "told"),
    [
        pytest.param("/9", "has nothing at /9", id="past the end"),
        pytest.param("/0/name", "has nothing at /0/name", id="into a text"),
        pytest.param("/x", "has nothing at /x", id="a name in a list"),
        pytest.param("p_gone#/0", "p_gone is not in the lake", id="a payload that is gone"),
    ],
)
def test_a_pointer_that_leads_nowhere_is_told(tmp_path: Path, pointer: str, told: str):
    payload_id = lay(tmp_path, json.dumps(["text"]))

    raw = RawReader(tmp_path).read(payload_id, pointer)

    assert raw.startswith("(")
    assert told in raw


def test_what_cannot_be_decoded_is_told(tmp_path: Path):
    payload_id = lay(tmp_path, b"<a/>", "application/xml")

    assert RawReader(tmp_path).read(payload_id, "/0") == f"({payload_id} has nothing at /0)"


def test_an_expired_payload_is_told(tmp_path: Path):
    assert RawReader(tmp_path / "none").read("p_1", "/0") == "(p_1 is not in the lake)"


def test_a_reader_reads_each_payload_once(tmp_path: Path):
    payload_id = lay(tmp_path, json.dumps(["a", "b"]))
    reader = RawReader(tmp_path)
    reader.read(payload_id, "/0")
    for path in tmp_path.rglob("*.parquet"):
        path.unlink()

    assert reader.read(payload_id, "/1") == '"b"'


def claim(path: str) -> dict[str, Any]:
    return {"path": path, "value": "x"}


STORY = Story(
    {}, [claim("phone"), claim("modules.a.total"), claim("modules.a.telephone")], [], [], []
)


@pytest.mark.parametrize(
    ("field", "paths"),
    [
        pytest.param("phone", ["phone"], id="whole names only"),
        pytest.param("total", ["modules.a.total"], id="the last part"),
        pytest.param("a", ["modules.a.total", "modules.a.telephone"], id="a part in the middle"),
        pytest.param("modules", ["modules.a.total", "modules.a.telephone"], id="the first part"),
        pytest.param("a.total", ["modules.a.total"], id="two parts"),
    ],
)
def test_claims_are_found_by_parts_of_their_path(field: str, paths: list[str]):
    assert [found["path"] for found in STORY.claims_of(field)] == paths


def test_a_field_nobody_claims_names_those_there_are():
    with pytest.raises(UsageError, match=r"'tel'; claimed are modules\.a\.telephone, modules"):
        STORY.claims_of("tel")
