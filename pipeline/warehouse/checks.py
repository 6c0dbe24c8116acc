"""Data checks: queries that answer offending rows; none means that all is well."""

from __future__ import annotations

import logging

import duckdb

from pipeline.errors import CheckFailedError
from pipeline.sqlsteps import load_steps

_log = logging.getLogger(__name__)
_SHOWN = 3


def run_checks(connection: duckdb.DuckDBPyConnection) -> None:
    """Run every check of `sql/checks`; a warning is logged.

    Raises CheckFailedError for the first failing one, so that a transaction rolls back.
    """
    for check in load_steps("checks"):
        rows = connection.execute(check.statement).fetchall()
        if not rows:
            continue
        sample = "; ".join(str(row) for row in rows[:_SHOWN])
        told = f"{check.name.replace('_', ' ')}: {len(rows)} rows, such as {sample}"
        if check.level == "fail":
            raise CheckFailedError(f"{told} (sql/checks/{check.path.name}); nothing was written")
        _log.warning(told)
