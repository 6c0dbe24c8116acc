"""Golden records of real readings: nothing said is lost, and a group's name is no content."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.merge.merger import merge_groups
from pipeline.records.reading import read_payloads
from pipeline.resolve.resolver import resolve
from pipeline.workbench import Workbench
from tests import authored
from tests.authored import at, feature, node, place

CLUB = (
    authored.openstreetmap(
        node(1, at(0), name="Thistle Club", leisure="sports_centre", sport="tennis", opening_hours="24/7")
    ),
    authored.edinburgh_council(
        feature("c", "THISTLE CLUB", at(4), TELEPHONE="0131 496 0001", ACTIVITIES="Squash", POSTCODE="EH4 1HQ")
    ),
    authored.google_places(
        place("g", "Thistle Club", at(9), "7 Low Rd, Edinburgh EH4 1HQ, UK", nationalPhoneNumber="0131 496 0002")
    ),
)  # fmt: skip


@pytest.fixture
def records(lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench) -> pl.DataFrame:
    return read_payloads(lens, authored.payloads(CLUB), connectors, bench).records


def test_every_claim_of_every_member_is_kept(
    records: pl.DataFrame,
    lens: CompiledLens,
    connectors: dict[str, Connector],
    bench: Workbench,
):
    specs = {name: connector.spec for name, connector in connectors.items()}
    members = resolve(records, lens, specs, bench).members

    golden = merge_groups(members, records, specs, bench)

    claims = records.select("record_key", "claims").explode("claims").unnest("claims")
    said = claims.select("record_key", "path", "value")
    elected = bench.fetch("elected_claim").select("record_key", "path", "value")
    assert elected.sort(pl.all()).equals(said.sort(pl.all()))
    (club,) = golden.to_dicts()
    # The council is the most trusted, but it shouts.
    assert club["entity_name"] == "Thistle Club"
    assert club["phone"] == "+441314960001"
    assert club["street_address"] == "7 Low Rd"
    assert club["opening_hours"] == "24/7"
    assert club["canonical_activities"] == ["squash", "tennis"]


def test_each_path_has_one_winner_where_one_value_is_held(
    records: pl.DataFrame,
    lens: CompiledLens,
    connectors: dict[str, Connector],
    bench: Workbench,
):
    specs = {name: connector.spec for name, connector in connectors.items()}
    members = resolve(records, lens, specs, bench).members

    merge_groups(members, records, specs, bench)

    single = bench.fetch("elected_claim").filter(pl.col("merge_group") != "union")
    winners = single.group_by("group_key", "path").agg(pl.col("won").sum())
    assert set(winners["won"]) == {1}


def test_the_name_of_a_group_is_no_content(
    records: pl.DataFrame,
    lens: CompiledLens,
    connectors: dict[str, Connector],
    bench: Workbench,
):
    specs = {name: connector.spec for name, connector in connectors.items()}
    members = resolve(records, lens, specs, bench).members
    called_otherwise = members.with_columns(pl.lit("another").alias("group_key"))

    before = merge_groups(members, records, specs, bench)
    after = merge_groups(called_otherwise, records, specs, bench)

    assert after["group_key"].to_list() == ["another"]
    assert after["content_hash"].to_list() == before["content_hash"].to_list()
