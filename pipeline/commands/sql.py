"""`sightline sql`: one read-only statement on the warehouse."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from math import isfinite
from typing import Any

import duckdb
from rich.text import Text

from pipeline.commands.common import console, print_json
from pipeline.context import open_gate
from pipeline.errors import UsageError
from pipeline.report import make_table
from pipeline.settings import load_settings

_ONE_LINE = 70  # characters of JSON that read well without unfolding
_READING = {
    duckdb.StatementType.SELECT,  # also FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.PRAGMA,
}


def execute(arguments: argparse.Namespace) -> None:
    """Print the rows; a single wide row is shown column by column."""
    with open_gate(load_settings()).read() as connection:
        columns, rows = _ask(connection, arguments.query)
    if arguments.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    out = console()
    if len(rows) == 1 and len(columns) > 4:
        width = max(map(len, columns))
        for column, value in zip(columns, rows[0], strict=True):
            name = (f"{column:{width}}", "bold")
            out.print(Text.assemble(name, "  ", _unfolded(value)), soft_wrap=True)
    else:
        out.print(make_table("", columns, [[_shown(value) for value in row] for row in rows]))
    out.print(Text(f"{len(rows)} row{'' if len(rows) == 1 else 's'}", style="dim"))


def _ask(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[list[str], list[list[Any]]]:
    """Column names and rows, JSON columns decoded. Raises UsageError for bad SQL."""
    try:
        connection.execute("set enable_external_access = false")  # no COPY TO, no other files
        _require_one_reading(connection, query)
        relation = connection.sql(query)
        columns = _distinct(relation.columns)
        kinds = [str(kind) for kind in relation.types]
        _require_plain_times(columns, kinds)
        rows = [
            [_value(value, kind) for value, kind in zip(row, kinds, strict=True)]
            for row in relation.fetchall()
        ]
    except duckdb.Error as error:
        raise UsageError(f"the query cannot be run: {error}") from error
    return columns, rows


def _require_one_reading(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    statements = connection.extract_statements(query)
    if len(statements) != 1:
        raise UsageError(f"found {len(statements)} statements, expected one")
    kind = statements[0].type
    if kind not in _READING:
        raise UsageError(f"found a statement of type {kind.name}, expected one that reads: SELECT")


def _require_plain_times(columns: Sequence[str], kinds: Sequence[str]) -> None:
    """The warehouse holds UTC without an offset; other times need a library we do without."""
    for column, kind in zip(columns, kinds, strict=True):
        if "WITH TIME ZONE" in kind:
            raise UsageError(f"column {column!r} is a {kind}: cast it, as in {column}::TIMESTAMP")


def _distinct(names: Sequence[str]) -> list[str]:
    """Column names, a repeated one numbered, so that no column is lost as JSON."""
    distinct: list[str] = []
    for name in names:
        number, free = 1, name
        while free in distinct:
            free, number = f"{name}_{number}", number + 1
        distinct.append(free)
    return distinct


def _value(value: Any, kind: str) -> Any:
    if kind == "JSON" and value is not None:
        return json.loads(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)  # JSON has no NaN
    return value


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=None)
    return str(value)


def _unfolded(value: Any, indent: str = "") -> str:
    """A value as JSON; what is too long for a line is opened, level by level."""
    shown = _shown(value)
    if not isinstance(value, dict | list) or len(indent + shown) <= _ONE_LINE:
        return shown if not indent else json.dumps(value, ensure_ascii=False)
    inner = indent + "  "
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    items = value.items() if isinstance(value, dict) else (("", item) for item in value)
    lines = [
        inner + (f"{json.dumps(key, ensure_ascii=False)}: " if key else "") + _unfolded(item, inner)
        for key, item in items
    ]
    return "\n".join([opening, ",\n".join(lines), indent + closing])
