"""Payloads to records: their keys, which payload counts, and what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from pipeline.connectors.registry import Connector
from pipeline.fields import DIMENSIONS
from pipeline.lens.compiled import CompiledLens
from pipeline.records.reading import Reading, read_payloads
from pipeline.workbench import Workbench
from tests.source_answers import DAY_ONE, payloads

Read = Callable[..., Reading]


@pytest.fixture
def read(lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench) -> Read:
    """Read one source's bodies."""

    def of_source(source: str, *bodies: Any, **of_payloads: Any) -> Reading:
        return read_payloads(lens, {source: payloads(*bodies, **of_payloads)}, connectors, bench)

    return of_source


def node(number: int, **tags: str) -> dict[str, Any]:
    return {"type": "node", "id": number, "lat": 55.95, "lon": -3.2, "tags": tags}


def site(number: int, name: str = "Example", sub_type: str = "Squash Court") -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": f"pub_spfsc.{number}",
        "geometry": {"type": "Point", "coordinates": [-3.2, 55.95]},
        "properties": {"site_name": name, "facility_sub_type": sub_type},
    }


def sites(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def keys(reading: Reading) -> list[str]:
    return sorted(reading.records["record_key"])


def test_a_source_id_is_the_key(read: Read):
    answer = {"elements": [node(1, name="A"), {"type": "way", "id": 1, "tags": {"name": "B"}}]}

    assert keys(read("openstreetmap", answer)) == ["openstreetmap:node/1", "openstreetmap:way/1"]


def test_without_an_id_the_identifying_values_are_the_key(read: Read):
    first = keys(read("sport_scotland", sites(site(1))))
    renumbered = keys(read("sport_scotland", sites(), sites(site(77)), days=[0, 9]))
    renamed = keys(read("sport_scotland", sites(site(1, name="Other"))))

    assert first[0].startswith("sport_scotland:fp-")
    assert len(first[0]) == len("sport_scotland:fp-") + 16
    assert renumbered == first
    assert renamed != first


def test_an_edited_count_keeps_its_key(read: Read):
    one = read("sport_scotland", sites(site(1))).records.row(0, named=True)
    three = read("sport_scotland", sites(site(1), site(2), site(3))).records.row(0, named=True)

    assert three["record_key"] == one["record_key"]
    assert three["extracted_id"] == one["extracted_id"]
    assert three["content_hash"] != one["content_hash"]


def test_without_any_identifying_value_the_place_in_the_payload_is_the_key(read: Read):
    blank = {"geometry": None, "properties": {"FACILITY_NAME": " ", "TOWN": "Edinburgh"}}
    answer = {"type": "FeatureCollection", "features": [blank, blank]}

    assert keys(read("edinburgh_council", answer)) == [
        "edinburgh_council:p0#/features/0",
        "edinburgh_council:p0#/features/1",
    ]


def test_of_one_record_the_newest_payload_counts(read: Read):
    bodies = [{"elements": [node(1, name=name)]} for name in ("Middle", "Newest", "Oldest")]

    records = read("openstreetmap", *bodies, days=[5, 9, 1]).records

    assert records.select("entity_name", "payload_id").rows() == [("Newest", "p1")]
    assert records["observed_at"][0].day == DAY_ONE.day + 9


def test_two_payloads_of_one_instant_are_decided_by_their_ids(read: Read):
    bodies = [{"elements": [node(1, name=name)]} for name in ("First", "Second")]

    assert read("openstreetmap", *bodies).records["entity_name"].to_list() == ["First"]


def test_a_newer_payload_without_a_record_does_not_remove_it(read: Read):
    answers = {"elements": [node(1, name="A")]}, {"elements": []}

    assert keys(read("openstreetmap", *answers, days=[1, 2])) == ["openstreetmap:node/1"]


def test_an_unreadable_item_costs_itself_alone(read: Read):
    answer = {"elements": [node(1, name="A"), "no element", node(2, name="B")]}

    records = read("openstreetmap", answer).records.sort("record_key")

    failed = records.filter(pl.col("status") == "failed").row(0, named=True)
    assert keys(read("openstreetmap", answer)) == [
        "openstreetmap:node/1",
        "openstreetmap:node/2",
        "openstreetmap:p0#/elements/1",
    ]
    assert (failed["payload_id"], failed["json_pointer"]) == ("p0", "/elements/1")
    assert "as struct" in failed["error"]
    assert (failed["licence"], failed["observed_at"]) == ("authored", DAY_ONE)
    assert (failed["entity_name"], failed["claims"]) == (None, [])
    good = records.filter(pl.col("status") == "ok")
    assert good["error"].to_list() == [None, None]


def test_an_item_that_says_nothing_is_a_failed_row(read: Read):
    point = {"ID": 7, "AddressInfo": {"Title": "A", "Latitude": 55.9, "Longitude": -3.2}}

    records = read("open_charge_map", [{}, point]).records.sort("record_key")

    assert records.select("record_key", "status").rows() == [
        ("open_charge_map:7", "ok"),
        ("open_charge_map:p0#/0", "failed"),
    ]
    assert records["error"][1] == "found no id, name or position, expected one of them"


def test_a_payload_that_is_no_json_is_one_failed_row(read: Read):
    records = read("openstreetmap", "gone away", {"elements": [node(1, name="A")]}).records

    assert records.filter(pl.col("status") == "failed").select(
        "record_key", "json_pointer"
    ).rows() == [("openstreetmap:p0#", "")]
    assert records.filter(pl.col("status") == "ok").height == 1


def test_the_dimensions_are_never_null_and_sorted(read: Read):
    answer = {
        "elements": [
            node(1, name="Example Padel", sport="tennis;padel; squash"),
            node(2, name="Nothing of ours"),
            "no element",
        ]
    }

    reading = read("openstreetmap", answer)

    for dimension in DIMENSIONS:
        assert reading.records[dimension].null_count() == 0
    found = dict(reading.records.select("source_record_id", "canonical_activities").iter_rows())
    assert found == {"node/1": ["padel", "squash", "tennis"], "node/2": [], None: []}
    assert reading.mapped == 1


def test_each_record_has_its_own_lens(
    read: Read, lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench
):
    records = read("openstreetmap", {"elements": [node(1, name="A")]}).records

    assert records.select("lens_id", "lens_hash").rows() == [(lens.id, lens.hash)]


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        pytest.param({"leisure": "pitch", "sport": "soccer"}, "unit", id="an unnamed pitch"),
        pytest.param({"leisure": "pitch", "name": "Pitch 3"}, "unit", id="a named one"),
        pytest.param({"leisure": "sports_centre"}, "area", id="an unnamed outline"),
        pytest.param({"leisure": "garden", "name": "Tennis Courts"}, "area", id="a piece by name"),
        pytest.param({"leisure": "garden", "name": "Courts of Law Garden"}, None, id="no piece"),
        pytest.param({"leisure": "sports_centre", "name": "Example"}, None, id="a named venue"),
    ],
)
def test_pieces_are_told_from_venues(read: Read, tags: dict[str, str], kind: str | None):
    records = read("openstreetmap", {"elements": [node(1, **tags)]}).records

    assert records["part_kind"].to_list() == [kind]


def test_sources_are_read_together_in_name_order(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench
):
    answers = {
        "sport_scotland": payloads(sites(site(1))),
        "openstreetmap": payloads({"elements": [node(1, name="A")]}),
        "serper": payloads({"searchParameters": {}, "organic": []}),
    }

    records = read_payloads(lens, answers, connectors, bench).records

    assert dict(records.select("source", "entity_name").iter_rows()) == {
        "openstreetmap": "A",
        "sport_scotland": "Example",
    }


def test_no_payload_is_no_record(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench
):
    reading = read_payloads(lens, {}, connectors, bench)

    assert (reading.records.height, reading.mapped, reading.failures) == (0, 0, ())
