"""Every leaf of a record is a claim with its place in a payload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from pipeline.connectors.registry import Connector
from pipeline.fields import DIMENSIONS, universal_fields
from pipeline.lake.store import scan_lake
from pipeline.lens.compiled import CompiledLens
from pipeline.records.reading import read_payloads
from pipeline.workbench import Workbench
from tests.conftest import SAMPLE_LAKE
from tests.source_answers import payloads


def records_of(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench, **answers: pl.DataFrame
) -> list[dict[str, Any]]:
    records = read_payloads(lens, answers, connectors, bench).records
    return records.sort("record_key").to_dicts()


def claims(record: dict[str, Any]) -> dict[str, tuple[str, str, str, float | None]]:
    """Value, method, rule and confidence by path; for paths with one value."""
    return {
        c["path"]: (c["value"], c["method"], c["rule_id"], c["confidence"])
        for c in record["claims"]
    }


VENUE = {
    "type": "node",
    "id": 1,
    "lat": 55.95,
    "lon": -3.2,
    "tags": {
        "name": "Example Club",
        "leisure": "pitch",
        "sport": "tennis;padel",
        "surface": "clay;asphalt",
        "lit": "yes",
        "wheelchair": "yes",
        "contact:facebook": 'https://example.example/"x"',
        "fhrs:id": "7",
    },
}


def test_universal_fields_dimensions_and_module_leaves_are_claimed(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench
):
    (record,) = records_of(lens, connectors, bench, openstreetmap=payloads({"elements": [VENUE]}))

    single = {k: v for k, v in claims(record).items() if not k.startswith("canonical_")}
    assert single == {
        "entity_name": ("Example Club", "extract", "extract.entity_name", None),
        "entity_class": ("place", "classify", "extract.entity_class", None),
        "latitude": ("55.95", "extract", "extract.latitude", None),
        "longitude": ("-3.2", "extract", "extract.longitude", None),
        "raw_categories": (
            '["leisure=pitch","sport=tennis;padel"]', "extract", "extract.raw_categories", None,
        ),
        "social_media": (
            '{"facebook":"https://example.example/\\"x\\""}', "extract", "extract.social_media", None,
        ),
        "external_ids": (
            '{"fhrs":"7","openstreetmap":"node/1"}', "extract", "extract.external_ids", None,
        ),
        "modules.sports_facility.padel_courts.total": ("1", "field_rule", "osm-pitch-padel", 0.8),
        "modules.sports_facility.padel_courts.surface": (
            '["asphalt","clay"]', "field_rule", "osm-padel-surface", 0.8,
        ),
        "modules.sports_facility.tennis_courts.total": ("1", "field_rule", "osm-pitch-tennis", 0.8),
        "modules.sports_facility.tennis_courts.floodlit": (
            "1", "field_rule", "osm-tennis-floodlit", 0.7,
        ),
        "modules.sports_facility.tennis_courts.surface": (
            '["asphalt","clay"]', "field_rule", "osm-tennis-surface", 0.7,
        ),
        "modules.sports_facility.wheelchair_access": ("true", "field_rule", "osm-wheelchair", 0.8),
    }  # fmt: skip
    mapped = [
        (c["path"], c["value"], c["rule_id"]) for c in record["claims"] if c["method"] == "map"
    ]
    assert mapped == [
        ("canonical_activities", "padel", "osm-padel"),
        ("canonical_activities", "tennis", "osm-tennis"),
        ("canonical_place_types", "courts", "osm-courts"),
        ("canonical_roles", "provides_facility", "osm-role"),
        ("canonical_roles", "sports_club", "name-club-role"),
    ]


def test_a_counted_value_holds_all_its_pointers(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench
):
    features = [
        {
            "type": "Feature",
            "id": f"pub_spfsc.{n}",
            "geometry": {"type": "Point", "coordinates": [-3.2, 55.95]},
            "properties": {"site_name": "Example", "facility_sub_type": "Squash Court"},
        }
        for n in range(3)
    ]
    answers = [
        {"type": "FeatureCollection", "features": part} for part in (features[:2], features[2:])
    ]

    (record,) = records_of(lens, connectors, bench, sport_scotland=payloads(*answers))

    total = next(c for c in record["claims"] if c["path"].endswith("squash_courts.total"))
    assert total["value"] == "3"
    assert json.loads(total["json_pointer"]) == ["/features/0", "/features/1", "p1#/features/0"]
    name = next(c for c in record["claims"] if c["path"] == "entity_name")
    assert name["json_pointer"] == "/features/0"


def test_a_mention_claims_its_page_and_what_the_page_says_is_done_there(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench
):
    page = {
        "title": "Example Club: padel and squash",
        "link": "https://club.example.org/padel",
        "snippet": "Pay and play. 1 Example Road, Edinburgh EH1 1AA.",
    }

    (record,) = records_of(
        lens, connectors, bench, serper=payloads({"searchParameters": {}, "organic": [page]})
    )

    assert record["role"] == "mention"
    assert [(c["path"], c["value"], c["json_pointer"]) for c in record["claims"]] == [
        ("canonical_access", "pay_and_play", "/organic/0/snippet"),
        ("canonical_activities", "padel", "/organic/0/title"),
        ("canonical_activities", "squash", "/organic/0/title"),
        ("website_url", "https://club.example.org/padel", "/organic/0/link"),
    ]


# --- over the whole sample ---------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(
    lens: CompiledLens,
    connectors: dict[str, Connector],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Every record of the committed sample, and every payload's content."""
    rows = scan_lake(SAMPLE_LAKE).collect()
    by_source = {str(k[0]): f for k, f in rows.partition_by("source", as_dict=True).items()}
    with Workbench(tmp_path_factory.mktemp("scratch"), "1GB") as bench:
        records = records_of(lens, connectors, bench, **by_source)
    bodies = {i: json.loads(body) for i, body in rows.select("payload_id", "body").iter_rows()}
    return records, bodies


def leaf_paths(tree: dict[str, Any], prefix: str) -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaf_paths(value, f"{prefix}.{name}")
        else:
            yield f"{prefix}.{name}"


def expected_paths(record: dict[str, Any], own_modules: set[str]) -> set[str]:
    """Every leaf of the record as it stands in `extracted_entity`."""
    if record["role"] == "mention":
        given = {"website_url"}
    else:
        given = {n for n in universal_fields() if record[n] not in (None, [], "{}")}
        modules = json.loads(record["modules"])
        mine = {name: tree for name, tree in modules.items() if name in own_modules}
        given |= set(leaf_paths(mine, "modules"))
    return given | {name for name in DIMENSIONS if record[name]}


def test_every_leaf_of_the_sample_is_claimed_and_nothing_else(
    lens: CompiledLens, sample: tuple[list[dict[str, Any]], dict[str, Any]]
):
    records, _ = sample

    told = {r["record_key"]: {c["path"] for c in r["claims"]} for r in records}

    assert len(records) > 100
    assert {k: v for k, v in told.items() if not v} == {}
    for record in records:
        wanted = expected_paths(record, set(lens.modules))
        assert told[record["record_key"]] == wanted, record["record_key"]


def test_every_claim_of_the_sample_points_to_something(
    sample: tuple[list[dict[str, Any]], dict[str, Any]],
):
    records, bodies = sample
    resolved = 0

    for record in records:
        for claim in record["claims"]:
            pointer = claim["json_pointer"]
            for one in json.loads(pointer) if pointer.startswith("[") else [pointer]:
                payload, _, path = one.rpartition("#")
                value = bodies[payload or record["payload_id"]]
                for part in path.split("/")[1:]:
                    value = value[int(part)] if isinstance(value, list) else value[part]
                assert value not in (None, ""), (record["record_key"], claim)
                resolved += 1

    assert resolved > 1000
