"""Answers that hold what no answer should: an item costs itself, a run goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from tests.conftest import Call
from tests.loopback import QUERY, SampleApis, connectors, payloads, reply

GOOD = {
    "id": "ChIJ-good",
    "displayName": {"text": "Powerleague Portobello"},
    "formattedAddress": "10 Westbank St, Edinburgh EH15 1DR, UK",
    "location": {"latitude": 55.9566, "longitude": -3.1193},
}


def beside_good(odd: bytes) -> bytes:
    """An answer of a good place and an odd one, whose text is spliced in as it is."""
    body = json.dumps({"places": [GOOD, "ODD"]}).encode()
    return body.replace(b'"ODD"', odd)


def odd_place(name: bytes, latitude: bytes = b"55.9566", more: bytes = b"") -> bytes:
    return beside_good(
        b'{"id": "ChIJ-odd", "displayName": {"text": "' + name + b'"}, '
        b'"location": {"latitude": ' + latitude + b', "longitude": -3.1193}' + more + b"}"
    )


@pytest.mark.parametrize(
    ("body", "records"),
    [
        pytest.param(odd_place(b"Caf\xe9 Portobello"), 1, id="bytes that are no UTF-8"),
        pytest.param(odd_place(b"Power\x00league Portobello"), 2, id="a NUL"),
        pytest.param(odd_place(rb"Power\u0000league Portobello"), 2, id="an escaped NUL"),
        pytest.param(odd_place(rb"Power\ud800league Portobello"), 2, id="half a surrogate pair"),
        pytest.param(odd_place(b"Powerleague", b"NaN"), 1, id="NaN as a coordinate"),
        pytest.param(odd_place(b"Powerleague", b"-Infinity"), 1, id="no finite coordinate"),
        pytest.param(odd_place(b"Powerleague", b"1e400"), 1, id="a number too large"),
        pytest.param(odd_place(b"Powerleague", b"0.0"), 2, id="latitude 0.0"),
        pytest.param(odd_place(b"Powerleague", b"-303.1"), 2, id="a latitude off the earth"),
        pytest.param(odd_place(b"x" * 1_000_000), 2, id="a name of a megabyte"),
        pytest.param(odd_place(b"Powerleague", more=b', "z": ' + b"[" * 500 + b"]" * 500), 2,
                     id="nested deep beside it"),
        pytest.param(beside_good(b"[" * 500 + b"]" * 500), 1, id="nested deep in its place"),
    ],
)  # fmt: skip
def test_an_odd_item_costs_itself_at_most(
    apis: SampleApis, home: Path, sightline: Call, body: bytes, records: int
):
    (home / "app.yaml").write_text("lake: {own_terms: [google_places]}\n")  # all of it is kept
    apis.instead["google_places"] = reply(body)

    called = sightline("run", QUERY, "--mode", "live", "--json")

    assert called.code == 0, called.err
    google = connectors(called.json())["google_places"]
    assert (google["status"], google["records"]) == ("ok", 2)
    told = [warning for warning in called.json()["warnings"] if "/places/1 could not" in warning]
    assert len(told) == 2 - records
    assert all(len(warning) < 300 for warning in told)
    assert [entity["slug"] for entity in called.json()["entities"]] == ["powerleague-portobello"]
    assert sightline("lake", "verify").code == 0
    assert body in payloads(home)["body"].to_list()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(b"[" * 200_000, "JSON nested deeper than any answer", id="nested for ever"),
        pytest.param(b'{"places": [' * 50_000, "nested deeper", id="nested for ever, with names"),
        pytest.param(b"\x00" * 1000, "not JSON", id="NULs alone"),
        pytest.param(b"\xff\xfe{\x00}\x00", "not JSON", id="another encoding"),
        pytest.param(b" " * 1000, "not JSON", id="blanks alone"),
        pytest.param(b'{"places": 7}', "found int, expected a list", id="no list"),
        pytest.param(b'{"places": {"a": 1}}', "found dict, expected a list", id="an object"),
    ],
)
def test_an_answer_that_cannot_be_taken_apart_is_refused_whole(
    apis: SampleApis, home: Path, sightline: Call, body: bytes, why: str
):
    apis.instead["google_places"] = reply(body)

    called = sightline("run", QUERY, "--mode", "live", "--json")

    assert called.code == 0, called.err
    google = connectors(called.json())["google_places"]
    assert google["status"] == "failed"
    assert why in google["why"]
    assert "google_places" not in set(payloads(home)["source"])


def test_an_answer_that_announces_more_than_is_allowed_is_not_read(
    apis: SampleApis, sightline: Call
):
    huge = Response(b"{}", content_type="application/json")
    huge.headers["Content-Length"] = str(10**12)
    apis.instead["google_places"] = huge

    report = sightline("run", QUERY, "--mode", "live", "--json").json()

    assert (
        "more than 4 MB, the largest answer allowed" in connectors(report)["google_places"]["why"]
    )


def test_what_came_before_a_failure_is_kept_used_and_paid_for(
    apis: SampleApis, home: Path, sightline: Call
):
    pages: list[Any] = [
        reply({"places": [GOOD], "nextPageToken": "t"}),
        reply({"error": {"code": 404, "message": "gone"}}, status=404),
    ]
    given = SampleApis._answer

    class Failing(SampleApis):
        def _answer(self, request: Request) -> Response:
            if request.path.startswith("/google_places"):
                return pages.pop(0)
            return given(self, request)

    apis.server.clear()
    Failing(apis.server)

    report = sightline("run", QUERY, "--mode", "live", "--json").json()

    google = connectors(report)["google_places"]
    assert (google["status"], google["payloads"], google["cost"]) == ("ok", 1, 0.035)
    assert "incomplete: google_places: searchText: HTTP 404" in google["why"]
    assert "google_places" in set(payloads(home)["source"])


def test_what_is_cut_in_silence_is_told_in_the_report(apis: SampleApis, sightline: Call):
    feature = {"id": "pub_spfp.1", "properties": {"site_name": "Powerleague Portobello"}}
    apis.instead["sport_scotland"] = reply(
        {"type": "FeatureCollection", "features": [], "numberMatched": 9, "x": [feature]}
    )

    report = sightline("run", QUERY, "--mode", "live", "--json").json()

    told = connectors(report)["sport_scotland"]["why"]
    assert "ext_spf:pub_spfp: the server tells of 9 features and sent 0" in told
