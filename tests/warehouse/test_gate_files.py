"""Warehouse files that are missing, damaged or something else, and what is told of them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline.errors import WarehouseBusyError, WarehouseError
from pipeline.warehouse import Gate
from tests.warehouse.decisions import decisions


def test_a_warehouse_that_is_not_there_yet_is_told_with_what_makes_it(tmp_path: Path):
    gate = Gate(tmp_path / "none.duckdb")

    with (
        pytest.raises(WarehouseError, match=r"none\.duckdb: no warehouse yet; 'sightline run"),
        gate.read(),
    ):
        pass

    assert not gate.exists()


def test_the_empty_stand_in_has_the_schema_of_a_real_one(gate: Gate, tmp_path: Path):
    tables = "select table_name, column_name, data_type from duckdb_columns() order by all"
    with gate.read_or_empty() as connection:
        real = connection.execute(tables).fetchall()

    nowhere = Gate(tmp_path / "none.duckdb")
    with nowhere.read_or_empty() as connection:
        assert connection.execute(tables).fetchall() == real
        assert connection.execute("select count(*) from entity").fetchall() == [(0,)]

    assert not nowhere.exists()


def test_the_stand_in_gives_way_to_a_real_warehouse(gate: Gate):
    with gate.read_or_empty() as connection:
        assert connection.execute("select count(*) from decision").fetchall() == [(1,)]


@pytest.mark.parametrize("way", ["read", "write"])
@pytest.mark.parametrize(
    "content",
    [pytest.param(b"no database", id="another file"), pytest.param(b"", id="an empty file")],
)
def test_a_file_that_is_no_warehouse_is_told_at_once(tmp_path: Path, way: str, content: bytes):
    # The folder's name must not be taken for the word in a message about locks.
    path = tmp_path / "locker" / "warehouse.duckdb"
    path.parent.mkdir()
    path.write_bytes(content)

    gate = Gate(path, wait_seconds=0)

    with (
        pytest.raises(WarehouseError, match="not a valid DuckDB database") as refused,
        getattr(gate, way)(),
    ):
        pass

    assert not isinstance(refused.value, WarehouseBusyError)
    assert path.read_bytes() == content


def test_a_damaged_header_is_told_as_damage_not_as_a_lock(gate: Gate):
    body = bytearray(gate.path.read_bytes())
    body[100] ^= 0xFF  # within the main header, which is checksummed
    gate.path.write_bytes(bytes(body))

    with pytest.raises(WarehouseError, match="cannot be opened") as refused, gate.read():
        pass

    assert not isinstance(refused.value, WarehouseBusyError)


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path):
    (tmp_path / "data").write_text("in the way", "utf-8")
    gate = Gate(tmp_path / "data" / "warehouse.duckdb")

    with pytest.raises(WarehouseError, match="data: cannot be made"), gate.write():
        pass


def test_another_databases_file_is_told_where_a_query_fails(tmp_path: Path):
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table other (a int)")

    with pytest.raises(
        WarehouseError, match=r"w\.duckdb: cannot be read: .*decision does not exist"
    ):
        decisions(Gate(path))
