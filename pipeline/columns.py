"""Whole columns: as JSON text, or through a function that reads one text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl


def map_distinct(
    texts: pl.Series,
    read: Callable[[str], Any],
    dtype: pl.DataType | type[pl.DataType] = pl.String,
) -> pl.Series:
    """What `read` makes of each text; every distinct text is read once, null stays null."""
    distinct = texts.unique().drop_nulls().to_list()
    values = pl.DataFrame(
        {"text": distinct, "read": [read(text) for text in distinct]},
        schema={"text": pl.String, "read": dtype},
    )
    joined = texts.to_frame("text").join(values, on="text", how="left", maintain_order="left")
    return joined["read"].alias(texts.name)


def json_text(text: pl.Expr) -> pl.Expr:
    """Each text as a JSON string, quotes included."""
    encoded = pl.struct(text.alias("t")).struct.json_encode()
    return encoded.str.strip_prefix('{"t":').str.strip_suffix("}")


def json_list(items: pl.Expr) -> pl.Expr:
    """Each list of texts as a JSON array in its order; null for null and for an empty one."""
    joined = items.list.eval(json_text(pl.element())).list.join(",")
    listed = pl.concat_str(pl.lit("["), joined, pl.lit("]"))
    return pl.when(items.list.len() > 0).then(listed)
