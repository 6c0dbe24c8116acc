"""Up to four free lines to street, locality and town, where they read as such."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

_STREET = (
    r"(?i)\d|\b(?:street|st|road|rd|lane|drive|avenue|ave|place|crescent|terrace|close|way|row|"
    r"gardens|court|square|walk|wynd|loan|brae|promenade|parade|hill|green|quay|wharf|embankment|"
    r"broadway|mews|view|gate|bridge|esplanade|causeway|grove|rise|vale)"
    r"(?: north| south| east| west)?\.?$"
)
_UNIT = r"(?i)^(?:units?|suites?|shops?|flats?|stalls?|kiosks?|plots?|garages?|rooms?)\s+\S+$"


def split_lines(lines: Sequence[str], counties: Sequence[str]) -> list[pl.Expr]:
    """Columns street, locality and city of the line columns, best guess of none.

    The street is the first line with a number or the word for a street at its end; lines before
    it name a building. The last line after it is the town, one between them the locality.
    Counties are left out. Where no line is a street, the last of several lines is the town.
    """
    written = pl.concat_list(lines).list.drop_nulls()
    plain = pl.element().str.replace(_county(counties), "")
    told = written.list.eval(plain).list.eval(pl.element().filter(pl.element() != ""))
    like_street = pl.element().str.contains(_STREET) & ~pl.element().str.contains(_UNIT)
    is_street = told.list.eval(like_street.cast(pl.UInt8))
    at = pl.when(is_street.list.max() == 1).then(is_street.list.arg_max())
    after = told.list.slice(at + 1)
    town = pl.when(told.list.len() > 1).then(told.list.last())
    return [
        told.list.get(at, null_on_oob=True).alias("street"),
        pl.when(after.list.len() == 2).then(after.list.first()).alias("locality"),
        pl.when(at.is_null()).then(town).otherwise(after.list.last()).alias("city"),
    ]


def _county(names: Sequence[str]) -> str:
    listed = "|".join(re.escape(name) for name in sorted(names))
    return rf"(?i)(?:^|\s*,\s*)(?:{listed})\.?$"
