"""The Food Standards Agency's register, version 2: establishments by name, address and distance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.simulators.api import Api, number
from tests.simulators.messages import (
    HTML,
    XML,
    Asked,
    Fault,
    Reply,
    instead,
    json_reply,
    text_reply,
)
from tests.simulators.rows import Row, kilometres, words

LARGEST_PAGE = 5000
_KM_PER_MILE = 1.609344


def unversioned(name: str) -> Reply:
    """What a request without `x-api-version` gets: as if there were no such thing."""
    return text_reply(
        f"<string xmlns=\"http://schemas.microsoft.com/2003/10/Serialization/\">The API '{name}' doesn't exist</string>",
        404,
        XML,
    )


def _page(status: int, title: str) -> Reply:
    return text_reply(
        f"<html><head><title>{title}</title></head><body><h2>{title}</h2></body></html>",
        status,
        HTML,
    )


def _cut(_asked: Asked, sound: Reply) -> Reply:
    """Half of the page; the counts in `meta` still tell of all."""
    answer = json.loads(sound.body)
    answer["establishments"] = answer["establishments"][: len(answer["establishments"]) // 2]
    return json_reply(answer)


class FoodHygiene(Api):
    """`GET /Establishments` and `GET /Establishments/{id}`; no key, but a version in a header."""

    name = "food_hygiene"
    telling = ("name", "address", "latitude", "longitude", "pageNumber")
    million = (
        '{"establishments":[',
        '{"FHRSID":%d,"BusinessName":"Kiosk %d"}',
        '],"meta":{"totalCount":1000000,"totalPages":1,"pageNumber":1}}',
    )
    faults: ClassVar[Mapping[str, Fault]] = {
        "rate_limited": instead(_page(429, "Too Many Requests")),
        "server_error": instead(json_reply({"Message": "An error has occurred."}, 500)),
        "unavailable": instead(_page(503, "Service Unavailable")),
        "truncated": _cut,
    }

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(rows)
        self.names = {row.key: words(row.document["BusinessName"]) for row in self.rows}
        self.addresses = {row.key: words(*_address(row)) for row in self.rows}

    def answer(self, asked: Asked) -> Reply:
        name, _, wanted = self.path_of(asked).strip("/").partition("/")
        if asked.headers.get("x-api-version") != "2" or name.lower() != "establishments":
            return unversioned(name)
        if not wanted:
            return json_reply(self._search(asked.folded))
        for row in self.rows:
            if row.key == wanted:
                return json_reply(
                    dict(row.document) | {"Distance": None, "meta": _meta(1, 1, 1, 1), "links": []}
                )
        return json_reply({"Message": f"The establishment '{wanted}' doesn't exist"}, 404)

    def _search(self, given: dict[str, str]) -> dict[str, Any]:
        """Every word of `name` and of `address`, within `maxDistanceLimit` miles of the centre."""
        found = [(self._miles(row, given), row) for row in self.rows if self._is_named(row, given)]
        if given.get("latitude") and given.get("longitude"):
            limit = float(given.get("maxdistancelimit") or 1)
            found = [(miles, row) for miles, row in found if miles is not None and miles <= limit]
            found.sort(key=lambda pair: (pair[0], int(pair[1].key)))
        size = min(number(given.get("pagesize"), LARGEST_PAGE) or LARGEST_PAGE, LARGEST_PAGE)
        at = max(1, number(given.get("pagenumber"), 1))
        page = found[(at - 1) * size : at * size]
        rows = [dict(row.document) | {"Distance": miles} for miles, row in page]
        return {"establishments": rows, "meta": _meta(len(rows), len(found), size, at), "links": []}

    def _is_named(self, row: Row, given: dict[str, str]) -> bool:
        kind = given.get("businesstypeid")
        return (
            words(given.get("name")) <= self.names[row.key]
            and words(given.get("address")) <= self.addresses[row.key]
            and (not kind or str(row.document.get("BusinessTypeID")) == kind)
        )

    def _miles(self, row: Row, given: dict[str, str]) -> float | None:
        if not (row.box and given.get("latitude") and given.get("longitude")):
            return None
        return (
            kilometres((float(given["latitude"]), float(given["longitude"])), row.spot)
            / _KM_PER_MILE
        )


def _address(row: Row) -> list[Any]:
    return [row.document.get(f"AddressLine{n}") for n in (1, 2, 3, 4)] + [
        row.document.get("PostCode")
    ]


def _meta(came: int, total: int, size: int, at: int) -> dict[str, Any]:
    return {
        "dataSource": "Lucene",
        "extractDate": "2026-11-20T00:00:00",
        "itemCount": came,
        "returncode": "OK",
        "totalCount": total,
        "totalPages": -(-total // size),
        "pageSize": size,
        "pageNumber": at,
    }
