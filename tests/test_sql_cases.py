"""Every SQL step on the rows of its cases: `tests/sql/<step>/<what_it_shows>.yaml`.

A case has `why`; `given`, the rows of some tables the step reads; `expect`, the rows it should
answer, in any order, on the columns named there; and where needed `params`, `defaults` for the
rows of a table, and `types` for columns of a table. What a case leaves unsaid comes from
tests/sql/tables.yaml, and for a view from the warehouse's own schema. Only the tables in the
step's `reads` exist, so an undeclared read fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipeline.connectors.registry import Connector
from pipeline.entities.build import build_entities
from pipeline.lake.store import scan_lake
from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.relevance import answering_groups
from pipeline.orchestration.request import IngestRequest
from pipeline.records.reading import read_payloads
from pipeline.sqlsteps import SqlStep, load_steps
from pipeline.warehouse.gate import Gate
from pipeline.warehouse.migrations import migrate
from pipeline.warehouse.stored import read_stored
from pipeline.workbench import Workbench
from tests.conftest import SAMPLE_LAKE

FOLDER = Path(__file__).parent / "sql"
TABLES: dict[str, dict[str, str]] = yaml.safe_load((FOLDER / "tables.yaml").read_text("utf-8"))
STEPS = {
    step.name: step
    for folder in ("records", "resolve", "evidence", "attach", "relevance", "merge", "identity")
    for step in load_steps(folder)
}
VIEWS = {step.name: step for folder in ("views", "checks") for step in load_steps(folder)}


@dataclass(frozen=True)
class Case:
    """One file."""

    why: str
    expect: list[dict[str, Any]]
    given: Mapping[str, list[dict[str, Any]]]
    params: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    types: Mapping[str, dict[str, str]] = field(default_factory=dict)


def case_files() -> list[Any]:
    return [
        pytest.param(path, id=f"{path.parent.name}: {path.stem.replace('_', ' ')}")
        for path in sorted(FOLDER.glob("*/*.yaml"))
    ]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        for macros in load_steps("macros"):
            opened.execute(macros.statement)
        opened.execute("attach ':memory:' as warehouse")
        opened.execute("use warehouse")
        migrate(opened)
        opened.execute("use memory")
        yield opened


@pytest.mark.parametrize("path", case_files())
def test_a_step_answers_its_case(path: Path, connection: duckdb.DuckDBPyConnection):
    case = Case(**yaml.safe_load(path.read_text("utf-8")))
    step = {**STEPS, **VIEWS}[path.parent.name]
    assert set(case.given) <= set(step.reads), "the case gives a table that the step does not read"

    connection.execute("begin")
    try:
        for table in step.reads:
            lay(connection, table, case, is_stored=step.name in VIEWS)
        connection.execute(f"create table {step.name} as\n{step.statement}", dict(case.params))
        columns = sorted({name for row in case.expect for name in row})
        found = rows(connection, step.name, columns)
        repeated = repeats(connection, step)
    finally:
        connection.execute("rollback")

    assert repeated == [], f"not unique in {step.grain}"
    assert in_order(found) == in_order([canonical(row, columns) for row in case.expect])


def test_every_step_has_a_case():
    shown = {path.parent.name for path in FOLDER.glob("*/*.yaml")}

    assert sorted(set(STEPS) - shown) == []


def test_the_tables_of_the_cases_are_those_of_a_run(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench, tmp_path: Path
):
    laid = tables_of_a_run(lens, connectors, bench, tmp_path)

    read = {table for step in STEPS.values() for table in step.reads}
    assert read == set(TABLES)
    for table, columns in TABLES.items():
        listed = {name: ddl.split(" DEFAULT ")[0] for name, ddl in columns.items()}
        assert laid[table] == listed, table


def test_every_step_keeps_its_grain_on_the_sample(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench, tmp_path: Path
):
    tables_of_a_run(lens, connectors, bench, tmp_path)

    repeated = {name: repeats(bench._connection, step) for name, step in STEPS.items()}

    assert {name: found for name, found in repeated.items() if found} == {}


def lay(connection: duckdb.DuckDBPyConnection, table: str, case: Case, *, is_stored: bool) -> None:
    """The table with its real columns, and the case's rows in it."""
    columns = {**columns_of(connection, table, is_stored), **case.types.get(table, {})}
    listed = ", ".join(f'"{name}" {ddl}' for name, ddl in columns.items())
    connection.execute(f"create table {table} ({listed})")
    types = {name: ddl.split(" DEFAULT ")[0] for name, ddl in columns.items()}
    for given in case.given.get(table, []):
        row = {**case.defaults.get(table, {}), **given}
        texts = {name: _as_text(value, types[name]) for name, value in row.items()}
        shape = {name: types[name] for name in row}
        values = {"row": json.dumps(texts, default=str), "shape": json.dumps(shape)}
        read = connection.sql("select unnest(from_json($row, $shape))", params=values)
        for name, value in zip(read.columns, read.fetchall()[0], strict=True):
            assert (value is None) == (row[name] is None), f"{table}.{name} is no {types[name]}"
        connection.execute(
            f"insert into {table} by name select unnest(from_json($row, $shape))", values
        )


def columns_of(
    connection: duckdb.DuckDBPyConnection, table: str, is_stored: bool
) -> dict[str, str]:
    """Column → type, of a table of the warehouse without its constraints, or of a workbench."""
    if not is_stored:
        return TABLES[table]
    described = connection.execute(f"describe warehouse.{table}").fetchall()
    return {column: kind for column, kind, *_ in described}


def _as_text(value: Any, kind: str) -> Any:
    """JSON that a text column holds is written as YAML in a case."""
    return json.dumps(value) if kind == "VARCHAR" and isinstance(value, (dict, list)) else value


def rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]
) -> list[dict[str, Any]]:
    found = connection.sql(f"from {table}")
    kinds = dict(zip(found.columns, map(str, found.types), strict=True))
    return [
        canonical(dict(zip(kinds, row, strict=True)), columns or list(kinds), kinds)
        for row in found.fetchall()
    ]


def repeats(connection: duckdb.DuckDBPyConnection, step: SqlStep) -> list[Any]:
    """Rows that are not alone in the step's grain."""
    grain = ", ".join(step.grain)
    return connection.execute(
        f"select {grain}, count(*) from {step.name} group by {grain} having count(*) > 1"
    ).fetchall()


def canonical(
    row: Mapping[str, Any], columns: list[str], kinds: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A row on these columns with its values in one form: JSON parsed, numbers to 6 places."""
    return {name: _plain(row.get(name), (kinds or {}).get(name, "")) for name in columns}


def _plain(value: Any, kind: str = "") -> Any:
    match value:
        case str() if kind == "JSON":
            return _plain(json.loads(value))
        case bool():
            return value
        case int() | float():
            return round(float(value), 6)
        case datetime():
            return value.isoformat()
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case _:
            return value


def in_order(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda row: json.dumps(row, sort_keys=True, default=str))


def tables_of_a_run(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench, tmp_path: Path
) -> dict[str, dict[str, str]]:
    """Columns and types of every table that one run over the sample leaves on its bench."""
    payloads = scan_lake(SAMPLE_LAKE).collect().partition_by("source", as_dict=True)
    by_source = {str(key[0]): frame for key, frame in payloads.items()}
    reading = read_payloads(lens, by_source, connectors, bench)
    request = IngestRequest("padel edinburgh", None, 10, 0.5, Decimal(0))
    features = QueryFeatures.extract(request.query, request, lens.vocabulary)
    stored = read_stored(Gate(tmp_path / "none.duckdb"), lens.id)
    specs = {name: connector.spec for name, connector in connectors.items()}
    build_entities(
        reading.records.select(stored.records.columns),
        stored,
        lens,
        specs,
        bench,
        lambda table: answering_groups(features, lens, table),
    )
    return {
        table: {
            column: kind
            for column, kind, *_ in bench._connection.execute(f"describe {table}").fetchall()
        }
        for table in TABLES
    }
