"""Pure steps that run left to right over extracted values.

Each takes and gives a Polars expression; a list passes through a text step item by item.
A step that does not fit a value leaves it as it is: the field's type has the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import polars as pl

NormalizerName = Literal[
    "trim",
    "lowercase",
    "uppercase",
    "collapse_whitespace",
    "comma_split",
    "list_wrap",
    "round_integer",
]

_TEXT: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "trim": lambda text: text.str.strip_chars(),
    "lowercase": lambda text: text.str.to_lowercase(),
    "uppercase": lambda text: text.str.to_uppercase(),
    "collapse_whitespace": lambda text: text.str.replace_all(r"\s+", " ").str.strip_chars(),
}


def normalize(values: pl.Series, names: Iterable[NormalizerName]) -> pl.Series:
    """The values after every named step; an empty text becomes null."""
    for name in names:
        values = _apply(values, name)
    if values.dtype == pl.String:
        return values.set(values == "", None)
    return values


def _apply(values: pl.Series, name: NormalizerName) -> pl.Series:
    frame = values.to_frame("value")
    column = pl.col("value")
    is_list = isinstance(values.dtype, pl.List)
    if name in _TEXT:
        step = _TEXT[name]
        if values.dtype == pl.List(pl.String):
            return frame.select(column.list.eval(step(pl.element()))).to_series()
        return frame.select(step(column)).to_series() if values.dtype == pl.String else values
    if name == "comma_split":
        if values.dtype != pl.String:
            return values
        parts = column.str.split(",").list.eval(pl.element().str.strip_chars())
        return frame.select(parts.list.eval(pl.element().filter(pl.element() != ""))).to_series()
    if name == "list_wrap":
        wrapped = pl.when(column.is_not_null()).then(pl.concat_list(column))
        return frame.select(wrapped.alias("value")).to_series()
    if is_list:
        return values
    number = column.cast(pl.Float64, strict=False).round(0).cast(pl.Int64, strict=False)
    return frame.select(number).to_series()
