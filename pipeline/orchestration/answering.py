"""Which fresh records may be what was asked for, while the run still decides whom to ask.

The light form of relevance.py: record by record, before anything is resolved.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl
from rapidfuzz.distance import JaroWinkler

from pipeline.columns import map_distinct
from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.request import IngestionMode
from pipeline.text import fold

_SPELT_ALIKE = 0.92  # as sql/relevance/answering_group.sql has it
_TEXTS = pl.List(pl.String)
_ADDRESS = ("entity_name", "street_address", "locality", "city")


def answering_records(
    records: pl.DataFrame, features: QueryFeatures, lens: CompiledLens
) -> pl.DataFrame:
    """Listings that lie in a place asked for and have the words or the kinds asked for.

    `records` have the columns of records/extracting.py, part_kind and the four dimensions.
    A part of something larger is not the one thing asked for by name. Where many are wanted it
    counts: often only the parts of a thing say what it is for. A query that asks for nothing
    has no answer.
    """
    if not (features.terms or features.locations or features.asked_area):
        return records.clear()
    listings = records.filter(pl.col("role") == "listing")
    if features.mode is IngestionMode.RESOLVE_ONE:
        whole = pl.col("part_kind").is_null() & pl.col("entity_name").is_not_null()
        listings = listings.filter(whole)
    placed = listings.filter(_is_placed(listings, features, lens))
    names = placed["entity_name"]
    called = map_distinct(names, fold).eq(features.called).fill_null(value=False)
    return placed.filter(
        (pl.lit(called) & pl.lit(bool(features.called)))
        | (_has_name(placed, features, lens) & _has_kind(placed, features, lens))
    )


def _is_placed(rows: pl.DataFrame, features: QueryFeatures, lens: CompiledLens) -> pl.Expr:
    """By position or, without one, by a place that name or address speak of."""
    inside = [
        pl.col("latitude").is_between(box.south, box.north)
        & pl.col("longitude").is_between(box.west, box.east)
        for _, box in features.wanted_boxes(lens.vocabulary)
    ]
    if not inside:
        return pl.lit(value=True)
    text = rows.select(pl.concat_str(_ADDRESS, separator=" . ", ignore_nulls=True)).to_series()
    wanted, spoken_of = set(features.locations), lens.vocabulary.places_spoken_of
    spoken = map_distinct(text, lambda said: bool(wanted & spoken_of(said)), pl.Boolean)
    return reduce(or_, inside).fill_null(pl.lit(spoken)).fill_null(value=False)


def _has_name(rows: pl.DataFrame, features: QueryFeatures, lens: CompiledLens) -> pl.Expr:
    """The words of the name asked for: some in the name, the others there or in the address."""
    wanted = {*features.brands, *features.proper_words}
    if not wanted:
        return pl.lit(value=True)

    def held(name: str) -> list[str]:
        words = {*lens.vocabulary.name_words(name)}
        spelt = fold(name).split()
        return sorted(word for word in wanted if word in words or _is_spelt(word, spelt))

    written = rows.select(pl.concat_str(_ADDRESS, separator=" . ", ignore_nulls=True)).to_series()
    named = pl.lit(map_distinct(rows["entity_name"], held, _TEXTS))
    said = pl.lit(
        map_distinct(written, lambda text: sorted(wanted & {*fold(text).split()}), _TEXTS)
    )
    return (named.list.len() > 0) & (named.list.set_union(said).list.len() == len(wanted))


def _is_spelt(wanted: str, spelt: list[str]) -> bool:
    return any(JaroWinkler.similarity(wanted, said) >= _SPELT_ALIKE for said in spelt)


def _has_kind(rows: pl.DataFrame, features: QueryFeatures, lens: CompiledLens) -> pl.Expr:
    """One of the activities and, where many are wanted, one of the kinds of place asked for."""
    named = features.mode is IngestionMode.RESOLVE_ONE
    activity = _shares("canonical_activities", features.activities)
    if named or not features.venue_types:
        return activity
    words = map_distinct(
        rows["entity_name"], lambda name: sorted(lens.vocabulary.name_words(name)), _TEXTS
    )
    in_name = pl.lit(words).list.set_intersection(list(features.venue_types)).list.len() > 0
    return activity & (_shares("canonical_place_types", features.venue_types) | in_name)


def _shares(column: str, wanted: tuple[str, ...]) -> pl.Expr:
    if not wanted:
        return pl.lit(value=True)
    return pl.col(column).list.set_intersection(list(wanted)).list.len() > 0
