"""Live runs that do not go well: each source costs itself alone, and no key gets out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from werkzeug import Response

from tests.conftest import Call
from tests.loopback import ASKED, KEYS, QUERY, SampleApis, connectors, payloads, reply

SEPTIC_TANKS = {
    "type": "FeatureCollection",
    "features": [{"type": "Feature", "id": "pub_sptk.1", "properties": {"source": "SEPA"}}],
    "numberMatched": 1,
}


@pytest.mark.parametrize(
    ("source", "answer", "reason"),
    [
        pytest.param("serper", reply({"message": "Not enough credits"}, status=400),
                     'HTTP 400: {"message": "Not enough credits"}', id="an error status"),
        pytest.param("openstreetmap", reply("<html><strong>Error</strong>: busy</html>", "text/html"),
                     "error page: busy", id="a page in the place of JSON"),
        pytest.param("google_places", reply('{"places": [{"id": '),
                     "not JSON, or cut short", id="JSON that is cut short"),
        pytest.param("sport_scotland", reply(SEPTIC_TANKS),
                     "layer 'pub_sptk', expected a facility layer", id="the wrong layer"),
        pytest.param("edinburgh_council", reply({"error": {"code": 400, "message": "No layer"}}),
                     "ArcGIS refused: No layer", id="an error inside a 200"),
    ],
)  # fmt: skip
def test_a_connector_that_fails_costs_only_itself(
    apis: SampleApis, home: Path, sightline: Call, source: str, answer: Response, reason: str
):
    apis.instead[source] = answer

    called = sightline("run", QUERY, "--mode", "live", "--json")

    report = called.json()
    told = connectors(report)
    assert called.code == 0
    assert report["status"] == "partial"
    assert {name for name in ASKED if told[name]["status"] == "failed"} == {source}
    assert reason in told[source]["why"]
    assert any(w.startswith(f"{source} failed: ") and reason in w for w in report["warnings"])
    assert len(report["entities"]) == 1
    assert source not in set(payloads(home)["source"])
    rows = sightline("sql", "SELECT status FROM orchestration_run", "--json").json()
    assert rows == [{"status": "partial"}]


def test_the_reason_of_a_failure_is_shown_on_the_terminal(apis: SampleApis, sightline: Call):
    apis.instead["serper"] = reply("upstream gone", "text/plain", 502)

    shown = sightline("run", QUERY, "--mode", "live").out

    assert "warning: serper failed: serper: search: HTTP 502: upstream gone" in shown
    assert "partial in " in shown


def test_all_failing_ends_the_run_and_leaves_its_row(apis: SampleApis, home: Path, sightline: Call):
    for source in ASKED:
        apis.instead[source] = reply("down", "text/plain", 503)

    called = sightline("run", QUERY, "--mode", "live", "--json")

    assert called.code == 14
    assert called.out == ""
    for source in ASKED:
        assert f"{source}: {source}: " in called.err
    assert not (home / "data" / "lake").exists()
    rows = sightline("sql", "SELECT query, status, report FROM orchestration_run", "--json").json()
    assert [(row["query"], row["status"]) for row in rows] == [(QUERY, "failed")]
    assert "HTTP 503: down" in rows[0]["report"]["error"]


def test_a_warehouse_that_cannot_be_opened_ends_the_run_before_anybody_is_asked(
    apis: SampleApis, home: Path, sightline: Call
):
    (home / "data" / "warehouse.duckdb").mkdir(parents=True)

    called = sightline("run", QUERY, "--mode", "live")

    assert called.code == 16
    assert "cannot be opened" in called.err
    assert apis.server.log == []


@pytest.mark.parametrize("mode", ["live", "auto"])
def test_a_lake_that_cannot_be_written_ends_the_run_before_anybody_is_paid(
    apis: SampleApis, home: Path, sightline: Call, mode: str
):
    (home / "data").mkdir()
    (home / "data" / "lake").write_text("no folder")

    called = sightline("run", QUERY, "--mode", mode)

    assert called.code == 11
    assert f"{home / 'data' / 'lake'} is no folder open to us" in called.err
    assert apis.server.log == []


def test_nothing_is_left_behind_where_nothing_is_to_be_kept(
    apis: SampleApis, home: Path, sightline: Call
):
    for source in ASKED:
        apis.instead[source] = reply("down", "text/plain", 503)

    called = sightline("run", QUERY, "--mode", "live", "--no-persist")

    assert called.code == 14
    assert not list(home.rglob("*.duckdb"))


def test_an_answer_that_holds_nothing_is_empty(apis: SampleApis, sightline: Call):
    apis.instead["google_places"] = reply({})

    report = sightline("run", QUERY, "--mode", "live", "--json").json()

    google = connectors(report)["google_places"]
    assert (google["status"], google["payloads"], google["records"]) == ("empty", 1, 0)
    assert "its answers hold nothing" in google["why"]
    assert report["status"] == "succeeded"


def test_no_key_is_found_anywhere(apis: SampleApis, home: Path, sightline: Call):
    """Servers that repeat the key in an answer, in a refusal and in an error."""
    hub, google = KEYS["SIGHTLINE_SPORT_SCOTLAND_KEY"], KEYS["SIGHTLINE_GOOGLE_PLACES_KEY"]
    link = {"rel": "next", "href": f"/wfs?authkey={hub}"}
    nothing = {"type": "FeatureCollection", "features": [], "numberMatched": 0, "links": [link]}
    apis.instead["sport_scotland"] = reply(nothing)
    apis.instead["google_places"] = reply({"error": {"message": f"API key {google} not valid"}})
    secret = KEYS["SIGHTLINE_SERPER_KEY"]
    apis.instead["serper"] = reply(f"no such key: {secret}", "text/plain", 403)

    runs = [
        sightline("--log-level", "debug", "run", QUERY, "--mode", "live", *more)
        for more in ([], ["--json"])
    ]
    listed = sightline("connectors", "--json")

    told = "".join(called.out + called.err for called in [*runs, listed])
    assert "API key KEY-HIDDEN not valid" in told
    assert "no such key: KEY-HIDDEN" in told
    stored = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    bodies = b"".join(payloads(home)["body"])  # compressed in the files
    rows = json.dumps(
        [sightline("sql", f"FROM {table}", "--json").json()
         for table in ("orchestration_run", "raw_ingestion", "run_payload", "extracted_entity")]
    )  # fmt: skip
    assert b"authkey=KEY-HIDDEN" in bodies
    for key in KEYS.values():
        assert key not in told
        assert key.encode() not in stored
        assert key.encode() not in bodies
        assert key not in rows
