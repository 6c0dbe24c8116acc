"""What each spec.yaml promises of its source."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from pipeline.connectors.extraction import record_schema
from pipeline.connectors.registry import Connector, require_connector
from pipeline.connectors.spec import ConnectorSpec, Operation, Phase
from pipeline.errors import UsageError
from pipeline.lake.store import scan_lake
from tests.conftest import SAMPLE_LAKE

NAMES = [
    "edinburgh_council",
    "food_hygiene",
    "google_places",
    "open_charge_map",
    "openstreetmap",
    "serper",
    "sport_scotland",
]


def test_every_folder_with_a_spec_is_a_connector_in_name_order(connectors: dict[str, Connector]):
    assert list(connectors) == sorted(connectors)
    assert set(NAMES) <= set(connectors)
    assert {name: c.name for name, c in connectors.items()} == {name: name for name in connectors}


@pytest.mark.parametrize(
    ("name", "phase", "tier", "priority", "accuracy_m"),
    [
        ("sport_scotland", Phase.STRUCTURED, "high", 1, 100),
        ("edinburgh_council", Phase.STRUCTURED, "high", 2, 20),
        ("food_hygiene", Phase.STRUCTURED, "high", 3, 100),
        ("google_places", Phase.DISCOVERY, "medium", 2, 20),
        ("openstreetmap", Phase.DISCOVERY, "medium", 3, 15),
        ("open_charge_map", Phase.STRUCTURED, "medium", 4, 50),
        ("serper", Phase.DISCOVERY, "low", 5, None),
    ],
)
def test_phase_trust_priority_and_accuracy(
    connectors: dict[str, Connector],
    name: str,
    phase: Phase,
    tier: str,
    priority: int,
    accuracy_m: float,
):
    spec = connectors[name].spec

    assert (spec.phase, spec.trust_tier, spec.default_priority) == (phase, tier, priority)
    assert spec.position_accuracy_m == accuracy_m
    assert spec.trust_level == {"high": 3, "medium": 2, "low": 1}[tier]


@pytest.mark.parametrize("name", NAMES)
def test_a_source_says_how_it_is_reached_and_under_what_terms(
    connectors: dict[str, Connector], name: str
):
    spec = connectors[name].spec

    assert spec.api.base_url.startswith("https://")
    assert spec.api.base_url_variable == f"SIGHTLINE_{name.upper()}_URL"
    assert spec.api.key_variable in {None, f"SIGHTLINE_{name.upper()}_KEY"}
    assert spec.licence.name
    assert spec.licence.attribution
    assert spec.region == "GB"


def test_the_keyless_sources_are_the_open_ones(connectors: dict[str, Connector]):
    keyless = {name for name in NAMES if connectors[name].spec.api.key_variable is None}

    assert keyless == {"edinburgh_council", "food_hygiene", "openstreetmap"}


def test_what_google_says_may_be_kept_for_thirty_days_and_costs(connectors: dict[str, Connector]):
    kept = {name: connectors[name].spec.licence.retain_days for name in NAMES}
    costs = {name: connectors[name].spec.cost_usd for name in NAMES}

    assert kept == dict.fromkeys(NAMES) | {"google_places": 30, "serper": 30}
    assert costs == dict.fromkeys(NAMES, Decimal(0)) | {
        "google_places": Decimal("0.035"),
        "serper": Decimal("0.001"),
    }


def test_only_the_register_that_is_published_whole_has_snapshots(
    connectors: dict[str, Connector],
):
    assert [name for name in NAMES if connectors[name].spec.snapshot] == ["food_hygiene"]


def test_numbers_that_change_on_republication_identify_nothing(connectors: dict[str, Connector]):
    by_values = {n: connectors[n].spec.identity.fingerprint for n in NAMES}

    position = ("entity_name", "latitude", "longitude")
    assert by_values == dict.fromkeys(NAMES, ()) | {
        "edinburgh_council": position,
        "sport_scotland": position,
    }


@pytest.mark.parametrize("name", NAMES)
def test_an_extractor_emits_the_universal_fields_and_no_other(
    connectors: dict[str, Connector], name: str
):
    extraction = connectors[name].extract(scan_lake(SAMPLE_LAKE, name).collect())

    assert extraction.records.schema == record_schema()
    assert extraction.records.height > 0
    assert extraction.failures.height == 0
    legacy = ("location_", "contact_", "address_")
    assert not [column for column in record_schema() if column.startswith(legacy)]
    assert "website" not in record_schema()


def test_observations_belong_to_records_and_point_somewhere(connectors: dict[str, Connector]):
    for name in NAMES:
        extraction = connectors[name].extract(scan_lake(SAMPLE_LAKE, name).collect())
        seen = extraction.observations

        assert set(seen["row"]) <= set(extraction.records["row"])
        assert seen.null_count().sum_horizontal()[0] == 0
        assert seen["pointers"].list.len().min() == 1
        assert "" not in seen["value"].to_list()


def test_the_main_operation_has_all_that_the_spec_says_of_it(connectors: dict[str, Connector]):
    spec = connectors["google_places"].spec.model_copy(update={"only_whole": True})

    main, *further = spec.all_operations()

    assert {name: getattr(main, name) for name in Operation.model_fields} == {
        name: getattr(spec, name) for name in Operation.model_fields
    } | {"name": ""}
    assert [operation.name for operation in further] == ["details"]


def test_an_unknown_source_is_told_the_known_ones():
    with pytest.raises(UsageError) as raised:
        require_connector("openstreetmaps")

    assert "source is 'openstreetmaps', expected one of ['edinburgh_council'" in str(raised.value)
    assert str(raised.value).endswith("; did you mean 'openstreetmap'?")
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"prio": 1}, "prio", id="a key that is none"),
        pytest.param({"phase": "FIRST"}, "phase", id="a phase that is none"),
        pytest.param({"trust_tier": "top"}, "trust_tier", id="a tier that is none"),
        pytest.param({"cost_usd": "-1"}, "cost_usd", id="a cost below nothing"),
        pytest.param({"position_accuracy_m": 0}, "position_accuracy_m", id="a perfect position"),
        pytest.param({"region": "uk"}, "region", id="a region that is none"),
    ],
)
def test_a_spec_refuses_what_it_does_not_know(
    connectors: dict[str, Connector], change: dict[str, object], told: str
):
    good = connectors["serper"].spec.model_dump(mode="json")

    with pytest.raises(ValidationError, match=told):
        ConnectorSpec.model_validate(good | change)
