"""`sightline sql`: one statement that reads, and nothing that writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Call


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param("SELECT 1; SELECT 2", "found 2 statements, expected one", id="two statements"),
        pytest.param("SELECT 1; DROP TABLE entity", "found 2 statements", id="a tail that drops"),
        pytest.param("", "found 0 statements, expected one", id="nothing"),
        pytest.param("-- hm", "found 0 statements, expected one", id="a comment"),
        pytest.param("SELEC 1", 'syntax error at or near "SELEC"', id="a slip"),
        pytest.param("SELECT x FROM entity", '"x" not found', id="unknown column"),
        pytest.param("FROM entitty", "entitty does not exist", id="unknown table"),
        pytest.param("SELECT 1/0::INT + 'a'::INT", "Could not convert", id="a value that fails"),
        pytest.param("SELECT now()", "is a TIMESTAMP WITH TIME ZONE: cast it", id="time zone"),
    ],
)
def test_a_query_that_cannot_be_answered_is_told(
    asked: Path, sightline: Call, query: str, message: str
):
    called = sightline("sql", query)

    assert called.code == 2
    assert called.out == ""
    assert message in called.err
    assert "Traceback" not in called.err


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entity",
        "UPDATE entity SET phone = NULL",
        "INSERT INTO entity_redirect SELECT * FROM entity_redirect",
        "INSERT INTO entity_redirect SELECT * FROM entity_redirect RETURNING *",
        "DROP TABLE entity",
        "CREATE TABLE mine AS SELECT 1",
        "CREATE TEMP TABLE mine AS SELECT 1",
        "COPY entity TO '{home}/mine.parquet'",
        "COPY (SELECT 1) TO '{home}/mine.csv'",
        "EXPORT DATABASE '{home}/mine'",
        "ATTACH '{home}/mine.duckdb' AS mine",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{home}/mine.csv'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "CHECKPOINT",
    ],
)
def test_nothing_is_written(asked: Path, sightline: Call, statement: str):
    warehouse = (asked / "data" / "warehouse.duckdb").read_bytes()
    names = {path.name for path in asked.rglob("*")}

    called = sightline("sql", statement.format(home=asked))

    assert called.code == 2
    assert called.err.startswith("sightline: ")
    assert (asked / "data" / "warehouse.duckdb").read_bytes() == warehouse
    assert {path.name for path in asked.rglob("*")} == names


@pytest.mark.parametrize("query", ["FROM read_text('{here}/secret.txt')", "FROM '{here}/t.csv'"])
def test_no_file_beside_the_warehouse_is_read(
    asked: Path, tmp_path: Path, sightline: Call, query: str
):
    (tmp_path / "secret.txt").write_text("secret words")
    (tmp_path / "t.csv").write_text("secret\nwords\n")

    called = sightline("sql", query.format(here=tmp_path))

    assert called.code == 2
    assert "words" not in called.out + called.err


def test_values_keep_their_kind_as_json(asked: Path, sightline: Call):
    query = (
        "SELECT 7 AS n, 0.5::DOUBLE AS half, 'nan'::DOUBLE AS odd, 1.50::DECIMAL(4, 2) AS money, "
        "NULL AS nothing, true AS yes, [1, NULL] AS many, {'a': 'é'} AS pair, "
        "TIMESTAMP '2026-01-14 09:00:00' AS at, DATE '2026-01-14' AS day, "
        "CAST('{\"k\": [1]}' AS JSON) AS json"
    )

    rows = sightline("sql", query, "--json").json()

    assert rows == [
        {
            "n": 7,
            "half": 0.5,
            "odd": "nan",
            "money": "1.50",
            "nothing": None,
            "yes": True,
            "many": [1, None],
            "pair": {"a": "é"},
            "at": "2026-01-14T09:00:00",
            "day": "2026-01-14",
            "json": {"k": [1]},
        }
    ]


def test_json_columns_of_the_warehouse_are_decoded(asked: Path, sightline: Call):
    rows = sightline("sql", "SELECT modules, source_info, created_at FROM entity", "--json").json()

    assert rows[0]["modules"]["sports_facility"]["padel_courts"]["total"] == 3
    assert rows[0]["source_info"]["primary_source"] == "sport_scotland"
    assert rows[0]["created_at"][10] == "T"


def test_columns_of_one_name_are_all_kept(asked: Path, sightline: Call):
    rows = sightline("sql", "SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS a", "--json").json()

    assert rows == [{"a": 1, "a_1": 2, "a_1_1": 3, "a_2": 4}]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        pytest.param("SHOW TABLES", "entity_claim", id="show"),
        pytest.param("DESCRIBE entity", "entity_name", id="describe"),
        pytest.param("EXPLAIN SELECT 1", "physical_plan", id="explain"),
        pytest.param("PRAGMA table_info('entity')", "entity_name", id="pragma"),
        pytest.param("WITH one AS (SELECT 'x' AS y) FROM one", "x", id="with"),
        pytest.param("VALUES ('x')", "x", id="values"),
        pytest.param("SELECT 1 WHERE false", "0 rows", id="no rows"),
        pytest.param("SELECT slug FROM entity;", "1 row\n", id="semicolon"),
    ],
)
def test_all_that_reads_is_answered(asked: Path, sightline: Call, query: str, shown: str):
    called = sightline("sql", query)

    assert called.code == 0, called.err
    assert shown in called.out


def test_one_wide_row_is_shown_field_by_field(asked: Path, sightline: Call):
    shown = sightline("sql", "SELECT slug, phone, city, postcode, country FROM entity").out

    lines = [line.split() for line in shown.splitlines()]
    assert ["slug", "powerleague-portobello"] in lines
    assert ["phone", "+441314960001"] in lines


def test_without_a_warehouse_it_says_what_makes_one(home: Path, sightline: Call):
    called = sightline("sql", "SELECT 1", "--json")

    assert called.code == 16
    assert "no warehouse yet; 'sightline run QUERY'" in called.err
    assert list(home.iterdir()) == []
