"""`sightline run`: how its words are read, and what becomes of odd ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Call


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["Powerleague Portobello", "--json"], id="one word"),
        pytest.param(["Powerleague", "Portobello", "--json"], id="two words"),
        pytest.param(["query=Powerleague Portobello", "--json"], id="key=value"),
        pytest.param(["query=Powerleague", "query=Portobello", "--json"], id="key=value twice"),
        pytest.param(["Powerleague", "--json", "Portobello"], id="an option between words"),
        pytest.param(["--json", "query=Powerleague Portobello", "--lens", "edinburgh_finds",
                      "mode=replay"], id="options between key=value words"),
        pytest.param(["  Powerleague \n Portobello ", "--json"], id="odd spaces"),
    ],
)  # fmt: skip
def test_a_query_may_be_given_in_many_ways(asked: Path, sightline: Call, arguments: list[str]):
    report = sightline("run", "--no-persist", *arguments).json()

    assert report["query"] == "Powerleague Portobello"
    assert [entity["slug"] for entity in report["entities"]] == ["powerleague-portobello"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["color=red"], "word is color=…, expected one of ['query=…', 'mode=…'",
                     id="unknown key"),
        pytest.param(["Query=padel"], "word is Query=…, expected one of", id="key in capitals"),
        pytest.param(["query="], "query is '', expected words", id="empty query"),
        pytest.param([" \t "], "query is '', expected words", id="blank query"),
        pytest.param(["?!…"], "query is '?!…', expected words", id="only punctuation"),
        pytest.param(["mode=live"], "query is '', expected words", id="no query beside a key"),
        pytest.param(["padel", "mode="], "mode is empty, expected a value", id="empty mode"),
        pytest.param(["padel", "--lens", ""], "lens is empty, expected a value", id="empty lens"),
        pytest.param(["padel", "mode=dead"], "mode is 'dead', expected one of", id="bad mode"),
        pytest.param(["padel", "--discover", "0"], "discover is '0', expected a number from 1",
                     id="nothing to discover"),
        pytest.param(["padel", "--discover", "-3"], "discover is '-3'", id="fewer than nothing"),
        pytest.param(["padel", "discover=many"], "discover is 'many'", id="no number"),
        pytest.param(["padel", "discover=²"], "discover is '²'", id="no plain number"),
        pytest.param(["padel", "--budget", "abc"], "budget is 'abc', expected US dollars",
                     id="no money"),
        pytest.param(["padel", "--budget", "-1"], "budget is '-1'", id="debts"),
        pytest.param(["padel", "budget=inf"], "budget is 'inf'", id="boundless money"),
        pytest.param(["padel", "budget=1e400"], "budget is '1e400'", id="more than JSON can say"),
        pytest.param(["padel", "budget=nan"], "budget is 'nan'", id="money that is none"),
    ],
)  # fmt: skip
def test_words_that_make_no_sense_end_with_2_and_write_nothing(
    home: Path, sightline: Call, words: list[str], message: str
):
    called = sightline("run", *words)

    assert called.code == 2
    assert called.err.startswith(f"sightline: {message}")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "query",
    [
        pytest.param('O\'Brien "the" `padel`', id="quotes"),
        pytest.param("$(id) ${HOME} %s {0}", id="what a shell or a format would expand"),
        pytest.param("padel'; DROP TABLE entity; --", id="a statement"),
        pytest.param("../../etc/passwd", id="a path"),
        pytest.param("🙂 zz", id="an emoji"),
        pytest.param("Łódź パデル", id="other scripts"),
        pytest.param("zz " * 5_000, id="very long"),
        pytest.param("http://example.org/?a=b", id="an address"),
    ],
)
def test_a_query_is_data_and_nothing_else(built_copy: Path, sightline: Call, query: str):
    called = sightline("run", query, "--json")

    assert called.code == 0, called.err
    report = called.json()
    assert report["query"] == " ".join(query.split())
    assert report["entities"] == []
    kept = "SELECT query, (SELECT count(*) FROM entity) AS n FROM orchestration_run"
    rows = sightline("sql", f"{kept} WHERE query IS NOT NULL", "--json").json()
    assert rows == [{"query": report["query"], "n": 36}]


def test_a_query_commands_no_terminal(asked: Path, sightline: Call):
    called = sightline("run", "zz \x1b[31mred\x07 \u202ezz\x9b", "--no-persist")

    assert called.out.splitlines()[0] == "zz [31mred zz"


def test_a_query_that_nothing_matches_is_fine_and_says_so(asked: Path, sightline: Call):
    called = sightline("run", "Xyzzy Arena", "--no-persist")

    assert called.code == 0
    assert "warning: no entity answers the query; things in the answers: " in called.out


@pytest.mark.parametrize("query", ["in the", "where to"])
def test_filler_alone_asks_nobody_and_finds_nothing(built_copy: Path, sightline: Call, query: str):
    called = sightline("run", query, "--json")

    assert called.code == 0
    assert {c["status"] for c in called.json()["connectors"]} == {"skipped"}
    assert called.json()["entities"] == []


def test_the_shape_of_the_report_is_as_agreed(asked: Path, sightline: Call):
    report = sightline("run", "Powerleague Portobello", "--json", "--no-persist").json()

    assert list(report) == ["run_id", "status", "query", "interpretation", "connectors",
                            "decisions", "budget", "stages", "entities", "warnings"]  # fmt: skip
    assert list(report["interpretation"]) == ["activities", "locations", "brands", "mode"]
    assert set(report["connectors"][0]) == {"name", "phase", "mode", "status", "payloads",
                                            "records", "entities", "values_won", "cost",
                                            "seconds", "why"}  # fmt: skip
    assert all(set(stage) == {"in", "out", "seconds"} for stage in report["stages"].values())
    assert set(report["entities"][0]) == {"slug", "entity_id", "entity_name", "change",
                                          "completeness"}  # fmt: skip


def test_one_and_many_change_how_a_query_is_read(asked: Path, sightline: Call):
    many = sightline("run", "Powerleague Portobello", "--discover", "5", "--json", "--no-persist")
    one = sightline("run", "padel edinburgh", "--one", "--json", "--no-persist")

    assert many.json()["interpretation"]["mode"] == "DISCOVER_MANY"
    assert one.json()["interpretation"]["mode"] == "RESOLVE_ONE"


def test_no_persist_writes_nothing(sample_home: Path, sightline: Call):
    before = {path for path in sample_home.rglob("*") if path.is_file()}

    called = sightline("run", "Powerleague Portobello", "--no-persist")

    assert called.code == 0
    after = {path for path in sample_home.rglob("*") if path.is_file()}
    assert [path for path in after - before if ".cache" not in path.parts] == []


@pytest.mark.parametrize("lay_folder", [False, True])
def test_a_home_without_a_lake_says_how_to_fill_it(home: Path, sightline: Call, lay_folder: bool):
    lake = home / "data" / "lake" / "raw"
    if lay_folder:
        lake.mkdir(parents=True)

    called = sightline("run", "Powerleague Portobello", "--json")

    assert called.code == 0
    report = called.json()
    told = [warning for warning in report["warnings"] if str(lake) in warning]
    assert len(told) == 1
    assert "'sightline lake import'" in told[0]
    assert "mode live" in told[0]
    assert {c["status"] for c in report["connectors"]} == {"empty", "skipped"}


def test_a_home_that_is_a_file_is_told(
    home: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    (home / "file").write_text("")
    monkeypatch.setenv("SIGHTLINE_HOME", str(home / "file"))

    called = sightline("run", "padel")

    assert called.code == 10
    assert "expected a folder" in called.err
