"""Editions of a register over time: what the newest no longer lists is gone, and told why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Call
from tests.connectors.test_food_hygiene import detail, dump
from tests.real_data import real_file

WEEKS = {"2020-08-08": 4414, "2020-09-01": 4420, "2020-10-01": 4448, "2020-11-13": 4486}
ANYTHING = """
lens: anything
title: Anything
description: Whatever has a name
vocabulary: {default_place: town, places: {town: {keywords: [town], box: [55.0, -4.0, 57.0, -2.0]}}}
canonical_values: {}
mapping_rules: []
connector_rules: {food_hygiene: {priority: 1, triggers: [{type: always}]}}
admission: {path: entity.entity_name, operator: EXISTS}
resolution: {}
"""


@pytest.fixture
def listing(home: Path) -> Path:
    """An empty home with a lens that admits whatever has a name."""
    folder = home / "lenses" / "anything"
    folder.mkdir(parents=True)
    (folder / "lens.yaml").write_text(ANYTHING)
    (home / "app.yaml").write_text("default_lens: anything\n")
    return home


def load(sightline: Call, folder: Path, day: str, *details: str, **given: Any) -> None:
    path = folder / f"FHRS773-{day}.xml"
    path.write_text(dump(*details, day=day, **given))
    done = sightline("lake", "import", "--source", "food_hygiene", str(path))
    assert done.code == 0, done.err


def named(number: int, name: str, **more: str) -> str:
    streets = ["Ash Lane", "Birch Road", "Cedar Close", "Dogwood Drive"]
    postcodes = ["EH1 1AA", "EH2 2BB", "EH3 3DD", "EH4 4EE"]
    place = {"AddressLine1": f"{number} {streets[number % 4]}", "PostCode": postcodes[number % 4]}
    moved = detail(number, BusinessName=name, **(place | more))
    return moved.replace("55.95710000000000", f"{55.9 + number / 50:.4f}")


def rows(sightline: Call, query: str) -> list[dict[str, Any]]:
    return sightline("sql", query, "--json").json()  # type: ignore[no-any-return]


def names(sightline: Call) -> list[str]:
    return [row["entity_name"] for row in rows(sightline, "SELECT entity_name FROM entity ORDER BY 1")]  # fmt: skip


def rebuilt(sightline: Call, *arguments: str) -> dict[str, int]:
    return sightline("rebuild", "--json", *arguments).json()["entities"]  # type: ignore[no-any-return]


def test_what_comes_changes_and_goes_with_the_newest_edition(
    listing: Path, tmp_path: Path, sightline: Call
):
    load(
        sightline, tmp_path, "2020-08-08", named(1, "Alder"), named(2, "Beech"), named(3, "Cherry")
    )
    first = rebuilt(sightline)
    load(
        sightline, tmp_path, "2020-09-01",
        named(1, "Alder"), named(2, "Beech", RatingValue="Improvement Required",
                                 AddressLine1="5 Elm Street"), named(4, "Damson"),
    )  # fmt: skip

    second = rebuilt(sightline)

    assert first == {"created": 3, "updated": 0, "unchanged": 0, "removed": 0}
    # Alder has not changed, but it is verified by a newer edition.
    assert second == {"created": 1, "updated": 2, "unchanged": 0, "removed": 1}
    assert names(sightline) == ["Alder", "Beech", "Damson"]
    assert rows(sightline, "SELECT event, cause FROM entity_history WHERE event = 'retired'") == [
        {
            "event": "retired",
            "cause": "none of its records is left: no current answer holds food_hygiene:3",
        }
    ]


def test_an_older_edition_that_comes_later_changes_nothing(
    listing: Path, tmp_path: Path, sightline: Call
):
    load(sightline, tmp_path, "2020-09-01", named(1, "Alder"))
    rebuilt(sightline)
    load(sightline, tmp_path, "2020-08-08", named(1, "Alder"), named(2, "Beech"))

    assert rebuilt(sightline) == {"created": 0, "updated": 0, "unchanged": 1, "removed": 0}
    assert names(sightline) == ["Alder"]


def test_an_edition_retires_its_own_scope_alone(listing: Path, tmp_path: Path, sightline: Call):
    other = named(2, "Beech", LocalAuthorityCode="774")
    load(sightline, tmp_path, "2020-08-08", other)
    load(sightline, tmp_path, "2020-09-01", named(1, "Alder"))

    rebuilt(sightline)

    assert names(sightline) == ["Alder", "Beech"]


def test_as_of_a_day_the_edition_of_then_is_read(listing: Path, tmp_path: Path, sightline: Call):
    load(sightline, tmp_path, "2020-08-08", named(1, "Alder"), named(2, "Beech"))
    load(sightline, tmp_path, "2020-09-01", named(1, "Alder"))

    rebuilt(sightline, "--as-of", "2020-08-31")

    assert names(sightline) == ["Alder", "Beech"]


def test_a_run_reads_the_newest_edition_and_nothing_stored_of_an_older_one(
    listing: Path, tmp_path: Path, sightline: Call
):
    twin = named(2, "Alder House").replace("55.9400", "55.9200")
    twin = twin.replace("2 Cedar Close", "1 Birch Road").replace("EH3 3DD", "EH2 2BB")
    load(sightline, tmp_path, "2020-08-08", named(1, "Alder House"), twin)
    rebuilt(sightline)
    before = members(sightline)
    load(sightline, tmp_path, "2020-09-01", named(1, "Alder House"))

    report = sightline("run", "alder house", "--json").json()

    assert before == ["food_hygiene:1", "food_hygiene:2"]
    assert [entity["entity_name"] for entity in report["entities"]] == ["Alder House"]
    assert members(sightline) == ["food_hygiene:1"]


def members(sightline: Call) -> list[str]:
    query = (
        "SELECT record_key FROM entity_member JOIN entity USING (entity_id) "
        "WHERE entity_name = 'Alder House' ORDER BY 1"
    )
    return [row["record_key"] for row in rows(sightline, query)]


def test_a_dump_of_elsewhere_costs_a_run_nothing(listing: Path, tmp_path: Path, sightline: Call):
    load(sightline, tmp_path, "2020-08-08", named(1, "Alder"))
    far = named(2, "Beech", LocalAuthorityCode="21").replace("55.9400", "51.5000")
    load(sightline, tmp_path, "2020-08-09", far)

    report = sightline("run", "alder", "--json").json()

    (asked,) = (c for c in report["connectors"] if c["name"] == "food_hygiene")
    assert (asked["payloads"], asked["records"]) == (1, 1)


def test_explain_shows_the_element_a_value_stood_in(listing: Path, tmp_path: Path, sightline: Call):
    load(sightline, tmp_path, "2020-08-08", named(1, "Alder"), named(2, "Beech &amp; Bough"))
    rebuilt(sightline)

    shown = sightline("explain", "beech-and-bough", "entity_name", "--raw", "--json").json()
    street = sightline("explain", "beech-and-bough", "street_address", "--raw", "--json").json()

    assert [claim["raw"] for claim in shown["claims"]] == ['"Beech & Bough"']
    assert '"AddressLine1": "2 Cedar Close"' in street["claims"][0]["raw"]


def test_four_real_editions_follow_each_other(listing: Path, tmp_path: Path, sightline: Call):
    changes = []
    for week, count in WEEKS.items():
        path = real_file(f"fhrs/edinburgh_weekly/edinburgh_{week}.xml.gz")
        assert sightline("lake", "import", "--source", "food_hygiene", str(path)).code == 0
        report = sightline("rebuild", "--json").json()
        assert report["stages"]["extracted_entities"] == {
            "in": 1, "out": count, "seconds": report["stages"]["extracted_entities"]["seconds"],
        }  # fmt: skip
        changes.append(report["entities"])

    retired = rows(sightline, "SELECT cause FROM entity_history WHERE event = 'retired'")
    assert all(c["created"] and c["updated"] and c["removed"] for c in changes[1:])
    assert len(retired) == sum(c["removed"] for c in changes)
    assert all("no current answer holds food_hygiene:" in row["cause"] for row in retired)
