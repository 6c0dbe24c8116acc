"""Where the positions of a dump lie, as few and as tight boxes."""

from __future__ import annotations

import polars as pl

from pipeline.values import BoundingBox

_CELL_DEGREES = 0.25  # one stray position must not stretch a town over the country
_DECIMALS = 5
_METRE = 1e-5  # in degrees, about; rounding must leave nothing outside


def cover(latitude: pl.Series, longitude: pl.Series) -> list[BoundingBox]:
    """A box for every cell of a grid that holds positions, drawn in to what it holds.

    Texts are read as numbers; what is no position in degrees is left out.
    """
    numbers = pl.DataFrame(
        {
            "y": latitude.cast(pl.Float64, strict=False),
            "x": longitude.cast(pl.Float64, strict=False),
        }
    ).filter(pl.col("y").is_between(-90, 90) & pl.col("x").is_between(-180, 180))
    cells = numbers.group_by((pl.col("y", "x") / _CELL_DEGREES).floor().name.suffix("_cell")).agg(
        pl.col("y").min().alias("south"),
        pl.col("x").min().alias("west"),
        pl.col("y").max().alias("north"),
        pl.col("x").max().alias("east"),
    )
    outward = cells.sort("y_cell", "x_cell").select(
        (pl.col("south", "west").round(_DECIMALS) - _METRE).round(_DECIMALS),
        (pl.col("north", "east").round(_DECIMALS) + _METRE).round(_DECIMALS),
    )
    return [BoundingBox(*box) for box in outward.iter_rows()]
