"""Which answers of the lake a question may use."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.connectors.questions import Question, SourceRequest
from pipeline.lake.editions import Edition
from pipeline.lake.payload import Payload, request_json
from pipeline.lake.store import write_payloads
from pipeline.orchestration.replay import replay
from pipeline.values import BoundingBox

TOWN = BoundingBox(55.0, -4.0, 56.0, -3.0)
QUARTER = BoundingBox(55.4, -3.6, 55.6, -3.4)
ASTRIDE = BoundingBox(55.4, -4.5, 55.6, -3.4)  # half of it lies outside the town
ASKED = Question("blue padel courts", ("blue", "padel"), QUARTER)
DAY = datetime(2026, 1, 14)


def search(area: BoundingBox, *terms: str, text: str = "blue padel courts") -> SourceRequest:
    return SourceRequest("search", "/search", {"q": text}, area, terms)


def stored(request: str, *, source: str = "serper", **changes: Any) -> Payload:
    known: dict[str, Any] = {
        "source": source,
        "endpoint": "search",
        "request": request,
        "status": 200,
        "content_type": "application/json",
        "body": b"{}",
        "fetched_at": DAY,
        "licence": "authored",
    }
    return Payload(**known | changes)


def replayed(lake: Path, *payloads: Payload, asked: Question = ASKED) -> list[str]:
    """The ids that answer, after the payloads went into a lake."""
    write_payloads(lake, payloads)
    request = search(asked.area, *asked.terms, text=asked.text)
    return list(replay(lake, "serper", asked, [request])["payload_id"])


@pytest.mark.parametrize(
    ("request_json", "answers"),
    [
        pytest.param(search(QUARTER, "blue", "padel").canonical, True, id="the same request"),
        pytest.param(search(QUARTER, "padel", "blue").canonical, True, id="words in another order"),
        pytest.param(search(TOWN, "padel", text="x").canonical, True, id="wider, fewer words"),
        pytest.param(search(TOWN, text="x").canonical, True, id="wider, no words at all"),
        pytest.param(search(QUARTER, "padel", text="x").canonical, True, id="same area, fewer words"),
        pytest.param(search(ASTRIDE, text="x").canonical, True, id="wider on one side"),
        pytest.param(
            search(BoundingBox(55.5, -3.6, 55.6, -3.4), text="x").canonical, False,
            id="a narrower area"),
        pytest.param(
            search(TOWN, "padel", "indoor", text="x").canonical, False, id="a word more"),
        pytest.param(
            search(TOWN, "blue", "padel", "red", text="x").canonical, False, id="all words and one"),
        pytest.param(
            search(BoundingBox(10, 10, 11, 11), text="x").canonical, False, id="another place"),
        pytest.param(request_json({"q": "blue padel courts"}), False, id="a request of another make"),
        pytest.param(request_json({"area": [1, 2], "terms": []}), False, id="half an area"),
    ],
)  # fmt: skip
def test_an_answer_is_used_if_its_question_was_the_same_or_wider(
    tmp_path: Path, request_json: str, answers: bool
):
    payload = stored(request_json)

    found = replayed(tmp_path, payload)

    assert found == ([payload.payload_id] if answers else [])


def test_an_area_wider_than_every_answer_is_not_answered(tmp_path: Path):
    payload = stored(search(TOWN).canonical)

    assert replayed(tmp_path, payload, asked=Question("padel", ("padel",), ASTRIDE)) == []


def test_an_imported_dump_always_answers(tmp_path: Path):
    dump = stored(request_json({"file": "dump.json"}), endpoint="import")

    assert replayed(tmp_path, dump) == [dump.payload_id]


@pytest.mark.parametrize(
    ("areas", "answers"),
    [
        pytest.param([TOWN], True, id="round the question's"),
        pytest.param([BoundingBox(55.45, -3.55, 55.5, -3.5)], True, id="inside it"),
        pytest.param([ASTRIDE], True, id="across it"),
        pytest.param([BoundingBox(10, 10, 11, 11), TOWN], True, id="one of several"),
        pytest.param([BoundingBox(55.6, -3.4, 56, -3)], True, id="a corner in common"),
        pytest.param([BoundingBox(10, 10, 11, 11)], False, id="elsewhere"),
        pytest.param([BoundingBox(55.4, -3.3, 55.6, -3.2)], False, id="beside it"),
        pytest.param([], True, id="unknown"),
    ],
)
def test_a_dump_answers_where_its_areas_meet_the_questions(
    tmp_path: Path, areas: list[BoundingBox], answers: bool
):
    request = request_json({"file": "dump.json"} | Edition(areas=areas).as_request())
    dump = stored(request, endpoint="import")

    assert replayed(tmp_path, dump) == ([dump.payload_id] if answers else [])


def test_of_a_source_of_snapshots_the_newest_edition_answers(tmp_path: Path):
    old, new = (
        stored(request_json({"file": "a"} | Edition("town", day).as_request()), endpoint="import")
        for day in (date(2020, 8, 8), date(2020, 10, 1))
    )
    write_payloads(tmp_path, [new, old])

    newest = replay(tmp_path, "serper", ASKED, [], is_snapshot=True)
    every = replay(tmp_path, "serper", ASKED, [])

    assert list(newest["payload_id"]) == [new.payload_id]
    assert set(every["payload_id"]) == {old.payload_id, new.payload_id}


def test_a_source_answers_for_itself_alone(tmp_path: Path):
    other = stored(search(TOWN).canonical, source="google_places")

    assert replayed(tmp_path, other) == []


def test_an_empty_lake_answers_nothing(tmp_path: Path):
    assert replayed(tmp_path / "none") == []
