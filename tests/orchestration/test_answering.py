"""Which fresh records may be what was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.answering import answering_records
from pipeline.orchestration.request import IngestionMode
from pipeline.records.extracting import extract_payloads
from pipeline.records.reading import interpret
from pipeline.values import BoundingBox
from tests.orchestration.things import features
from tests.source_answers import payloads

PORTOBELLO, LEITH = (55.955, -3.11), (55.975, -3.17)


def place(
    name: str | None, at: tuple[float, float] | None = PORTOBELLO, address: str = "", *kinds: str
) -> dict[str, Any]:
    """A row of the places source."""
    row: dict[str, Any] = {"id": f"id of {name}", "types": list(kinds)}
    if name:
        row["displayName"] = {"text": name}
    if at:
        row["location"] = {"latitude": at[0], "longitude": at[1]}
    if address:
        row["formattedAddress"] = f"{address}, Edinburgh EH15 1DR, UK"
    return row


def answers(
    lens: CompiledLens, connectors: dict[str, Connector], query: str, *rows: Any, **asked: Any
) -> list[str]:
    """The names of the rows that answer."""
    found = payloads({"places": list(rows)}, endpoint="searchText")
    read = interpret(lens, extract_payloads({"google_places": found}, connectors))
    records = answering_records(read.records, features(lens, query, **asked), lens)
    return sorted(records["entity_name"])


@pytest.mark.parametrize(
    ("query", "row", "is_answer"),
    [
        # where
        pytest.param("powerleague portobello", place("Powerleague"), True, id="it lies there"),
        pytest.param("powerleague portobello", place("Powerleague", LEITH), False, id="it lies elsewhere"),
        pytest.param("powerleague portobello", place("Powerleague", LEITH, "1 Portobello Road"), False,
                     id="a position says more than an address"),
        pytest.param("powerleague portobello", place("Powerleague", None, "1 Portobello High St"), True,
                     id="without a position the address"),
        pytest.param("powerleague portobello", place("Powerleague Portobello", None), True, id="or the name"),
        pytest.param("powerleague edinburgh", place("Powerleague Portobello", None), True,
                     id="in a place inside the one asked for"),
        pytest.param("powerleague portobello", place("Powerleague", None), False, id="it lies nowhere"),
        pytest.param("powerleague", place("Powerleague", None), True, id="anywhere will do"),
        # what it is called
        pytest.param("powerleague portobello", place("Goals"), False, id="another brand"),
        pytest.param("tynecastle arena", place("Tynecastel Arena"), True, id="a slip in spelling"),
        pytest.param("tynecastle stadium gorgie", place("Tynecastle Stadium", PORTOBELLO, "Gorgie Road"),
                     True, id="the rest stands in the address"),
        pytest.param("tynecastle stadium gorgie", place("Gorgie Stadium"), False, id="half a name"),
        pytest.param("tynecastle stadium gorgie", place("Another", PORTOBELLO, "Tynecastle Gorgie"), False,
                     id="an address is no name"),
        pytest.param("tynecastle", place(None), False, id="nameless"),
        # what it is
        pytest.param("swimming portobello", place("The Baths"), True, id="the activity"),
        pytest.param("golf portobello", place("Baths", PORTOBELLO, "", "swimming_pool"), False,
                     id="another activity"),
        pytest.param("swimming pool portobello", place("Baths", PORTOBELLO, "", "swimming_pool"), True,
                     id="the kind of place"),
        pytest.param("stadium portobello", place("Old Stadium"), True, id="a kind that the name tells"),
        pytest.param("stadium portobello", place("Baths", PORTOBELLO, "", "swimming_pool"), False,
                     id="another kind of place"),
        # nothing
        pytest.param("the best near me", place("Powerleague"), False, id="a query that asks for nothing"),
    ],
)  # fmt: skip
def test_a_record_answers_by_place_name_and_kind(
    lens: CompiledLens,
    connectors: dict[str, Connector],
    query: str,
    row: dict[str, Any],
    is_answer: bool,
):
    assert bool(answers(lens, connectors, query, row)) is is_answer


def test_a_full_name_answers_whatever_kind_of_thing_it_names(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    called = answers(
        lens, connectors, "Portobello Golf", place("Portobello Golf"), place("Golf Hut")
    )

    assert "Portobello Golf" in called


def test_a_box_asked_for_goes_before_the_places_of_the_query(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    rows = place("Powerleague", LEITH), place("Powerleague Two", PORTOBELLO)
    leith = BoundingBox(55.97, -3.18, 55.98, -3.16)

    assert answers(lens, connectors, "powerleague", *rows, bounding_box=leith) == ["Powerleague"]


def test_many_wanted_means_the_kind_counts_even_for_a_name(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    row = place("Tynecastle Baths")

    one, many = (
        answers(lens, connectors, "tynecastle stadium", row, ingestion_mode=mode)
        for mode in (IngestionMode.RESOLVE_ONE, IngestionMode.DISCOVER_MANY)
    )

    assert (one, many) == (["Tynecastle Baths"], [])


def test_nothing_answers_where_nothing_was_read(
    lens: CompiledLens, connectors: dict[str, Connector]
):
    for query in ("padel portobello", "tynecastle", "leith"):
        assert answers(lens, connectors, query) == []
