"""`sightline record`: items of an answer become an example that the lens passes with."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.lake.payload import Payload, request_json
from pipeline.lake.store import write_payloads
from tests.conftest import LENS, Call

FETCHED = datetime(2026, 3, 1, 9)
KEY = "planted-key-of-the-hub"
WHY = "what a drawn court says"
ELEMENTS = [
    {"type": "node", "id": 901, "lat": 55.95, "lon": -3.2, "user": "somebody", "uid": 7,
     "changeset": 8, "tags": {"leisure": "pitch", "sport": "padel", "name": "Example Padel: one"}},
    {"type": "node", "id": 902, "lat": 55.96, "lon": -3.2, "tags": {"name": "yes", "leisure": "pitch"}},
    {"type": "node", "id": 903, "lat": 55.97, "lon": -3.2, "tags": {"name": "Example Two",
     "sport": "tennis", "website": f"https://example.example/?authkey=abc123&x={KEY}"}},
]  # fmt: skip


def an_answer(source: str, body: Any, **given: Any) -> Payload:
    """An authored stand-in for a live answer, under the source's own licence."""
    fields: dict[str, Any] = {
        "source": source,
        "endpoint": "interpreter",
        "request": request_json({"params": {}, "terms": []}),
        "status": 200,
        "content_type": "application/json",
        "body": body if isinstance(body, bytes) else json.dumps(body).encode(),
        "fetched_at": FETCHED,
        "licence": "ODbL-1.0",
    }
    return Payload(**fields | given)


def overpass(*elements: dict[str, Any], **given: Any) -> Payload:
    body = {"version": 0.6, "generator": "Overpass", "osm3s": {"copyright": "text"}}
    return an_answer("openstreetmap", body | {"elements": list(elements)}, **given)


@pytest.fixture
def lake(home: Path) -> Path:
    """A lake that holds one answer of three elements."""
    folder = home / "data" / "lake" / "raw"
    write_payloads(folder, [overpass(*ELEMENTS)])
    return folder


def record(sightline: Call, *arguments: str, source: str = "openstreetmap", why: str = WHY) -> Any:
    called = sightline("record", "--source", source, "--why", why, "--json", *arguments)
    assert called.code == 0, called.err
    return called.json()


def last_example(report: dict[str, Any]) -> dict[str, Any]:
    return yaml.safe_load(Path(report["file"]).read_text("utf-8"))["examples"][-1]


def passes(sightline: Call) -> bool:
    called = sightline("lens", "check", "edinburgh_finds", "--json")
    assert [found["message"] for found in called.json() if found["level"] == "error"] == []
    return called.code == 0


def test_matching_items_become_an_example_that_passes(lake: Path, home: Path, sightline: Call):
    report = record(sightline, "--match", "example padel")

    assert report["file"] == str(home / "lenses/edinburgh_finds/examples/openstreetmap.yaml")
    example = last_example(report)
    assert example["provenance"] == {
        "kind": "recorded",
        "source": "OpenStreetMap, through the Overpass API; © OpenStreetMap contributors, ODbL 1.0",
        "date": "2026-03-01",
        "licence": "ODbL-1.0",
        "why": WHY,
    }
    tags = {"leisure": "pitch", "sport": "padel", "name": "Example Padel: one"}
    assert example["payload"] == {
        "version": 0.6,
        "elements": [{"type": "node", "id": 901, "lat": 55.95, "lon": -3.2, "tags": tags}],
    }
    (expected,) = example["expect"]
    assert expected["record"] == "node/901"
    assert expected["canonical_activities"] == ["padel"]
    assert expected["modules"]["sports_facility"]["padel_courts"] == {"total": 1}
    assert passes(sightline)


def test_what_tells_of_people_and_keys_is_left_out(
    lake: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SIGHTLINE_SPORT_SCOTLAND_KEY", KEY)

    report = record(sightline, "--item", "/elements/0", "--item", "/elements/2")

    assert report["removed"] == ["elements.user", "elements.uid", "elements.changeset"]
    text = Path(report["file"]).read_text("utf-8")
    assert not [secret for secret in ("somebody", "abc123", KEY) if secret in text]
    website = last_example(report)["payload"]["elements"][1]["tags"]["website"]
    assert website == "https://example.example/?authkey=KEY-HIDDEN&x=KEY-HIDDEN"
    assert passes(sightline)


def test_what_the_file_held_stays_as_it_was(lake: Path, home: Path, sightline: Call):
    report = record(sightline, "--item", "/elements/1")

    text = Path(report["file"]).read_text("utf-8")
    assert text.startswith((LENS.parent / "examples" / "openstreetmap.yaml").read_text("utf-8"))
    assert last_example(report)["payload"]["elements"][0]["tags"]["name"] == "yes"
    assert passes(sightline)
    assert not [path for path in home.rglob("*") if path.suffix == ".part"]


def test_the_same_items_are_kept_once(lake: Path, sightline: Call):
    first = record(sightline, "--match", "example two")
    text = Path(first["file"]).read_text("utf-8")

    again = record(sightline, "--match", "Example TWO", why="another reason")

    assert (first["known"], again["known"]) == (False, True)
    assert Path(again["file"]).read_text("utf-8") == text
    assert f"holds {first['example']} already" in sightline(
        "record", "--source", "openstreetmap", "--match", "Example Two", "--why", WHY
    ).out  # fmt: skip


def test_a_record_may_stand_in_two_examples(lake: Path, sightline: Call):
    changed = {**ELEMENTS[0], "tags": {"name": "Example Padel: one", "sport": "tennis"}}
    write_payloads(lake, [overpass(changed, fetched_at=FETCHED + timedelta(days=9))])

    newer = record(sightline, "--match", "Padel")
    older = record(sightline, "--payload", overpass(*ELEMENTS).payload_id, "--match", "Padel")

    activities = [
        example["expect"][0]["canonical_activities"]
        for example in yaml.safe_load(Path(older["file"]).read_text("utf-8"))["examples"][-2:]
    ]
    assert newer["records"] == older["records"] == ["node/901"]
    assert activities == [["padel", "tennis"], ["padel"]]
    assert passes(sightline)


def test_all_of_a_small_answer_is_kept_where_nothing_is_chosen(lake: Path, sightline: Call):
    report = record(sightline)

    assert report["records"] == ["node/901", "node/902", "node/903"]
    assert passes(sightline)


def test_a_lens_without_a_file_for_the_source_gets_one(lake: Path, home: Path, sightline: Call):
    own = shutil.copytree(LENS.parent, home / "lenses" / LENS.parent.name)
    moved = (own / "examples" / "openstreetmap.yaml").rename(own / "examples" / "map.yaml")

    report = record(sightline, "--match", "Example")

    assert Path(report["file"]).read_text("utf-8").startswith("# Excerpts of answers, kept by")
    assert moved.is_file()
    assert passes(sightline)


def test_of_several_answers_the_newest_with_a_match_is_taken(lake: Path, sightline: Call):
    later = FETCHED + timedelta(days=1)
    newer = overpass(ELEMENTS[0], fetched_at=later, request=request_json({"q": 2}))
    newest = overpass(ELEMENTS[2], fetched_at=later + timedelta(days=1))
    write_payloads(lake, [newer, newest])

    report = record(sightline, "--match", "Padel")

    assert report["payload_id"] == newer.payload_id
    assert report["others"] == 1


def test_the_answers_of_a_run_are_meant(sample_home: Path, sightline: Call):
    run_id = sightline("run", "Powerleague Portobello", "--json").json()["run_id"]

    report = record(sightline, "--run", run_id, "--match", "Powerleague Portobello",
                    source="sport_scotland")  # fmt: skip

    example = last_example(report)
    assert report["records"] == ["Powerleague Portobello"]
    assert len(report["items"]) == 8  # eight rows are one venue
    assert example["provenance"]["kind"] == "authored"  # the sample is, and stays so
    assert passes(sightline)


def test_rows_of_a_table_keep_their_header(home: Path, sightline: Call):
    table = (
        "id,name,address,postcode,la_name,town,eastings_x,northing_y,lng,lat,facility_sub_type\n"
        "pub_spfsc.1,Example One,1 Way,EH1 1AA,City of Edinburgh,Edinburgh,1,2,-3.21,55.91,Squash Court\n"
        'pub_spfsc.2,"Example, ""Two""",2 Way,EH1 1AB,City of Edinburgh,Edinburgh,1,2,-3.22,55.92,Squash Court\n'
    )
    write_payloads(
        home / "data/lake/raw",
        [an_answer("sport_scotland", table.encode(), endpoint="import", content_type="text/csv",
                   licence="OGL-UK-3.0")],
    )  # fmt: skip

    report = record(sightline, "--item", "/1", source="sport_scotland")

    head, row = last_example(report)["payload"].splitlines()
    assert head == table.splitlines()[0]
    assert row == table.splitlines()[2]
    assert report["records"] == ['Example, "Two"']
    assert passes(sightline)


def a_charger(number: int, **members: Any) -> dict[str, Any]:
    address = {"Title": f"Example {number}", "Latitude": 55.97, "Longitude": -3.23}
    return {"ID": number, "AddressInfo": address} | members


def test_each_record_s_own_licence_is_written(home: Path, sightline: Call):
    """Comments and media carry the names of users."""
    provider = {"Title": "Example", "License": "Example Licence 4.0"}
    points = [
        a_charger(1, DataProvider=provider, UserComments=[{"UserName": "somebody"}],
                  MediaItems=[{"User": {"Username": "somebody"}}]),
        a_charger(2),
    ]  # fmt: skip
    answer = an_answer("open_charge_map", points, endpoint="poi", licence="per-record")
    write_payloads(home / "data/lake/raw", [answer])

    report = record(sightline, "--item", "/0", source="open_charge_map")

    assert last_example(report)["provenance"]["licence"] == "Example Licence 4.0"
    assert report["removed"] == ["UserComments", "MediaItems"]
    assert "somebody" not in Path(report["file"]).read_text("utf-8")
    assert passes(sightline)
    refused = sightline("record", "--source", "open_charge_map", "--item", "/1", "--why", WHY)
    assert refused.code == 11
    assert "a record names no licence" in refused.err


@pytest.mark.parametrize("own_terms", [False, True])
@pytest.mark.parametrize("fetched_at", [FETCHED, datetime(2999, 1, 1)], ids=["expired", "kept"])
def test_what_may_not_be_kept_for_ever_is_refused(
    home: Path, sightline: Call, fetched_at: datetime, own_terms: bool
):
    if own_terms:
        (home / "app.yaml").write_text("lake: {own_terms: [google_places]}\n")
    until = fetched_at + timedelta(days=30)
    place = {"id": "authored", "location": {"latitude": 55.9, "longitude": -3.2}}
    answer = an_answer(
        "google_places", {"places": [place]}, fetched_at=fetched_at, retain_until=until,
        licence="Google-Maps-Platform",
    )  # fmt: skip
    write_payloads(home / "data/lake/raw", [answer])

    called = sightline("record", "--source", "google_places", "--item", "/places/0", "--why", WHY)

    assert called.code == 11
    assert f"may be kept until {until:%Y-%m-%d} only, and an example is kept for ever" in called.err
    assert "storing anything else is forbidden" in called.err
    assert not (home / "lenses").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(["--item", "elements/0"], 2, "expected a JSON pointer", id="no pointer"),
        pytest.param(["--item", "/elements/3"], 2, "expected one of 0 to 2", id="no such item"),
        pytest.param(["--item", "/elements/-1"], 2, "expected one of 0 to 2", id="from the end"),
        pytest.param(["--item", "/elements/0/tags"], 2, "expected one of 0 to 2", id="too deep"),
        pytest.param(["--item", "/nodes/0"], 2, "below one of ['elements']", id="no such list"),
        pytest.param(["--item", "/elements"], 2, "below one of ['elements']", id="the list itself"),
        pytest.param(["--match", "nowhere"], 2, "is called 'nowhere'", id="no match"),
        pytest.param(["--payload", "p_none"], 11, "no such answer", id="no such payload"),
        pytest.param(["--run", "run_none"], 2, "no run 'run_none'", id="no such run"),
        pytest.param(["--lens", "none"], 10, "lens is 'none'", id="no such lens"),
        pytest.param(["--source", "none"], 2, "source is 'none'", id="no such source"),
        pytest.param(["--source", "serper"], 11, "no such answer", id="no answer of the source"),
        pytest.param(["--match", " "], 2, "match is empty", id="empty match"),
        pytest.param(["--why", " "], 2, "why is empty", id="no reason"),
    ],
)
def test_a_choice_that_makes_no_sense_is_told(
    lake: Path, home: Path, sightline: Call, arguments: list[str], code: int, message: str
):
    defaults = ["--source", "openstreetmap", "--why", WHY]

    called = sightline("record", *defaults, *arguments)

    assert called.code == code
    assert message in called.err
    assert not (home / "lenses").exists()


def test_too_much_is_told(home: Path, sightline: Call):
    many = [{**ELEMENTS[1], "id": number} for number in range(21)]
    write_payloads(home / "data/lake/raw", [overpass(*many)])

    called = sightline("record", "--source", "openstreetmap", "--why", WHY)

    assert called.code == 2
    assert "21 items" in called.err


def test_which_of_several_answers_must_be_said(lake: Path, sightline: Call):
    write_payloads(lake, [overpass(ELEMENTS[0], request=request_json({"q": 2}))])

    called = sightline("record", "--source", "openstreetmap", "--item", "/elements/0", "--why", WHY)

    assert called.code == 2
    assert "2 answers may be meant; name one with --payload: p_" in called.err


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("examples: []\n", id="a list in brackets"),
        pytest.param("examples:\n  - {id: a}\nnotes: mine\n", id="not at the end"),
        pytest.param("- a\n", id="no mapping"),
        pytest.param("examples: [\n", id="broken"),
    ],
)
def test_a_file_that_cannot_be_appended_to_is_left_alone(
    lake: Path, home: Path, sightline: Call, text: str
):
    own = shutil.copytree(LENS.parent, home / "lenses" / LENS.parent.name)
    path = own / "examples" / "openstreetmap.yaml"
    path.write_text(text)

    called = sightline("record", "--source", "openstreetmap", "--match", "Example", "--why", WHY)

    assert called.code == 10
    assert str(path) in called.err
    assert path.read_text() == text


def test_an_answer_that_is_neither_json_nor_a_table_is_told(home: Path, sightline: Call):
    answer = an_answer("openstreetmap", b"<xml/>", content_type="application/xml")
    write_payloads(home / "data/lake/raw", [answer])

    called = sightline("record", "--source", "openstreetmap", "--item", "/0", "--why", WHY)

    assert called.code == 11
    assert "expected JSON or CSV" in called.err


def test_the_terminal_says_what_to_do_next(lake: Path, sightline: Call):
    shown = sightline("record", "--source", "openstreetmap", "--match", "Padel", "--why", WHY).out

    assert "1 records: node/901" in shown
    assert "left out, as it tells of people: elements.user" in shown
    assert "sightline lens check edinburgh_finds" in shown
