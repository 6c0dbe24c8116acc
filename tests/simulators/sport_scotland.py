"""The Spatial Hub's WFS: layers behind a key; errors are XML unless asked otherwise."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from xml.sax.saxutils import escape

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
from tests.simulators.rows import Row, row_of

LAYERS = ("pub_spfat", "pub_spfbg", "pub_spffs", "pub_spfgc", "pub_spfir", "pub_spfitc",
          "pub_spfotc", "pub_spfp", "pub_spfsc", "pub_spfsh", "pub_spfsp")  # fmt: skip
TANKS = "pub_sptk"  # one letter away, and served without complaint
_TANK = {
    "type": "Feature",
    "id": "pub_sptk.1",
    "geometry": {"type": "MultiPoint", "coordinates": [[-3.118, 55.956]]},
    "geometry_name": "geom",
    "properties": {"fid": 1, "uprn": 1, "tank_type": "Septic tank", "la_name": "City of Edinburgh"},
}
_CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}}
_EXCEPTION = """<?xml version="1.0" encoding="UTF-8"?>
<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="2.0.0">
<ows:Exception exceptionCode="{code}" locator="{locator}"><ows:ExceptionText>{text}</ows:ExceptionText></ows:Exception>
</ows:ExceptionReport>
"""


class WfsError(Exception):
    """A request that the WFS refuses: code, locator, text."""

    def __init__(self, code: str, locator: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.code, self.locator, self.text, self.status = code, locator, text, status

    def xml(self, status: int | None = None) -> Reply:
        filled = _EXCEPTION.format(code=self.code, locator=self.locator, text=escape(self.text))
        return text_reply(filled, status or self.status, XML)

    def json(self) -> Reply:
        exception = {"code": self.code, "locator": self.locator, "text": self.text}
        return json_reply({"version": "2.0.0", "exceptions": [exception]}, self.status)


def _page(status: int, title: str) -> Reply:
    return text_reply(
        f"<!doctype html><html><head><title>HTTP Status {status}</title></head><body><h1>{title}</h1></body></html>",
        status,
        HTML,
    )


def _capped(asked: Asked, sound: Reply) -> Reply:
    """Half of the page: numberMatched still tells of all, and nothing tells of the cap."""
    answer = json.loads(sound.body)
    answer["features"] = answer["features"][: len(answer["features"]) // 2]
    return json_reply(answer | {"numberReturned": len(answer["features"])})


_BROKEN = WfsError(
    "NoApplicableCode", "", "java.lang.RuntimeException: could not obtain a database connection"
)


class SportScotland(Api):
    """`GetFeature` with `authkey`."""

    name = "sport_scotland"
    telling = ("typeNames", "bbox", "startIndex")
    base_path = "/geoserver/ext_spf/wfs"
    key = "5e0f5a17-0000-4000-8000-000000000001"
    million = (
        '{"type":"FeatureCollection","features":[',
        '{"type":"Feature","id":"pub_spfp.%d","geometry":null,"properties":{"site_name":"Site %d"}}',
        '],"numberMatched":1000000}',
    )
    faults: ClassVar[Mapping[str, Fault]] = {
        "rate_limited": instead(_page(429, "Too Many Requests")),
        "server_error": instead(_page(500, "Internal Server Error")),
        "unavailable": instead(_page(503, "Service Temporarily Unavailable")),
        "error_in_200": instead(_BROKEN.xml(200)),
        "truncated": _capped,
        "wrong_layer": instead(json_reply({"type": "FeatureCollection", "features": [_TANK], "totalFeatures": 1, "numberMatched": 1, "numberReturned": 1, "crs": _CRS})),
    }  # fmt: skip

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(rows)
        self.layers: dict[str, list[Row]] = {layer: [] for layer in (*LAYERS, TANKS)}
        for row in [*self.rows, row_of(self.name, _TANK, TANKS)]:
            self.layers[row.layer].append(row)

    def answer(self, asked: Asked) -> Reply:
        given = asked.folded
        if asked.path != self.base_path:
            return _page(404, "Not Found")
        if given.get("authkey") != self.key:
            return _page(403, "Forbidden")
        try:
            return self._features(given)
        except WfsError as error:
            return error.json() if given.get("exceptions") == "application/json" else error.xml()

    def _features(self, given: Mapping[str, str]) -> Reply:
        if given.get("service", "WFS").upper() != "WFS" or given.get("request") != "GetFeature":
            raise WfsError(
                "OperationNotSupported", "request", f"No such operation WFS {given.get('request')}"
            )
        name = given.get("typenames") or given.get("typename") or ""
        layer = name.removeprefix("ext_spf:")
        if layer not in self.layers:
            raise WfsError("InvalidParameterValue", "typeName", f"Feature type {name} unknown")
        start = number(given.get("startindex"), 0)
        if start and "sortby" not in given:
            raise WfsError(
                "NoApplicableCode",
                "",
                "Cannot do natural order without a primary key, please add it or specify a manual sort",
            )
        matched = self._matched(layer, given)
        size = number(given.get("count", given.get("maxfeatures")), 1_000_000)
        page = matched[start : start + size]
        if given.get("resulttype") == "hits":
            return text_reply(
                f'<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" numberMatched="{len(matched)}" numberReturned="0"/>',
                200,
                XML,
            )
        if given.get("outputformat") == "csv":
            return text_reply(_csv(page), 200, "text/csv; charset=utf-8")
        if given.get("outputformat") not in {"application/json", "json"}:
            raise WfsError(
                "InvalidParameterValue",
                "outputFormat",
                f"Failed to find response for output format {given.get('outputformat')}",
            )
        return json_reply(_collection(page, len(matched), given))

    def _matched(self, layer: str, given: Mapping[str, str]) -> list[Row]:
        rows = self.layers[layer]
        if "bbox" in given:
            if "cql_filter" in given:
                raise WfsError(
                    "NoApplicableCode",
                    "",
                    "bbox and cql_filter both specified but are mutually exclusive",
                )
            rows = [row for row in rows if _is_in(row, given["bbox"])]
        column = given.get("sortby", "").split(" ")[0]
        return sorted(rows, key=lambda row: _sortable(row, column)) if column else rows


def _is_in(row: Row, bbox: str) -> bool:
    """The order of axes follows the way the CRS is written; without one the box is in metres."""
    parts = bbox.split(",")
    try:
        a, b, c, d = (float(part) for part in parts[:4])
    except ValueError as error:
        raise WfsError("InvalidParameterValue", "bbox", f"Could not parse bbox {bbox}") from error
    crs = parts[4] if len(parts) > 4 else ""
    if crs.startswith("urn:"):
        return row.touches(a, b, c, d)
    if crs.endswith("4326"):
        return row.touches(b, a, d, c)
    properties = row.document["properties"]
    east = properties.get("eastings_x", properties.get("x", -1))
    north = properties.get("northing_y", properties.get("y", -1))
    return a <= float(east) <= c and b <= float(north) <= d


def _sortable(row: Row, column: str) -> tuple[bool, float, str]:
    value = row.document["properties"].get(column)
    is_number = isinstance(value, int | float)
    return value is None, float(value) if is_number else 0.0, "" if is_number else str(value)


def _collection(page: list[Row], matched: int, given: Mapping[str, str]) -> dict[str, Any]:
    features = [dict(row.document) for row in page]
    wanted = [name for name in given.get("propertyname", "").split(",") if name]
    if wanted:
        for feature in features:
            feature["properties"] = {n: v for n, v in feature["properties"].items() if n in wanted}
    return {
        "type": "FeatureCollection",
        "features": features,
        "totalFeatures": matched,
        "numberMatched": matched,
        "numberReturned": len(features),
        "timeStamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
        "crs": _CRS,
    }


def _csv(page: list[Row]) -> str:
    columns = list(page[0].document["properties"]) if page else []
    target = io.StringIO()
    writer = csv.DictWriter(target, ["FID", *columns], extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for row in page:
        writer.writerow({"FID": row.document["id"]} | dict(row.document["properties"]))
    return target.getvalue()
