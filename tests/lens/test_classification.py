"""Event, place, organization, person, thing: in that order, by fixed rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest

from pipeline.connectors.extraction import build_extraction
from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.records.extracting import RECORDS, Extracted, extract_payloads
from pipeline.records.reading import classified
from tests.source_answers import DAY_ONE, payloads

RAW = ("name", "text", "lat", "lon", "street", "code", "starts")
FIELDS = {
    "entity_name": ["name"],
    "description": ["text"],
    "latitude": ["lat"],
    "longitude": ["lon"],
    "street_address": ["street"],
    "postcode": ["code"],
    "time_start": ["starts"],
}


def class_of(
    lens: CompiledLens, connectors: dict[str, Connector], **raw: str
) -> tuple[str, dict[str, Any]]:
    """The class of one record that an extractor built from these raw values, and the record."""
    row = {name: raw.get(name) for name in RAW}
    rows = pl.DataFrame([row], schema=dict.fromkeys(RAW, pl.String)).with_columns(
        pl.lit("p0").alias("payload_id"), pl.lit("/0").alias("json_pointer")
    )
    extraction = build_extraction(rows, connectors["openstreetmap"].spec, FIELDS, {})
    common = {
        "record": pl.col("row"),
        "source": pl.lit("openstreetmap"),
    }
    dated = {"identity_text": pl.lit(None, pl.String), "observed_at": pl.lit(DAY_ONE)}
    extracted = Extracted(
        extraction.records.with_columns(**common, **dated).select(list(RECORDS)),
        extraction.observations.with_columns(**common).drop("row"),
        extraction.failures,
    )
    records, _ = classified(lens, extracted)
    record = records.row(0, named=True)
    return record["entity_class"], record


def test_a_dated_thing_is_an_event(lens: CompiledLens, connectors: dict[str, Connector]):
    found, record = class_of(
        lens, connectors, name="Example Open Day", starts="2026-03-01T10:00:00+01:00"
    )

    assert found == "event"
    assert record["time_start"] == datetime(2026, 3, 1, 9)  # UTC


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param({"lat": "55.9", "lon": "-3.2"}, "place", id="coordinates alone"),
        pytest.param({"lat": "0.0", "lon": "0.0"}, "place", id="zero is a coordinate"),
        pytest.param({"street": "1 Example Road"}, "place", id="a street alone"),
        pytest.param({"code": "EH1 1AA"}, "place", id="a postcode alone"),
        pytest.param({"name": "Example Association"}, "organization", id="an organization"),
        pytest.param({"name": "Alex Example, tennis coach"}, "person", id="a person by name"),
        pytest.param({"text": "Personal trainer"}, "person", id="a person by description"),
        pytest.param({"name": "Example Cup"}, "thing", id="anything else"),
        pytest.param({}, "thing", id="nothing at all"),
        pytest.param({"lat": "55.9"}, "thing", id="half a position is none"),
        pytest.param({"lat": "95", "lon": "-3.2"}, "thing", id="degrees that are none"),
        pytest.param({"street": "  "}, "thing", id="a blank street is none"),
    ],
)
def test_each_class_by_its_own_evidence(
    lens: CompiledLens, connectors: dict[str, Connector], raw: dict[str, str], expected: str
):
    assert class_of(lens, connectors, **raw)[0] == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            {"starts": "2026-03-01", "lat": "55.9", "lon": "-3.2"}, "event",
            id="an event with coordinates is an event",
        ),
        pytest.param(
            {"starts": "2026-03-01", "name": "Example Club coach"}, "event",
            id="an event of a club and a coach is an event",
        ),
        pytest.param(
            {"name": "Alex Example, coach", "street": "1 Example Road"}, "place",
            id="a coach with an address is a place",
        ),
        pytest.param(
            {"name": "Example Club", "code": "EH1 1AA"}, "place",
            id="a club with a postcode is a place",
        ),
        pytest.param(
            {"name": "Example Club of coaches, coach wanted"}, "organization",
            id="a club with a coach is an organization",
        ),
        pytest.param(
            {"starts": "next week", "name": "Example Club"}, "organization",
            id="a date that is none makes no event",
        ),
    ],
)  # fmt: skip
def test_the_first_class_that_fits_wins(
    lens: CompiledLens, connectors: dict[str, Connector], raw: dict[str, str], expected: str
):
    assert class_of(lens, connectors, **raw)[0] == expected


def test_a_class_reaches_the_observations_of_its_record(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    answer = {
        "elements": [
            {"type": "node", "id": 1, "lat": 55.9, "lon": -3.2, "tags": {"name": "Example"}},
            {"type": "relation", "id": 2, "tags": {"name": "Alex Example, coach"}},
        ]
    }

    records, seen = classified(
        lens, extract_payloads({"openstreetmap": payloads(answer)}, connectors)
    )

    assert records["entity_class"].to_list() == ["place", "person"]
    names = seen.filter(pl.col("field") == "entity_name")
    assert names.select("record", "entity_class").rows() == [(0, "place"), (1, "person")]
