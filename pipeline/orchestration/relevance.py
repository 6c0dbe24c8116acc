"""Which groups answer a query, by one rule for live and replayed answers."""

from __future__ import annotations

import polars as pl

from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.request import IngestionMode
from pipeline.values import BoundingBox
from pipeline.workbench import Workbench

_EVERYWHERE = BoundingBox(-90.0, -180.0, 90.0, 180.0)
_NAMELESS = " "  # a box of the request: no address speaks of it


def answering_groups(features: QueryFeatures, lens: CompiledLens, bench: Workbench) -> list[str]:
    """Keys of the groups that answer; the bench holds the tables `feature` and `grouping`.

    A group is judged by all its records: one source may hold the name, another the place.
    A query that asks for nothing has no answer.
    """
    if not (features.terms or features.locations or features.asked_area):
        return []
    named = features.mode is IngestionMode.RESOLVE_ONE
    bench.register("wanted_place", _wanted_places(features, lens))
    bench.run(
        "relevance",
        {
            "called": features.called,
            "name_words": [*features.brands, *features.proper_words],
            "activities": list(features.activities),
            "venue_types": [] if named else list(features.venue_types),
        },
    )
    return sorted(bench.fetch("answering_group")["group_key"])


def _wanted_places(features: QueryFeatures, lens: CompiledLens) -> pl.DataFrame:
    """The places asked for; everywhere, where the query names none."""
    boxes = features.wanted_boxes(lens.vocabulary)
    rows = [(name or _NAMELESS, *box.as_list()) for name, box in boxes]
    rows = rows or [("", *_EVERYWHERE.as_list())]
    return pl.DataFrame(rows, ["place", "south", "west", "north", "east"], orient="row")
