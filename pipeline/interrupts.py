"""Ctrl-C, whoever notices it first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_TOLD_BY_DUCKDB = "Query interrupted"


@contextmanager
def interrupts_raised() -> Iterator[None]:
    """Raise KeyboardInterrupt for the RuntimeError that DuckDB makes of it during a query."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == _TOLD_BY_DUCKDB:
            raise KeyboardInterrupt from error
        raise
