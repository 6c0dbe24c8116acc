"""The resolver over the sample: any order, the validation venue, and evidence to read."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.records.reading import read_payloads
from pipeline.resolve.resolver import Resolution, resolve
from pipeline.resolve.weights import load_weights
from pipeline.workbench import Workbench
from tests.conftest import ROOT, SAMPLE_LAKE

TRUTH = json.loads((ROOT / "data" / "sample" / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def records(
    lens: CompiledLens,
    connectors: dict[str, Connector],
    tmp_path_factory: pytest.TempPathFactory,
) -> pl.DataFrame:
    """The records of the sample lake as the lens reads them."""
    frames = (pl.read_parquet(path) for path in sorted(SAMPLE_LAKE.glob("*/*/sample-*.parquet")))
    payloads = {frame["source"][0]: frame for frame in frames}
    with Workbench(tmp_path_factory.mktemp("scratch"), "1GB") as bench:
        return read_payloads(lens, payloads, connectors, bench).records


def resolved(
    records: pl.DataFrame, lens: CompiledLens, connectors: dict[str, Connector], scratch: Path
) -> Resolution:
    specs = {name: connector.spec for name, connector in connectors.items()}
    with Workbench(scratch, "1GB") as bench:
        return resolve(records, lens, specs, bench)


def test_records_in_any_order_give_the_same_resolution(
    records: pl.DataFrame,
    lens: CompiledLens,
    connectors: dict[str, Connector],
    tmp_path: Path,
):
    before = resolved(records, lens, connectors, tmp_path)

    for seed in range(4):
        shuffled = records.sample(fraction=1.0, shuffle=True, seed=seed)
        after = resolved(shuffled, lens, connectors, tmp_path)

        assert after.members.equals(before.members)
        assert after.parts.equals(before.parts)
        assert after.links.equals(before.links)


def test_fewer_records_never_join_what_all_records_part(
    records: pl.DataFrame,
    lens: CompiledLens,
    connectors: dict[str, Connector],
    tmp_path: Path,
):
    whole = resolved(records, lens, connectors, tmp_path).members
    home = dict(whole.select("record_key", "group_key").iter_rows())

    few = records.filter(pl.col("source").is_in(["openstreetmap", "google_places"]))
    members = resolved(few, lens, connectors, tmp_path).members

    for keys in members.group_by("group_key").agg("record_key")["record_key"]:
        assert len({home[key] for key in keys}) == 1


def test_powerleague_portobello_is_one_and_its_neighbour_is_not_in_it(
    records: pl.DataFrame,
    lens: CompiledLens,
    connectors: dict[str, Connector],
    tmp_path: Path,
):
    venue = next(v for v in TRUTH["venues"] if v["key"] == "powerleague-portobello")
    stated = venue["records"]
    parts = {f"openstreetmap:{key}" for key in stated.pop("openstreetmap_parts")}
    site = stated.pop("sport_scotland")
    wanted = {f"{source}:{key}" for source, keys in stated.items() for key in keys} | parts
    named = pl.col("entity_name").is_in(site) & (pl.col("source") == "sport_scotland")
    wanted |= set(records.filter(named)["record_key"])

    members = resolved(records, lens, connectors, tmp_path).members

    group = members.filter(pl.col("record_key") == "openstreetmap:way/9900000001")["group_key"][0]
    ours = members.filter(pl.col("group_key") == group)
    assert set(ours["record_key"]) == wanted
    assert set(ours.filter(pl.col("standing") == "part")["record_key"]) == parts
    # 95 m away: another door of the same street.
    bowls = records.filter(pl.col("entity_name").str.contains("Portobello Indoor Bowls"))
    assert bowls.height > 1
    homes = members.join(bowls, on="record_key", how="semi")["group_key"].unique().to_list()
    assert len(homes) == 1
    assert homes != [group]


def test_a_link_adds_up_to_its_score(
    records: pl.DataFrame,
    lens: CompiledLens,
    connectors: dict[str, Connector],
    tmp_path: Path,
):
    links = resolved(records, lens, connectors, tmp_path).links

    assert links.height > 100
    for score, evidence in links.select("score", "evidence").iter_rows():
        levels = json.loads(evidence)["levels"]
        weights = sum(level["weight"] for level in levels)
        assert score == pytest.approx(load_weights().prior + weights)


def test_no_records_make_no_groups(
    records: pl.DataFrame,
    lens: CompiledLens,
    connectors: dict[str, Connector],
    tmp_path: Path,
):
    resolution = resolved(records.clear(), lens, connectors, tmp_path)

    assert resolution.members.is_empty()
    assert resolution.links.is_empty()
    assert resolution.parts.is_empty()
