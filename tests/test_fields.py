"""entity.yaml is the sole authority on universal fields: schema, merge and sources agree with it."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from pipeline.connectors.extraction import build_extraction, record_schema
from pipeline.connectors.registry import Connector
from pipeline.errors import ConnectorError
from pipeline.fields import DIMENSIONS, universal_fields
from pipeline.lake.store import scan_lake
from pipeline.warehouse import Gate
from tests.conftest import ROOT, SAMPLE_LAKE

UNIVERSAL = [
    "entity_name", "entity_class", "summary", "description", "raw_categories",
    "latitude", "longitude", "street_address", "city", "locality", "postcode", "country",
    "phone", "email", "website_url", "social_media", "opening_hours",
    "time_start", "time_end", "external_ids",
]  # fmt: skip
COLUMN_TYPES = {
    "string": "VARCHAR",
    "number": "DOUBLE",
    "timestamp": "TIMESTAMP",
    "list": "VARCHAR[]",
    "map": "JSON",
}
LEGACY = re.compile(r"(location|contact|address)_.*|website")
SOURCES = sorted(path.parent.name for path in ROOT.glob("pipeline/connectors/*/spec.yaml"))


def columns_of(table: str, tmp_path: Path) -> dict[str, str]:
    """Type by name of a table's columns on a fresh warehouse."""
    with Gate(tmp_path / "none.duckdb").read_or_empty() as connection:
        rows = connection.execute(f"describe {table}").fetchall()
    return {row[0]: row[1] for row in rows}


def test_the_universal_fields_are_the_agreed_ones():
    assert list(universal_fields()) == UNIVERSAL


def test_no_universal_field_has_a_legacy_name():
    assert not [name for name in universal_fields() if LEGACY.fullmatch(name)]


@pytest.mark.parametrize("table", ["entity", "extracted_entity"])
def test_every_universal_field_is_a_column_of_its_type(table: str, tmp_path: Path):
    columns = columns_of(table, tmp_path)

    expected = {name: COLUMN_TYPES[field.type] for name, field in universal_fields().items()}
    assert {name: columns.get(name) for name in expected} == expected


@pytest.mark.parametrize("table", ["entity", "extracted_entity"])
def test_every_dimension_is_an_array_column(table: str, tmp_path: Path):
    columns = columns_of(table, tmp_path)

    assert [columns.get(name) for name in DIMENSIONS] == ["VARCHAR[]"] * 4


def test_every_merge_group_has_a_step_that_elects_its_values():
    groups = {field.group for field in universal_fields().values()}

    missing = [
        group for group in sorted(groups) if not (ROOT / f"sql/merge/{group}_choice.sql").is_file()
    ]
    assert not missing


def test_records_have_the_universal_fields_but_the_class_which_a_lens_assigns():
    names = [name for name in record_schema() if name in universal_fields()]

    assert names == [name for name in UNIVERSAL if name != "entity_class"]


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_emits_universal_names_only(source: str, connectors: dict[str, Connector]):
    payloads = scan_lake(SAMPLE_LAKE, source).collect()

    records = connectors[source].extract(payloads).records

    assert records.height > 0
    assert records["entity_name"].null_count() < records.height
    assert not [name for name in records.columns if LEGACY.fullmatch(name)]
    assert dict(records.schema) == record_schema()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("website", id="legacy website"),
        pytest.param("location_name", id="legacy location"),
        pytest.param("contact_phone", id="legacy contact"),
        pytest.param("address_city", id="legacy address"),
        pytest.param("entity_class", id="assigned by the lens"),
        pytest.param("stars", id="unknown"),
    ],
)
def test_an_extraction_with_another_field_is_refused(name: str, connectors: dict[str, Connector]):
    rows = pl.DataFrame({"payload_id": ["p"], "json_pointer": ["/0"], "raw": ["x"]})
    spec = connectors[SOURCES[0]].spec

    with pytest.raises(ConnectorError, match=rf"{spec.name}: \['{name}'\] are no universal fields"):
        build_extraction(rows, spec, {"entity_name": ["raw"], name: ["raw"]}, {})
