"""Data checks: offending rows stop the transaction that made them."""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import CheckFailedError
from pipeline.sqlsteps import load_steps
from pipeline.warehouse import Gate
from pipeline.warehouse.checks import run_checks

ENTITY = """
insert into entity by name
select 'e1' as entity_id, 'l' as lens_id, 'one' as slug, 'place' as entity_class,
    [] as canonical_activities, [] as canonical_roles, [] as canonical_place_types,
    [] as canonical_access, '{}' as modules, '{}' as source_info, 0.5 as completeness,
    'h' as content_hash, timestamp '2026-01-14' as created_at, timestamp '2026-01-14' as updated_at
"""
CLAIM = """
insert into entity_claim by name
select 'l' as lens_id, 'e1' as entity_id, 'entity_name' as path, 'One' as "value",
    'string' as value_type, 's' as source, 'r1' as record_key, 'high' as trust_tier,
    'extract' as method, 'extract.name' as rule_id, 'p1' as payload_id, '/0' as json_pointer,
    'authored' as licence, timestamp '2026-01-14' as observed_at, {won} as won, 'only' as reason
"""
RECORD = """
insert into extracted_entity by name
select 'x1' as extracted_id, 'r1' as record_key, '{lens}' as lens_id, 'h' as lens_hash, 's' as source,
    'p1' as payload_id, '/0' as json_pointer, [] as derived_from, 'authored' as licence,
    timestamp '2026-01-14' as observed_at, 'listing' as role, '{{}}' as raw_observations,
    [] as canonical_activities, [] as canonical_roles, [] as canonical_place_types,
    [] as canonical_access, '{{}}' as modules, [] as claims, 'ok' as status, 'h' as content_hash
"""
MEMBER = "insert into entity_member values ('l', 'r1', 'e1')"
PIECE = "insert into entity_relation values ('l', 'r2', 'e1', 'part_of', '{}')"
NEIGHBOUR = "insert into entity_relation values ('l', 'e0', 'e1', 'co_located', '{}')"

GOOD_CLAIM, GOOD_RECORD = CLAIM.format(won="true"), RECORD.format(lens="l")
OFFENCES = {
    "entities_without_provenance": [ENTITY, CLAIM.format(won="false")],
    "members_without_record": [MEMBER],
    "parts_of_nothing": [PIECE],
}


def write(gate: Gate, *statements: str) -> None:
    with gate.write() as connection:
        for statement in statements:
            connection.execute(statement)
        run_checks(connection)


def is_empty(gate: Gate) -> bool:
    tables = ("entity", "entity_claim", "entity_member", "entity_relation", "extracted_entity")
    with gate.read() as connection:
        return all(connection.execute(f"from {table}").fetchall() == [] for table in tables)


def test_every_check_has_an_offence_here():
    assert {check.name for check in load_steps("checks")} == set(OFFENCES)


@pytest.mark.parametrize("check", sorted(OFFENCES))
def test_an_offending_warehouse_is_rolled_back(tmp_path: Path, check: str):
    gate = Gate(tmp_path / "w.duckdb")

    with pytest.raises(CheckFailedError) as failed:
        write(gate, *OFFENCES[check])

    told = str(failed.value)
    assert told.startswith(f"{check.replace('_', ' ')}: 1 rows, such as (")
    assert told.endswith(f"(sql/checks/{check}.sql); nothing was written")
    assert failed.value.exit_code == 13
    assert is_empty(gate)


def test_a_sound_warehouse_passes_every_check(tmp_path: Path):
    gate = Gate(tmp_path / "w.duckdb")

    write(gate, ENTITY, GOOD_CLAIM, GOOD_RECORD, MEMBER, PIECE)

    assert not is_empty(gate)


def test_an_empty_warehouse_passes_every_check():
    with Gate(Path("nowhere.duckdb")).read_or_empty() as connection:
        run_checks(connection)


def test_the_record_of_another_lens_is_not_the_members_own(tmp_path: Path):
    with pytest.raises(CheckFailedError, match="members without record"):
        write(Gate(tmp_path / "w.duckdb"), MEMBER, RECORD.format(lens="other"))


def test_only_pieces_need_a_whole(tmp_path: Path):
    write(Gate(tmp_path / "w.duckdb"), NEIGHBOUR)


def test_a_complaint_shows_three_rows_and_counts_all(tmp_path: Path):
    members = [f"insert into entity_member values ('l', 'r{n}', 'e1')" for n in range(5)]

    with pytest.raises(
        CheckFailedError, match=r"5 rows, such as (\([^)]*\); ){2}\([^)]*\) \(sql/checks"
    ):
        write(Gate(tmp_path / "w.duckdb"), *members)


def test_nothing_is_logged_of_a_sound_warehouse(caplog: pytest.LogCaptureFixture):
    with (
        caplog.at_level(logging.WARNING),
        Gate(Path("nowhere.duckdb")).read_or_empty() as connection,
    ):
        run_checks(connection)

    assert caplog.records == []


def test_no_check_changes_what_it_looks_at():
    with duckdb.connect() as parser:
        kinds = {
            parser.extract_statements(check.statement)[0].type for check in load_steps("checks")
        }

    assert kinds == {duckdb.StatementType.SELECT}
