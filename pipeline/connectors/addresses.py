"""Parting a one-line British address, and writing postcodes alike."""

from __future__ import annotations

import polars as pl

POSTCODE = r"([A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})"
_HALVES = r"^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$"
_COUNTRY = r",\s*(?:UK|United Kingdom|Scotland|England|Wales)\s*$"


def normalize_postcodes(texts: pl.Series, region: str) -> pl.Series:
    """`eh15 1dr` and `EH151DR` as `EH15 1DR`; what is no whole British postcode stays."""
    if region != "GB":
        return texts
    written = pl.col(texts.name)
    plain = written.str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    halved = plain.str.replace(_HALVES, "$1 $2")
    alike = pl.when(plain.str.contains(_HALVES)).then(halved).otherwise(written)
    return texts.to_frame().select(alike.alias(texts.name)).to_series()


def split_address(address: pl.Expr, name: pl.Expr) -> list[pl.Expr]:
    """Columns street, city and postcode of `10 Westbank St, Edinburgh EH15 1DR, UK`.

    A first part that repeats the name is left out of the street. What does not read as
    such an address gives nulls, never a guess.
    """
    line = address.str.replace(_COUNTRY, "")
    postcode = line.str.extract(POSTCODE + r"\s*$")
    parts = line.str.replace(POSTCODE + r"\s*$", "").str.strip_chars(" ,").str.split(", ")
    known = postcode.is_not_null() & (parts.list.len() > 1)
    repeats = name.str.contains(parts.list.first(), literal=True) & (parts.list.len() > 2)
    start = pl.when(repeats).then(1).otherwise(0)
    street = parts.list.slice(start, parts.list.len() - 1 - start).list.join(", ")
    return [
        pl.when(known).then(street).alias("street"),
        pl.when(known).then(parts.list.last()).alias("city"),
        postcode.alias("postcode"),
    ]
