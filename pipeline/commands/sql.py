"""`sightline sql`: one read-only statement on the warehouse."""

from __future__ import annotations

import argparse
import json
from typing import Any

import duckdb
from rich.text import Text

from pipeline.commands.common import console, print_json
from pipeline.errors import UsageError
from pipeline.report import make_table
from pipeline.settings import load_settings
from pipeline.warehouse.gate import Gate


def execute(arguments: argparse.Namespace) -> None:
    """Print the rows; a single wide row is shown field by field."""
    settings = load_settings()
    gate = Gate(settings.warehouse, settings.app.engine.lock_wait_seconds)
    with gate.read() as connection:
        columns, rows = _ask(connection, arguments.query)
    if arguments.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    out = console()
    shown = [[_shown(value) for value in row] for row in rows]
    if len(shown) == 1 and len(columns) > 4:
        pairs = list(zip(columns, shown[0], strict=True))
        out.print(make_table("", ("column", "value"), pairs))
    else:
        out.print(make_table("", columns, shown))
    out.print(Text(f"{len(rows)} row{'' if len(rows) == 1 else 's'}", style="dim"))


def _ask(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[list[str], list[list[Any]]]:
    """Column names and rows, JSON columns decoded. Raises UsageError for bad SQL."""
    try:
        statements = connection.extract_statements(query)
        if len(statements) != 1:
            raise UsageError(f"found {len(statements)} statements, expected one")
        relation = connection.sql(query)
        if relation is None:
            return [], []
        is_json = [str(kind) == "JSON" for kind in relation.types]
        rows = [
            [json.loads(v) if j and v is not None else v for v, j in zip(row, is_json, strict=True)]
            for row in relation.fetchall()
        ]
    except duckdb.Error as error:
        raise UsageError(f"the query cannot be run: {error}") from error
    return relation.columns, rows


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=None)
    return str(value)
