"""Positions and outlines of ways and relations, whichever way the answer gives geometry.

Overpass sends a way's vertices as `geometry` (out geom), as `nodes` to be looked up among
bare nodes ((._;>;);out), or only a `center` (out center). An answer is drawn from itself
alone: another one may hold an older edition of the same way.
"""

from __future__ import annotations

import polars as pl

_KEY = ["payload_id", "type", "id"]
_RING = [*_KEY, "ring"]
_VERTEX = [*_RING, "place", "lat", "lon"]


def with_geometry(elements: pl.DataFrame) -> pl.DataFrame:
    """The elements with latitude, longitude and footprint (edges, null for a point).

    An edge is [lat, lon, lat, lon]. The position of an outline is the mean of its distinct
    vertices.
    """
    distinct = elements.unique(_KEY, keep="first", maintain_order=True)
    ways = _way_vertices(distinct)
    vertices = pl.concat([ways, _relation_vertices(distinct, ways)])
    shapes = _centres(vertices).join(_footprints(vertices), on=_KEY, how="left")
    return (
        elements.join(shapes, on=_KEY, how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("lat", "center/lat", "mean_lat").alias("latitude"),
            pl.coalesce("lon", "center/lon", "mean_lon").alias("longitude"),
        )
        .drop("mean_lat", "mean_lon")
    )


def _way_vertices(elements: pl.DataFrame) -> pl.DataFrame:
    ways = elements.filter(pl.col("type") == "way")
    drawn = _explode_points(
        ways.filter(pl.col("geometry").is_not_null()).with_columns(pl.col("id").alias("ring"))
    )
    nodes = elements.filter(pl.col("type") == "node").select(
        "payload_id", pl.col("id").alias("nodes"), "lat", "lon"
    )
    listed = (
        ways.filter(pl.col("geometry").is_null() & pl.col("nodes").is_not_null())
        .select(*_KEY, pl.col("id").alias("ring"), "nodes")
        .explode("nodes", empty_as_null=False, keep_nulls=False)
        .with_columns(pl.int_range(pl.len()).over(_KEY).alias("place"))
        .join(nodes, on=["payload_id", "nodes"], how="inner", maintain_order="left")
        .select(_VERTEX)
    )
    return pl.concat([drawn, listed])


def _relation_vertices(elements: pl.DataFrame, ways: pl.DataFrame) -> pl.DataFrame:
    members = (
        elements.filter((pl.col("type") == "relation") & pl.col("members").is_not_null())
        .select(*_KEY, "members")
        .explode("members", empty_as_null=False, keep_nulls=False)
        .with_columns(
            pl.col("members").struct.field("type").alias("kind"),
            pl.col("members").struct.field("ref").alias("ring"),
            pl.col("members").struct.field("geometry").alias("geometry"),
        )
        .filter(pl.col("kind") == "way")
    )
    drawn = _explode_points(members.filter(pl.col("geometry").is_not_null()))
    listed = (
        members.filter(pl.col("geometry").is_null())
        .select(_RING)
        .join(
            ways.select("payload_id", "ring", "place", "lat", "lon"),
            on=["payload_id", "ring"],
            maintain_order="left",
        )
        .select(_VERTEX)
    )
    return pl.concat([drawn, listed])


def _explode_points(shapes: pl.DataFrame) -> pl.DataFrame:
    return (
        shapes.select(*_RING, pl.col("geometry").alias("point"))
        .explode("point", empty_as_null=False, keep_nulls=False)
        .with_columns(
            pl.int_range(pl.len()).over(_RING).alias("place"),
            pl.col("point").struct.field("lat").alias("lat"),
            pl.col("point").struct.field("lon").alias("lon"),
        )
        .select(_VERTEX)
    )


def _centres(vertices: pl.DataFrame) -> pl.DataFrame:
    corners = vertices.unique([*_KEY, "lat", "lon"], maintain_order=True)
    return corners.group_by(_KEY, maintain_order=True).agg(
        pl.col("lat").mean().alias("mean_lat"), pl.col("lon").mean().alias("mean_lon")
    )


def _footprints(vertices: pl.DataFrame) -> pl.DataFrame:
    """Edges of closed outlines; a relation's members close together, a way by itself."""
    edges = vertices.with_columns(
        pl.col("lat").shift(-1).over(_RING).alias("lat_2"),
        pl.col("lon").shift(-1).over(_RING).alias("lon_2"),
        (
            (pl.col("lat").first() == pl.col("lat").last())
            & (pl.col("lon").first() == pl.col("lon").last())
            & (pl.len() > 3)
        )
        .over(_RING)
        .alias("closed"),
    )
    edges = edges.filter(
        pl.col("lat_2").is_not_null() & (pl.col("closed") | (pl.col("type") == "relation"))
    )
    edge = pl.concat_list("lat", "lon", "lat_2", "lon_2")
    return edges.group_by(_KEY, maintain_order=True).agg(edge.alias("footprint"))
