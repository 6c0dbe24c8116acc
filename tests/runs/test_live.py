"""Mode live and auto, end to end: real sockets, the authored sample behind them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.conftest import SAMPLE_LAKE, Call
from tests.loopback import ASKED, KEYS, QUERY, SampleApis, asked_of, connectors, payloads, reply


def lay_sample(home: Path, *, only: str = "*") -> None:
    """Give a home the sample lake, or one source of it."""
    for path in SAMPLE_LAKE.glob(f"source={only}/*/sample-*.parquet"):
        target = home / "data" / "lake" / "raw" / path.relative_to(SAMPLE_LAKE)
        target.parent.mkdir(parents=True)
        shutil.copy(path, target)


def content(sightline: Call) -> tuple[Any, Any]:
    """The entity and its claims, but for what tells when and under which terms it came."""
    entity = sightline(
        "sql", "SELECT * EXCLUDE (created_at, updated_at, content_hash) FROM entity", "--json"
    ).json()
    claims = sightline(
        "sql",
        "SELECT path, value, source, record_key, rule_id, confidence, won, reason "
        "FROM entity_claim ORDER BY ALL",
        "--json",
    ).json()
    assert claims
    for row in entity:
        del row["source_info"]["verified_date"]
    return entity, claims


def test_live_answers_make_the_same_entity_as_replayed_ones(
    apis: SampleApis, home: Path, tmp_path: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    (home / "app.yaml").write_text("lake: {own_terms: [google_places]}\n")  # all of it is kept

    called = sightline("run", QUERY, "--mode", "live", "--json")
    assert called.code == 0, called.err
    by_network = content(sightline)

    other = tmp_path / "other"
    monkeypatch.setenv("SIGHTLINE_HOME", str(other))
    lay_sample(other)
    sightline("run", QUERY)
    assert called.code == 0, called.err
    assert [entity["slug"] for entity in by_network[0]] == ["powerleague-portobello"]
    assert by_network == content(sightline)


def test_every_answer_is_recorded_with_terms_and_time(
    apis: SampleApis, home: Path, sightline: Call
):
    report = sightline("run", QUERY, "--mode", "live", "--json").json()

    told = connectors(report)
    # 1 union of selectors, 1 search, 1 search, 11 layers, 5 layers, 1 circle
    assert {name: told[name]["payloads"] for name in ASKED} == dict(
        zip(ASKED, [1, 1, 1, 11, 5, 1], strict=True)
    )
    assert {told[name]["mode"] for name in ASKED} == {"live"}
    assert told["google_places"]["cost"] == 0.035
    assert told["serper"]["cost"] == 0.001
    assert told["openstreetmap"]["cost"] == 0
    kept = payloads(home).sort("fetched_at")
    assert kept.height == 20
    terms = dict(kept.select("source", "licence").unique().iter_rows())
    assert terms["openstreetmap"] == "ODbL-1.0"
    days = kept.with_columns(days=(pl.col("retain_until") - pl.col("fetched_at")).dt.total_days())
    assert dict(days.select("source", "days").unique().iter_rows()) == {
        "openstreetmap": None,
        "google_places": 30,
        "serper": 30,
        "sport_scotland": None,
        "edinburgh_council": None,
        "food_hygiene": None,
    }
    runs = sightline("sql", "SELECT status, budget_spent FROM orchestration_run", "--json").json()
    assert runs == [{"status": "succeeded", "budget_spent": "0.036000"}]


def test_structured_sources_are_asked_when_discovery_has_answered(
    apis: SampleApis, sightline: Call
):
    sightline("run", QUERY, "--mode", "live")

    order = [request.path.split("/")[1] for request in asked_of(apis.server)]
    # 1 + 1 + 1 requests of the first phase, then 11 + 5 + 1 of the second
    assert set(order[:3]) == {"openstreetmap", "google_places", "serper"}
    assert set(order[3:]) == {"sport_scotland", "edinburgh_council", "food_hygiene"}


def test_a_second_live_run_stores_no_answer_twice(apis: SampleApis, home: Path, sightline: Call):
    sightline("run", QUERY, "--mode", "live")
    before = payloads(home)

    second = sightline("run", QUERY, "--mode", "live", "--json").json()

    assert {entity["change"] for entity in second["entities"]} == {"unchanged"}
    assert payloads(home).equals(before)
    used = "SELECT count(*) AS n FROM run_payload GROUP BY run_id"
    assert sightline("sql", used, "--json").json() == [{"n": 20}, {"n": 20}]


def test_a_source_that_takes_a_word_back_is_believed(apis: SampleApis, home: Path, sightline: Call):
    """It says A, then B, then A again; the run and a later rebuild both hold it to A."""

    def phone() -> str:
        one = "SELECT phone FROM entity WHERE slug = 'powerleague-portobello'"
        return str(sightline("sql", one, "--json").json()[0]["phone"])

    told = {}
    for word, number in (
        ("A", "0131 496 0101"),
        ("B", "0131 496 0102"),
        ("A again", "0131 496 0101"),
    ):
        feature = {"type": "Feature", "properties": {
            "FACILITY_NAME": QUERY, "ADDRESS": "10 Westbank Street", "POSTCODE": "EH15 1DR",
            "TELEPHONE": number}, "geometry": {"type": "Point", "coordinates": [-3.1179, 55.9566]}}  # fmt: skip
        apis.instead["edinburgh_council"] = reply(
            {"type": "FeatureCollection", "features": [feature]}
        )
        sightline("run", QUERY, "--mode", "live")
        told[word] = phone()
    rebuilt = sightline("rebuild", "--json").json()

    assert told["A"] == told["A again"] != told["B"]
    assert phone() == told["A"]
    assert rebuilt["entities"]["updated"] == 0
    assert sightline("lake", "verify").code == 0


def test_what_was_fetched_can_be_replayed_and_verified(
    apis: SampleApis, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    live = sightline("run", QUERY, "--mode", "live", "--json").json()
    for name in KEYS:
        monkeypatch.delenv(name)
    asked = len(apis.server.log)

    replayed = sightline("run", QUERY, "--json").json()

    assert len(apis.server.log) == asked
    assert sightline("lake", "verify").code == 0
    assert [e["change"] for e in replayed["entities"]] == ["unchanged"]
    assert {n: connectors(replayed)[n]["payloads"] for n in ASKED} == {
        n: connectors(live)[n]["payloads"] for n in ASKED
    }


def test_auto_replays_what_has_no_key_and_says_so(
    apis: SampleApis, home: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    lay_sample(home, only="google_places")
    monkeypatch.delenv("SIGHTLINE_GOOGLE_PLACES_KEY")
    monkeypatch.setenv("SIGHTLINE_SERPER_KEY", " \n")  # blank is not a key

    report = sightline("run", QUERY, "--mode", "auto", "--json").json()

    told = connectors(report)
    assert {name: told[name]["mode"] for name in ASKED} == {
        "openstreetmap": "live",
        "google_places": "replay",
        "serper": "replay",
        "sport_scotland": "live",
        "edinburgh_council": "live",
        "food_hygiene": "live",
    }
    assert (told["google_places"]["status"], told["google_places"]["payloads"]) == ("ok", 2)
    assert "SIGHTLINE_GOOGLE_PLACES_KEY is not set" in told["google_places"]["why"]
    assert told["serper"]["status"] == "empty"
    assert "SIGHTLINE_SERPER_KEY is not set" in told["serper"]["why"]
    assert apis.asked("google_places") == apis.asked("serper") == []


def test_live_without_keys_names_them_all_and_writes_nothing(
    apis: SampleApis, home: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SIGHTLINE_GOOGLE_PLACES_KEY")
    monkeypatch.setenv("SIGHTLINE_SPORT_SCOTLAND_KEY", "")
    monkeypatch.delenv("SIGHTLINE_OPEN_CHARGE_MAP_KEY")  # not selected by this query

    called = sightline("run", QUERY, "--mode", "live", "--json")

    assert called.code == 10
    assert "SIGHTLINE_GOOGLE_PLACES_KEY (google_places)" in called.err
    assert "SIGHTLINE_SPORT_SCOTLAND_KEY (sport_scotland)" in called.err
    assert "OPEN_CHARGE_MAP" not in called.err
    assert called.out == ""
    assert list(home.rglob("*")) == []
    assert apis.server.log == []


def test_a_budget_of_nothing_lets_only_the_free_sources_run(
    apis: SampleApis, home: Path, sightline: Call
):
    report = sightline("run", QUERY, "--mode", "live", "--budget", "0", "--json").json()

    stopped = {c["name"]: c["why"] for c in report["connectors"] if c["status"] == "stopped"}
    assert report["status"] == "budget_stopped"
    assert set(stopped) == {"google_places", "serper"}
    # Three pages of Text Search at $0.035.
    assert "may cost $0.105, and $0 of the budget is left" in stopped["google_places"]
    assert {c["name"] for c in report["connectors"] if c["status"] == "ok"} == {
        "edinburgh_council",
        "food_hygiene",
        "openstreetmap",
        "sport_scotland",
    }
    assert all(c["cost"] == 0 for c in report["connectors"])
