"""Authored answers of the sources, small enough to stand in a test: payloads for the real code.

Everything here is made up; places are given in metres north and east of one point of Edinburgh.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from pipeline.lake.payload import Payload, as_frame, request_json

ORIGIN = (55.9301237, -3.1902873)  # not rounded: few decimals would mean a vague position
_DAY = datetime(2026, 1, 14, 9)
_METRES_PER_DEGREE = 111_195.0


def at(north_m: float, east_m: float = 0.0) -> tuple[float, float]:
    """Latitude and longitude of a spot."""
    latitude = ORIGIN[0] + north_m / _METRES_PER_DEGREE
    wide = _METRES_PER_DEGREE * math.cos(math.radians(ORIGIN[0]))
    return round(latitude, 7), round(ORIGIN[1] + east_m / wide, 7)


def answer(source: str, body: Any, endpoint: str = "authored", day: int = 0) -> Payload:
    """One answer; `day` counts from the first."""
    return Payload(
        source=source,
        endpoint=endpoint,
        request=request_json({"params": {}, "terms": []}),
        status=200,
        content_type="application/json",
        body=json.dumps(body).encode(),
        fetched_at=_DAY + timedelta(days=day),
        licence="authored",
    )


def payloads(answers: Iterable[Payload]) -> dict[str, pl.DataFrame]:
    """Answers as `read_payloads` takes them: by source, columns of the lake."""
    frame = as_frame(list(answers))
    return {str(key[0]): rows for key, rows in frame.partition_by("source", as_dict=True).items()}


# --- OpenStreetMap, through Overpass


def openstreetmap(*elements: dict[str, Any], day: int = 0) -> Payload:
    return answer("openstreetmap", {"elements": list(elements)}, day=day)


def node(number: int, spot: tuple[float, float], **tags: str) -> dict[str, Any]:
    return {"type": "node", "id": number, "lat": spot[0], "lon": spot[1], "tags": _tags(tags)}


def way(
    number: int, spot: tuple[float, float], size_m: tuple[float, float], **tags: str
) -> dict[str, Any]:
    """A rectangle round a spot, of a size north and east."""
    north, east = (metres / 2 / _METRES_PER_DEGREE for metres in size_m)
    east /= math.cos(math.radians(spot[0]))
    corners = [(-north, -east), (-north, east), (north, east), (north, -east), (-north, -east)]
    outline = [{"lat": spot[0] + y, "lon": spot[1] + x} for y, x in corners]
    return {"type": "way", "id": number, "geometry": outline, "tags": _tags(tags)}


def _tags(tags: dict[str, str]) -> dict[str, str]:
    """`addr_street` is the tag `addr:street`."""
    return {name.replace("addr_", "addr:"): value for name, value in tags.items()}


# --- Google Places


def google_places(*places: dict[str, Any], day: int = 0) -> Payload:
    return answer("google_places", {"places": list(places)}, day=day)


def place(
    place_id: str, name: str, spot: tuple[float, float], address: str | None = None, **more: Any
) -> dict[str, Any]:
    """`address` in one line: `7 Portgower Place, Edinburgh EH4 1HQ, UK`."""
    return {
        "id": place_id,
        "displayName": {"text": name},
        "location": {"latitude": spot[0], "longitude": spot[1]},
        "formattedAddress": address,
        **more,
    }


# --- the council's layers


def edinburgh_council(*features: dict[str, Any], day: int = 0) -> Payload:
    return answer("edinburgh_council", {"features": list(features)}, day=day)


def feature(
    global_id: str, name: str | None, spot: tuple[float, float] | None, **properties: Any
) -> dict[str, Any]:
    """Without a spot, a feature without geometry."""
    return {
        "geometry": {"coordinates": [spot[1], spot[0]]} if spot else None,
        "properties": {"GlobalID": global_id, "FACILITY_NAME": name, **properties},
    }


# --- Open Charge Map


def open_charge_map(*points: dict[str, Any], day: int = 0) -> Payload:
    return answer("open_charge_map", list(points), day=day)


def charge_point(
    number: int, title: str, spot: tuple[float, float], street: str, postcode: str
) -> dict[str, Any]:
    return {
        "ID": number,
        "AddressInfo": {
            "Title": title,
            "AddressLine1": street,
            "Town": "Edinburgh",
            "Postcode": postcode,
            "Latitude": spot[0],
            "Longitude": spot[1],
        },
        "Connections": [{"ConnectionType": {"Title": "Type 2 (Socket Only)"}}],
    }


# --- Serper's web results


def serper(*results: dict[str, str], day: int = 0) -> Payload:
    return answer("serper", {"organic": list(results)}, endpoint="search", day=day)


def page(link: str, title: str, snippet: str = "") -> dict[str, str]:
    return {"link": link, "title": title, "snippet": snippet}
