"""Records to groups: each group is one real-world thing, whatever sources speak of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import polars as pl

from pipeline.columns import map_distinct
from pipeline.connectors.spec import ConnectorSpec
from pipeline.lens.compiled import CompiledLens
from pipeline.resolve.clusters import cluster
from pipeline.resolve.features import TEXTS, compare_features
from pipeline.resolve.weights import Weights, load_weights
from pipeline.workbench import Workbench


@dataclass(frozen=True)
class Resolution:
    """Who is who.

    `members`: record_key, group_key, standing (member, mention or part); `links`: the
    compared pairs with score, verdict and evidence; `parts`: part_key, whole_key, evidence.
    """

    members: pl.DataFrame
    links: pl.DataFrame
    parts: pl.DataFrame


def resolve(
    records: pl.DataFrame,
    lens: CompiledLens,
    specs: Mapping[str, ConnectorSpec],
    bench: Workbench,
) -> Resolution:
    """Group records (columns of `extracted_entity`). The order of rows changes nothing.

    Leaves the tables `feature` and `group_name` on the bench for the merge.
    """
    weights = load_weights()
    features = compare_features(records.sort("record_key"), lens, specs)
    bench.register("feature", features)
    bench.register("strong_scheme", _schemes(lens))
    bench.register("evidence_weight", weights.as_frame())
    bench.run("resolve")
    keys = bench.fetch("comparable")["record_key"].sort()
    links = _compare(bench, bench.fetch("candidate_pair"), weights)
    links = pl.concat([links, _compare(bench, _chained(keys, links), weights)])
    links = links.sort("left_key", "right_key")
    bench.register("cluster", _clusters(keys, links, weights.thresholds.contradiction))
    bench.register("place", _places(lens))
    bench.register("mention", _mentions(records, lens))
    bench.run("attach")
    members = bench.fetch("grouping").sort("record_key")
    return Resolution(members, links, bench.fetch("part_link").sort("part_key"))


def _schemes(lens: CompiledLens) -> pl.DataFrame:
    return pl.DataFrame({"scheme": lens.contract.strong_id_precedence}, {"scheme": pl.String})


def _compare(bench: Workbench, pairs: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """The pairs (left_key, right_key) with score, verdict and evidence."""
    bench.register("compared_pair", pairs)
    bench.run(
        "evidence",
        {
            "prior": weights.prior,
            "match_threshold": weights.thresholds.match,
            "review_threshold": weights.thresholds.review,
        },
    )
    return bench.fetch("record_link")


def _chained(keys: pl.Series, links: pl.DataFrame) -> pl.DataFrame:
    """The pairs that links would bring together and nobody has compared yet."""
    members = _clusters(keys, links, contradiction=-inf)
    members = members.filter(pl.len().over("group_key") > 2)
    pairs = members.join(members, on="group_key").select(
        pl.col("record_key").alias("left_key"), pl.col("record_key_right").alias("right_key")
    )
    ordered = pairs.filter(pl.col("left_key") < pl.col("right_key"))
    return ordered.join(links, on=["left_key", "right_key"], how="anti")


def _clusters(keys: pl.Series, links: pl.DataFrame, contradiction: float) -> pl.DataFrame:
    accepted = links.filter(pl.col("verdict") == "match")
    opposed = links.filter(pl.col("score") <= contradiction)
    groups = cluster(
        keys,
        accepted.select("left_key", "right_key", "score").iter_rows(),
        opposed.select("left_key", "right_key").iter_rows(),
    )
    return pl.DataFrame(
        {"record_key": list(groups), "group_key": list(groups.values())},
        {"record_key": pl.String, "group_key": pl.String},
    )


def _places(lens: CompiledLens) -> pl.DataFrame:
    rows = [(area.name, *area.box.as_list()) for area in lens.vocabulary.areas.values()]
    return pl.DataFrame(rows, ["place", "south", "west", "north", "east"], orient="row")


def _mentions(records: pl.DataFrame, lens: CompiledLens) -> pl.DataFrame:
    """Pages with the words of their title, all their words, and the places they name.

    The places are the narrowest that the title names; where it names none, the text's.
    """

    def words_of(texts: pl.Series) -> pl.Series:
        return map_distinct(texts, lambda text: sorted(lens.vocabulary.name_words(text)), TEXTS)

    def places_of(texts: pl.Series) -> pl.Series:
        return map_distinct(texts, lambda text: _places_named(lens, text), TEXTS)

    pages = records.filter((pl.col("role") == "mention") & (pl.col("status") == "ok"))
    text = pl.concat_str("entity_name", "description", separator=" . ", ignore_nulls=True)
    titles, texts = pages["entity_name"], pages.select(text).to_series()
    by_title = places_of(titles)
    return pages.select(
        "record_key",
        words_of(titles).alias("title_words"),
        words_of(texts).alias("words"),
        by_title.zip_with(by_title.list.len() > 0, places_of(texts)).alias("places"),
    )


def _places_named(lens: CompiledLens, text: str) -> list[str]:
    places = (place for word in lens.vocabulary.scan(text) for place in word.values("place"))
    return lens.vocabulary.narrowest(places)
