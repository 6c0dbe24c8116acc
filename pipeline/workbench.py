"""An in-memory DuckDB on which frames are laid out and SQL steps are run.

Heavy work happens here, never on the warehouse file, so that nobody waits for a lock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl

from pipeline.errors import SqlStepError
from pipeline.sqlsteps import SqlStep, load_step, load_steps

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class Workbench:
    """A connection of its own; use it as a context manager."""

    def __init__(self, scratch: Path, memory_limit: str) -> None:
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory_limit,
                "temp_directory": str(scratch),
                "python_enable_replacements": False,
            },
        )
        for step in load_steps("macros"):
            self._connection.execute(step.statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def register(self, name: str, frame: pl.DataFrame) -> None:
        """Make a frame readable as the table `name`."""
        self._connection.register(_checked(name), frame.to_arrow())

    def run(self, folder: str, params: Mapping[str, Any] | None = None) -> None:
        """Run every step of `sql/<folder>`, in the order of their reads."""
        for step in load_steps(folder):
            self._make(step, params or {})

    def run_step(self, folder: str, name: str, params: Mapping[str, Any] | None = None) -> None:
        """Run one step of `sql/<folder>`."""
        self._make(load_step(folder, name), params or {})

    def fetch(self, table: str) -> pl.DataFrame:
        """A table as a frame. Raises SqlStepError where no step made it."""
        try:
            frame: pl.DataFrame = self._connection.table(_checked(table)).pl()
        except duckdb.Error as error:
            raise SqlStepError(f"table {table}: {error}") from error
        return frame

    def _make(self, step: SqlStep, params: Mapping[str, Any]) -> None:
        missing = sorted(set(step.params) - set(params))
        if missing:
            raise SqlStepError(f"{step.path.name}: no value for {missing}")
        values = {name: params[name] for name in step.params}
        head = f"create or replace table {_checked(step.name)} as\n"
        try:
            self._connection.execute(head + step.statement, values)
        except duckdb.Error as error:
            raise SqlStepError(f"sql/{step.path.parent.name}/{step.path.name}: {error}") from error


def _checked(name: str) -> str:
    """An identifier that is safe to place in a statement: identifiers cannot be bound."""
    if not _NAME.fullmatch(name):
        raise SqlStepError(f"table name is {name!r}, expected lower-case letters, digits and _")
    return name
