"""SQL files as steps: one file, one statement, and a header that must agree with it.

A header is the comment block that opens the file:

    -- golden_records: one row per entity, taken whole from its most trusted source.
    -- Why it is so, in as many lines as it takes.
    -- reads: candidates, records
    -- params: run_id
    -- grain: entity_key

A long list takes several lines of one key. The stem names the table a select makes. Files
that change tables say `-- kind: mutate`, `ddl` or `macro` and need no grain. Order comes from
`reads`, so no file name carries a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import SqlStepError
from pipeline.settings import assets_root

_KEYS = ("reads", "params", "grain", "kind", "level")
_KINDS = {"select", "mutate", "ddl", "macro"}
_LEVELS = {"", "fail", "warn"}
_LINE = re.compile(r"^-- (?P<key>\w+):\s*(?P<value>.*)$")


@dataclass(frozen=True)
class SqlStep:
    """One SQL file; `grain` names the columns that are unique in its result."""

    name: str
    path: Path
    statement: str
    kind: str
    reads: tuple[str, ...]
    params: tuple[str, ...]
    grain: tuple[str, ...]
    level: str


def sql_folder(name: str) -> Path:
    """`sql/<name>` of the checkout or the wheel."""
    return assets_root() / "sql" / name


@cache
def load_steps(folder: str) -> tuple[SqlStep, ...]:
    """The steps of `sql/<folder>` in the order their `reads` ask for.

    Raises SqlStepError for a malformed header, or steps that read each other in a circle.
    """
    paths = sorted(sql_folder(folder).glob("*.sql"))
    if not paths:
        raise SqlStepError(f"sql/{folder} holds no .sql file")
    steps = {path.stem: _load(path) for path in paths}
    graph = {name: [r for r in step.reads if r in steps] for name, step in steps.items()}
    try:
        return tuple(steps[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise SqlStepError(f"sql/{folder}: steps read each other: {error.args[1]}") from error


def check_steps(folder: str) -> tuple[SqlStep, ...]:
    """As `load_steps`, each statement held against its header; SqlStepError where they differ.

    The tests hold every folder to it, so that a run need not parse what it executes anyway.
    """
    with duckdb.connect(":memory:", config={"threads": 1}) as parser:
        for step in load_steps(folder):
            _require_agreement(step, parser)
    return load_steps(folder)


def load_step(folder: str, name: str) -> SqlStep:
    """One step of a folder, by its stem."""
    for step in load_steps(folder):
        if step.name == name:
            return step
    raise SqlStepError(f"sql/{folder} has no {name}.sql")


def _load(path: Path) -> SqlStep:
    text = path.read_text("utf-8")
    header = _header(text, path)
    kind = header.get("kind", "select")
    return SqlStep(
        name=path.stem,
        path=path,
        statement=text,
        kind=kind,
        reads=_words(header.get("reads", "")),
        params=_words(header.get("params", "")),
        grain=_words(header.get("grain", "")),
        level=header.get("level", ""),
    )


def _header(text: str, path: Path) -> dict[str, str]:
    first = text.split("\n", 1)[0]
    if not first.startswith(f"-- {path.stem}: "):
        raise SqlStepError(
            f"{path.name}:1: found {first!r}, expected '-- {path.stem}: one row per …'"
        )
    header: dict[str, str] = {}
    for line in text.split("\n")[1:]:
        if not line.startswith("--"):
            break
        match = _LINE.match(line)
        if match and match["key"] in _KEYS:
            said = header.get(match["key"])
            header[match["key"]] = f"{said}, {match['value']}" if said else match["value"]
    return header


def _words(value: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in value.split(",") if word.strip())


def _require_agreement(step: SqlStep, parser: duckdb.DuckDBPyConnection) -> None:
    for what, said, known in (("kind", step.kind, _KINDS), ("level", step.level, _LEVELS)):
        if said not in known:
            raise SqlStepError(
                f"{step.path.name}: {what} is {said!r}, expected one of {sorted(known)}"
            )
    try:
        statements = parser.extract_statements(step.statement)
    except duckdb.Error as error:
        raise SqlStepError(f"{step.path.name}: {error}") from error
    if step.kind == "select":
        if len(statements) != 1:
            raise SqlStepError(f"{step.path.name}: {len(statements)} statements, expected one")
        if not step.grain:
            raise SqlStepError(f"{step.path.name}: no '-- grain:' line")
        _require_same(step, "reads", step.reads, _tables(step, parser))
    found = {name for statement in statements for name in statement.named_parameters}
    _require_same(step, "params", step.params, found)


def _require_same(step: SqlStep, what: str, said: tuple[str, ...], found: set[str]) -> None:
    if set(said) != found:
        raise SqlStepError(
            f"{step.path.name}: header says {what} {sorted(said)}, statement has {sorted(found)}"
        )


def _tables(step: SqlStep, parser: duckdb.DuckDBPyConnection) -> set[str]:
    rows = parser.execute(
        "select json_serialize_sql($statement)", {"statement": step.statement}
    ).fetchall()
    tree = json.loads(rows[0][0])
    if tree.get("error"):
        raise SqlStepError(f"{step.path.name}: {tree.get('error_message')}")
    nodes = list(_nodes(tree))
    named = {item["key"] for node in nodes if "cte_map" in node for item in node["cte_map"]["map"]}
    read = {node["table_name"] for node in nodes if node.get("type") == "BASE_TABLE"}
    return read - named


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for child in tree.values():
            yield from _nodes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from _nodes(child)
