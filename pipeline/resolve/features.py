"""What of each record is compared: folded names, address keys, accuracies, words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from pipeline.columns import map_distinct
from pipeline.connectors.spec import ConnectorSpec
from pipeline.lens.compiled import CompiledLens
from pipeline.text import fold
from pipeline.values import METRES_PER_DEGREE

_UNKNOWN_ACCURACY_M = 500.0
_HOUSE_NUMBER = re.compile(r"\b\d+[a-z]?\b")
_SITE = r"^https?://(?:www\.)?([^/?#]+)"


def compare_features(
    records: pl.DataFrame, lens: CompiledLens, specs: Mapping[str, ConnectorSpec]
) -> pl.DataFrame:
    """One row per readable record: the columns that the SQL of `sql/resolve` compares.

    `words` maps each word of the name to its weight (lens/vocabulary.py); `accuracy_m` is
    the record's own, else its source's, widened where the coordinates show rounding.
    """
    readable = records.filter(pl.col("status") == "ok")
    return readable.select(
        "record_key", "source", "role", "part_kind", "entity_class", "entity_name",
        *_name_columns(readable["entity_name"], lens),
        "latitude", "longitude", "footprint", _accuracy_m(specs).alias("accuracy_m"),
        *_address_columns(readable, lens),
        "phone", "website_url",
        pl.col("website_url").str.extract(_SITE).str.to_lowercase().alias("site"),
        "external_ids", "canonical_activities", "canonical_place_types",
        _apart_kind(lens).alias("apart_kind"),
    )  # fmt: skip


def _name_columns(names: pl.Series, lens: CompiledLens) -> list[pl.Series]:
    """What the names are compared by."""
    words = lens.vocabulary
    return [
        map_distinct(names, name_key).alias("name_key"),
        map_distinct(names, lambda name: _pairs(words.name_words(name)), WORDS).alias("words"),
        map_distinct(names, words.identifying_words, TEXTS).alias("identifying_words"),
        map_distinct(names, words.kind_words, TEXTS).alias("kind_words"),
        map_distinct(names, lambda name: _is_doubled(lens, name), pl.Boolean).alias(
            "is_name_doubled"
        ),
        map_distinct(names, lambda name: _numbers(fold(name)), TEXTS).alias("numbers"),
    ]


def _address_columns(readable: pl.DataFrame, lens: CompiledLens) -> list[pl.Series]:
    """What the addresses are compared by, and the places that name and address speak of."""
    streets = readable["street_address"]
    address = ("street_address", "locality", "city")
    said = _joined(readable, "entity_name", *address)
    written = _joined(readable, *address, "postcode")
    spoken_of = lens.vocabulary.places_spoken_of
    postcodes = readable["postcode"].str.to_uppercase().str.replace_all(" ", "")
    return [
        map_distinct(streets, lambda street: street_key(street, lens.abbreviations) or None).alias(
            "street_key"
        ),
        map_distinct(streets, lambda street: _numbers(fold(street)), TEXTS).alias("house_numbers"),
        postcodes.alias("postcode_key"),
        map_distinct(said, lambda text: sorted(spoken_of(text)), TEXTS).alias("place_words"),
        map_distinct(written, lambda text: fold(text).split(), TEXTS).alias("address_words"),
    ]


def _joined(readable: pl.DataFrame, *columns: str) -> pl.Series:
    return readable.select(pl.concat_str(columns, separator=" . ", ignore_nulls=True)).to_series()


def _accuracy_m(specs: Mapping[str, ConnectorSpec]) -> pl.Expr:
    accuracies = {name: spec.position_accuracy_m for name, spec in specs.items()}
    stated = pl.col("source").replace_strict(accuracies, default=None, return_dtype=pl.Float64)
    own = pl.coalesce("position_accuracy_m", stated, pl.lit(_UNKNOWN_ACCURACY_M))
    return pl.max_horizontal(own, _rounding_m())


def _apart_kind(lens: CompiledLens) -> pl.Expr:
    """Those of the record's place types that the lens keeps apart, as one text."""
    apart = pl.lit(lens.contract.resolution.apart, dtype=TEXTS)
    kinds = pl.col("canonical_place_types").list.set_intersection(apart)
    return kinds.list.sort().list.join("+")


TEXTS = pl.List(pl.String())
WORDS = pl.List(pl.Struct({"key": pl.String(), "value": pl.Float64()}))


def name_key(name: str) -> str:
    """A name folded; one without a letter or digit stands for itself: `***`."""
    return fold(name) or name.casefold()


def street_key(street: str, abbreviations: Mapping[str, str]) -> str:
    """A street folded, written out, without numbers: `10 Westbank St` is `westbank street`."""
    words = [abbreviations.get(word, word) for word in fold(street).split()]
    return " ".join(word for word in words if not _HOUSE_NUMBER.fullmatch(word))


def _pairs(words: Mapping[str, float]) -> list[dict[str, Any]]:
    return [{"key": word, "value": weight} for word, weight in sorted(words.items())]


def _is_doubled(lens: CompiledLens, name: str) -> bool:
    """Whether a name says one place twice."""
    scan = lens.vocabulary.scan(name)
    places = [place for word in scan for place in word.values("place")]
    return len(set(places)) < len(places)


def _numbers(folded: str) -> list[str]:
    return sorted(set(_HOUSE_NUMBER.findall(folded)))


def _rounding_m() -> pl.Expr:
    """How far the last decimal of the finer coordinate reaches, in metres."""
    decimals = pl.max_horizontal(
        pl.col(name).cast(pl.String).str.split(".").list.last().str.len_chars()
        for name in ("latitude", "longitude")
    )
    return 0.5 * METRES_PER_DEGREE / pl.lit(10.0).pow(decimals)
