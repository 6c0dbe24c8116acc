"""Columns as JSON text."""

from __future__ import annotations

import polars as pl


def json_text(text: pl.Expr) -> pl.Expr:
    """Each text as a JSON string, quotes included."""
    encoded = pl.struct(text.alias("t")).struct.json_encode()
    return encoded.str.strip_prefix('{"t":').str.strip_suffix("}")


def json_list(items: pl.Expr) -> pl.Expr:
    """Each list of texts as a JSON array in its order; null for null and for an empty one."""
    joined = items.list.eval(json_text(pl.element())).list.join(",")
    listed = pl.concat_str(pl.lit("["), joined, pl.lit("]"))
    return pl.when(items.list.len() > 0).then(listed)
