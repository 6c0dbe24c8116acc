"""Open Charge Map: a bare array of charge points; refusals are plain text, a cut is not told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from tests.simulators.api import Api, number
from tests.simulators.messages import Asked, Fault, Reply, instead, json_reply, text_reply
from tests.simulators.rows import Row, kilometres

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_BOX = re.compile(
    r"\s*\(\s*([-\d.]+)\s*,\s*([-\d.]+)\s*\)\s*,\s*\(\s*([-\d.]+)\s*,\s*([-\d.]+)\s*\)\s*"
)
_FULL = ("DataProvider", "OperatorInfo", "UsageType", "StatusType", "SubmissionStatus")
_KM_PER_MILE = 1.609344
_ASSUMED_KM = 50.0  # the circle of a request that names a centre and no distance


def _cut(_asked: Asked, sound: Reply) -> Reply:
    """Half of what was asked for: the server's own limit, which nothing tells of."""
    page = json.loads(sound.body)
    return json_reply(page[: len(page) // 2])


class OpenChargeMap(Api):
    """`GET /poi`, by box or circle, paged by the greatest id seen."""

    name = "open_charge_map"
    telling = ("boundingbox", "latitude", "longitude", "greaterthanid")
    base_path = "/v3"
    key = "5e0f5a17-0000-4000-8000-000000000002"
    million = ("[", '{"ID":%d,"AddressInfo":{"Title":"Point %d"}}', "]")
    faults: ClassVar[Mapping[str, Fault]] = {
        "rate_limited": instead(text_reply("Too many requests", 429)),
        "unavailable": instead(text_reply("API requests by robots are temporarily disabled.", 503)),
        "server_error": instead(text_reply("Upstream API unavailable", 502)),
        "blocked": instead(text_reply("Blocked for API abuse. Repeated duplicate calls may be automatically banned.", 403)),
        "truncated": _cut,
    }  # fmt: skip

    def answer(self, asked: Asked) -> Reply:
        given = asked.folded
        key = asked.headers.get("x-api-key") or given.get("key") or ""
        if not key or not _UUID.fullmatch(key):
            return text_reply(
                "You must specify an API key using the key query parameter or x-api-key header.",
                403,
            )
        if key.lower() != self.key:
            return text_reply("Invalid API key.", 403)
        if self.path_of(asked).strip("/") != "poi":
            return text_reply("Not Found", 404)
        if given.get("output", "json") != "json":
            return text_reply("Unsupported output format", 400)
        size = number(given.get("maxresults"), 100)
        return json_reply([_shown(row, given) for row in self._found(given)[:size]])

    def _found(self, given: Mapping[str, str]) -> list[Row]:
        """In no order for a box, by distance for a circle, else the newest id first."""
        box, centre = _BOX.fullmatch(given.get("boundingbox", "")), _centre(given)
        rows = [row for row in self.rows if _is_wanted(row, given)]
        if box:
            a, b, c, d = (float(part) for part in box.groups())
            rows = [row for row in rows if row.touches(min(a, c), min(b, d), max(a, c), max(b, d))]
        elif centre:
            reach = _reach_km(given)
            rows = [row for row in rows if kilometres(centre, row.spot) <= reach]
        order: Callable[[Row], Any] | None = None
        if given.get("sortby") == "id_asc":
            order = _id
        elif centre and not box:
            order = lambda row: (kilometres(centre, row.spot), _id(row))  # noqa: E731  # one of three orders
        elif not box:
            order = lambda row: -_id(row)  # noqa: E731  # one of three orders
        return sorted(rows, key=order) if order else rows


def _id(row: Row) -> int:
    return int(row.document["ID"])


def _is_wanted(row: Row, given: Mapping[str, str]) -> bool:
    point = row.document
    country = given.get("countrycode", "").upper()
    is_here = not country or (point["AddressInfo"].get("Country") or {}).get("ISOCode") == country
    after = number(given.get("greaterthanid"), 0)
    named = given.get("id") or given.get("chargepointid")
    is_open = (point.get("DataProvider") or {}).get("IsOpenDataLicensed")
    return (
        is_here
        and _id(row) > after
        and (not named or str(_id(row)) in named.split(","))
        and (given.get("opendata") != "true" or bool(is_open))
    )


def _centre(given: Mapping[str, str]) -> tuple[float, float] | None:
    """A centre out of range is dropped without a word: the answer is then the whole world."""
    try:
        latitude, longitude = float(given["latitude"]), float(given["longitude"])
    except (KeyError, ValueError):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _reach_km(given: Mapping[str, str]) -> float:
    """The distance is in miles unless `distanceunit` says otherwise."""
    if "distance" not in given:
        return _ASSUMED_KM
    factor = 1.0 if given.get("distanceunit", "miles").lower() == "km" else _KM_PER_MILE
    return float(given["distance"]) * factor


def _shown(row: Row, given: Mapping[str, str]) -> Any:
    point: Any = dict(row.document)
    if given.get("compact") == "true":
        point = {name: value for name, value in point.items() if name not in _FULL}
    if given.get("verbose") == "false":
        point = _without_nulls(point)
    return _camel(point) if given.get("camelcase") == "true" else point


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _camel(inner) for name, inner in value.items()}
    return [_camel(inner) for inner in value] if isinstance(value, list) else value
