"""What a run is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pipeline.values import BoundingBox, GeoPoint


class IngestionMode(StrEnum):
    """Whether one named thing is wanted or as many as fit."""

    RESOLVE_ONE = "RESOLVE_ONE"
    DISCOVER_MANY = "DISCOVER_MANY"


@dataclass(frozen=True)
class IngestRequest:
    """One query.

    `ingestion_mode` None: the query's words decide. `budget` is in US dollars. A bounding box,
    or a point with `radius_m` metres around it, says where to look besides what the words say;
    ValueError where both are given.
    """

    query: str
    target_entity_count: int
    min_confidence: float
    budget: Decimal
    ingestion_mode: IngestionMode | None = None
    bounding_box: BoundingBox | None = None
    point: GeoPoint | None = None
    radius_m: float = 1_000.0

    def __post_init__(self) -> None:
        if self.bounding_box and self.point:
            raise ValueError("a bounding box and a point, expected one of them")

    @property
    def area(self) -> BoundingBox | None:
        """Where to look; None: the words of the query say it."""
        return self.point.box_around(self.radius_m) if self.point else self.bounding_box
