"""The only place that opens the warehouse file: briefly, patiently, whole or not at all."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.errors import WarehouseBusyError, WarehouseError
from pipeline.interrupts import interrupts_stop
from pipeline.processes import is_alive
from pipeline.warehouse.migrations import migrate

_log = logging.getLogger(__name__)
# In another process, or in this one with another right (read-only or not).
_HELD = re.compile(r"Could not set lock on file|with a different configuration than existing")
_HOLDER = re.compile(r"Conflicting lock is held in (?P<program>.*?) \(PID (?P<pid>\d+)\)")
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Gate:
    """A way to one warehouse file. `wait_seconds` is the patience for another's lock."""

    path: Path
    wait_seconds: float = 10.0

    def exists(self) -> bool:
        return self.path.is_file()

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection.

        Raises WarehouseError where there is no warehouse yet, or where a query fails.
        """
        if not self.exists():
            raise WarehouseError(
                f"{self.path}: no warehouse yet; 'sightline run QUERY' or 'sightline rebuild' "
                "makes it"
            )
        connection = self._connect(read_only=True)
        try:
            with interrupts_stop(connection.interrupt):
                yield connection
        except duckdb.Error as error:
            raise WarehouseError(f"{self.path}: cannot be read: {error}") from error
        finally:
            connection.close()

    @contextmanager
    def read_or_empty(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """As `read`; where there is no warehouse yet, an empty one in memory."""
        if self.exists():
            with self.read() as connection:
                yield connection
        else:
            with duckdb.connect() as connection:
                migrate(connection)
                yield connection

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection inside one transaction: committed at the end, rolled back on any error.

        Creates the file and brings its schema up to date first.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(f"{self.path.parent}: cannot be made: {error}") from error
        self._make_whole()
        connection = self._connect(read_only=False)
        try:
            migrate(connection)
            connection.execute("begin")
            yield connection
            connection.execute("commit")
        except duckdb.Error as error:
            raise WarehouseError(f"{self.path}: nothing was written: {error}") from error
        finally:
            connection.close()

    def checkpoint(self) -> None:
        """Move what was committed from the log into the file, and empty the log."""
        connection = self._connect(read_only=False)
        try:
            connection.execute("checkpoint")
        except duckdb.Error as error:
            raise WarehouseError(f"{self.path}: no checkpoint: {error}") from error
        finally:
            connection.close()

    def _make_whole(self) -> None:
        """Make the file beside its place where there is none: half of one cannot be opened.

        Whatever ends this process meanwhile, and whoever else makes the file at the same time.
        """
        if self.path.exists():
            return
        for left in self.path.parent.glob(f".{self.path.name}.*.new*"):
            if not is_alive(int(left.name.split(".new")[0].rpartition(".")[2])):
                left.unlink(missing_ok=True)
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.new")
        try:
            with duckdb.connect(str(beside)) as connection:
                migrate(connection)
            os.link(beside, self.path)
        except FileExistsError:  # another run was faster
            pass
        except (duckdb.Error, OSError) as error:
            raise WarehouseError(f"{self.path}: cannot be made: {error}") from error
        finally:
            for made in (beside, beside.with_name(f"{beside.name}.wal")):
                with suppress(OSError):  # the failure above is the one to tell
                    made.unlink(missing_ok=True)

    def _connect(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        deadline = time.monotonic() + self.wait_seconds
        while True:
            try:
                return duckdb.connect(
                    str(self.path),
                    read_only=read_only,
                    config={"python_enable_replacements": False},
                )
            except duckdb.Error as error:
                if not _HELD.search(str(error)):
                    raise WarehouseError(f"{self.path}: cannot be opened: {error}") from error
                if time.monotonic() >= deadline:
                    raise WarehouseBusyError(self._busy(error)) from error
                time.sleep(_PAUSE_SECONDS)

    def _busy(self, error: duckdb.Error) -> str:
        match = _HOLDER.search(str(error))
        holder = f"{match['program']} (process {match['pid']})" if match else "this process"
        return (
            f"{self.path}: held by {holder} for more than {self.wait_seconds:g} s; "
            "let it finish or stop it, then run this again"
        )
