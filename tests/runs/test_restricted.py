"""A source whose terms forbid to store its content: what is kept of it, and what comes of that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.conftest import ROOT, Call
from tests.loopback import QUERY, SampleApis, connectors, payloads

OWN_TERMS = "lake: {own_terms: [google_places]}\n"


def kept_places(home: Path) -> list[dict[str, Any]]:
    rows = payloads(home).filter(pl.col("source") == "google_places")
    return [place for body in rows["body"] for place in json.loads(body).get("places", [])]


def answered_texts() -> set[str]:
    """Every name and address that the sample's Google says."""
    samples = [
        json.loads(path.read_text("utf-8"))
        for path in (ROOT / "data" / "sample" / "google_places").glob("*.json")
    ]
    places = [place for sample in samples for place in sample["body"].get("places", [])]
    found = {place["displayName"]["text"] for place in places}
    return found | {place["formattedAddress"] for place in places if "formattedAddress" in place}


def test_only_ids_and_positions_enter_the_lake(apis: SampleApis, home: Path, sightline: Call):
    report = sightline("run", QUERY, "--mode", "live", "--json").json()

    places = kept_places(home)
    assert places
    assert all(set(place) == {"id", "location"} for place in places)
    assert all(set(place["location"]) == {"latitude", "longitude"} for place in places)
    bodies = [body.decode() for body in payloads(home).filter(source="google_places")["body"]]
    assert not [text for text in answered_texts() for body in bodies if text in body]
    told = connectors(report)["google_places"]
    assert told["status"] == "ok"
    assert told["records"] == len(places)
    assert "the terms allow to store places.id, places.location only" in told["why"]
    assert sightline("lake", "verify").code == 0


def test_a_nameless_place_does_no_harm_to_a_run_or_a_rebuild(
    apis: SampleApis, home: Path, sightline: Call
):
    report = sightline("run", QUERY, "--mode", "live", "--json").json()
    again = sightline("run", QUERY, "--mode", "live", "--json").json()
    rebuilt = sightline("rebuild", "--json").json()

    assert [entity["slug"] for entity in report["entities"]] == ["powerleague-portobello"]
    assert {entity["change"] for entity in again["entities"]} == {"unchanged"}
    assert report["warnings"] == rebuilt["warnings"] == []
    tied = (
        "SELECT (SELECT count(*) FROM entity_member WHERE record_key LIKE 'google_places:%') AS m, "
        "(SELECT count(*) FROM entity_relation WHERE from_id LIKE 'google_places:%') AS r"
    )
    assert sightline("sql", tied, "--json").json() == [{"m": 0, "r": 0}]
    nameless = "SELECT count(*) AS n FROM entity WHERE entity_name IS NULL"
    assert sightline("sql", nameless, "--json").json() == [{"n": 0}]
    read = (
        "SELECT DISTINCT status, entity_name, latitude IS NOT NULL AS has_position "
        "FROM extracted_entity WHERE source = 'google_places'"
    )
    assert sightline("sql", read, "--json").json() == [
        {"status": "ok", "entity_name": None, "has_position": True}
    ]


def test_a_search_whose_places_were_looked_up_too_is_said_to_have_found_them(
    apis: SampleApis, home: Path, sightline: Call
):
    """The details tell the same record anew; the search was answered, and paid, all the same."""
    (home / "app.yaml").write_text(OWN_TERMS + "orchestration: {min_confidence: 1.0}\n")

    report = sightline("run", QUERY, "--mode", "live", "--json").json()

    search, details = (
        connectors(report)[name] for name in ("google_places", "google_places.details")
    )
    assert (details["status"], details["records"]) == ("ok", 1)
    assert (search["status"], search["records"]) == ("ok", len(kept_places(home)))
    assert "hold nothing" not in search["why"]


def test_a_user_with_an_agreement_keeps_the_whole_answer_for_its_time(
    apis: SampleApis, home: Path, sightline: Call
):
    (home / "app.yaml").write_text(OWN_TERMS)

    report = sightline("run", QUERY, "--mode", "live", "--json").json()

    assert {"displayName", "formattedAddress"} <= set(kept_places(home)[0])
    assert "the terms allow" not in connectors(report)["google_places"]["why"]
    rows = payloads(home).filter(source="google_places")
    days = (rows["retain_until"] - rows["fetched_at"]).dt.total_days()
    assert days.to_list() == [30]


@pytest.mark.parametrize("command", [["rebuild"], ["run", QUERY], ["connectors"]])
def test_an_agreement_with_nobody_is_refused(home: Path, sightline: Call, command: list[str]):
    (home / "app.yaml").write_text("lake: {own_terms: [gogle]}\n")

    called = sightline(*command)

    assert called.code == 10
    assert "lake.own_terms names ['gogle']" in called.err
