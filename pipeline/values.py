"""Small values that every layer shares: points, boxes, canonical JSON and digests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from math import asin, cos, radians, sin, sqrt
from typing import Any

EARTH_RADIUS_M = 6_371_008.8  # IUGG mean radius
METRES_PER_DEGREE = 111_320.0  # of longitude at the equator, WGS84; a bound for latitude


@dataclass(frozen=True)
class GeoPoint:
    """A position in WGS84 degrees; 0.0 is a coordinate."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            msg = f"point is ({self.latitude}, {self.longitude}), expected degrees"
            raise ValueError(msg)

    def distance_m(self, other: GeoPoint) -> float:
        """Great-circle metres (haversine)."""
        d_lat = radians(other.latitude - self.latitude)
        d_lon = radians(other.longitude - self.longitude)
        chord = sin(d_lat / 2) ** 2 + (
            cos(radians(self.latitude)) * cos(radians(other.latitude)) * sin(d_lon / 2) ** 2
        )
        return 2 * EARTH_RADIUS_M * asin(sqrt(chord))


@dataclass(frozen=True)
class BoundingBox:
    """Degrees, in Overpass's order: south, west, north, east."""

    south: float
    west: float
    north: float
    east: float

    def __post_init__(self) -> None:
        if not (self.south <= self.north and self.west <= self.east):  # NaN is neither
            msg = f"box is {self.as_list()}, expected south <= north and west <= east"
            raise ValueError(msg)

    def contains(self, other: BoundingBox) -> bool:
        """Whether every point of the other box lies in this one."""
        return (
            self.south <= other.south
            and self.west <= other.west
            and self.north >= other.north
            and self.east >= other.east
        )

    def meets(self, other: BoundingBox) -> bool:
        """Whether the two boxes have a point in common."""
        return (
            self.south <= other.north
            and self.west <= other.east
            and self.north >= other.south
            and self.east >= other.west
        )

    @property
    def extent(self) -> float:
        """Square degrees: enough to tell which of two boxes is smaller."""
        return (self.north - self.south) * (self.east - self.west)

    def as_list(self) -> list[float]:
        return [self.south, self.west, self.north, self.east]


def canonical_json(value: Any) -> str:
    """JSON that is the same for equal values: keys sorted, no spaces, NaN refused."""
    return json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


def digest(value: bytes | str) -> str:
    """The SHA-256 of bytes or text, in hexadecimal."""
    return sha256(value if isinstance(value, bytes) else value.encode()).hexdigest()


def fingerprint(*parts: Any, length: int = 16) -> str:
    """A short stable id for a tuple of values; never Python's or an engine's `hash()`."""
    return digest(canonical_json(list(parts)))[:length]
