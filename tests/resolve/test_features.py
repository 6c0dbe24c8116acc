"""What of a record is compared: keys that fold alike, and how well a position is known."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.records.reading import read_payloads
from pipeline.resolve.features import compare_features, name_key, street_key
from pipeline.workbench import Workbench
from tests import authored
from tests.authored import at, charge_point, feature


@pytest.fixture
def compared(lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench) -> Any:
    """The features of one answer's records, by record key without its source."""

    def compare(answer: Any) -> dict[str, dict[str, Any]]:
        records = read_payloads(lens, authored.payloads([answer]), connectors, bench).records
        specs = {name: connector.spec for name, connector in connectors.items()}
        rows = compare_features(records, lens, specs).to_dicts()
        return {row["record_key"].split(":", 1)[1]: row for row in rows}

    return compare


@pytest.mark.parametrize(
    ("street", "key"),
    [
        pytest.param("10 Westbank St", "westbank street", id="number left out, word written out"),
        pytest.param("Westbank Street, 10a", "westbank street", id="number behind"),
        pytest.param("WESTBANK ST.", "westbank street", id="capitals and a full stop"),
        pytest.param("Große Straße 5", "grosse strasse", id="another alphabet's letters"),
        pytest.param("10-12", "", id="nothing but numbers"),
    ],
)
def test_a_street_is_compared_without_numbers(lens: CompiledLens, street: str, key: str):
    assert street_key(street, lens.abbreviations) == key


def test_a_name_without_a_letter_stands_for_itself():
    assert name_key("The Grange") == "the grange"
    assert name_key("***") == "***"
    assert name_key("***") != name_key("–")


def test_a_bare_number_is_no_street(compared: Any):
    rows = compared(authored.edinburgh_council(feature("a", "Grange", at(0), ADDRESS="10")))

    assert rows["a"]["street_key"] is None
    assert rows["a"]["house_numbers"] == ["10"]


@pytest.mark.parametrize(
    ("spot", "accuracy_m"),
    [
        # The council's positions are known to 20 m; half of the last decimal's 111,320 m / 10^n
        # is more than that where few decimals are left.
        pytest.param((55.9301237, -3.1902873), 20.0, id="as the source promises"),
        pytest.param((55.930, -3.1902873), 20.0, id="one coordinate ends in noughts by chance"),
        pytest.param((55.93, -3.19), 556.6, id="two decimals"),
        pytest.param((55.9301, -3.1903), 20.0, id="four decimals are 5.6 m"),
        pytest.param((55.931, -3.193), 55.66, id="three decimals"),
    ],
)
def test_few_decimals_widen_the_accuracy(
    compared: Any, spot: tuple[float, float], accuracy_m: float
):
    rows = compared(authored.edinburgh_council(feature("a", "Grange", spot)))

    assert rows["a"]["accuracy_m"] == pytest.approx(accuracy_m)


def test_a_place_named_twice_is_a_doubled_name(compared: Any):
    rows = compared(
        authored.edinburgh_council(
            feature("twice", "Powerleague Portobello, Portobello", at(0)),
            feature("once", "Powerleague Portobello", at(0)),
            feature("two places", "Leith Club, Portobello", at(0)),
        )
    )

    doubled = {key: row["is_name_doubled"] for key, row in rows.items()}
    assert doubled == {"twice": True, "once": False, "two places": False}


def test_named_places_bring_the_places_that_hold_them(compared: Any):
    rows = compared(
        authored.edinburgh_council(feature("a", "Grange", at(0), WARD="Portobello", TOWN=None))
    )

    assert rows["a"]["place_words"] == ["edinburgh", "portobello"]


def test_what_never_is_one_with_a_venue_is_told_apart(compared: Any):
    rows = compared(
        authored.open_charge_map(charge_point(7, "Grange", at(0), "1 Low Rd", "EH4 1HQ"))
    )

    assert rows["7"]["apart_kind"] == "charging_point"
    assert rows["7"]["postcode_key"] == "EH41HQ"


def test_the_site_of_a_page_is_its_host(compared: Any):
    rows = compared(
        authored.edinburgh_council(
            feature("a", "Grange", at(0), WEB_PAGE="https://www.Grange.example/Clubs?x=1")
        )
    )

    assert rows["a"]["site"] == "grange.example"
