"""ArcGIS: layers of the council; errors come with status 200, and pages are cut short."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.simulators.api import Api, number
from tests.simulators.grid import grid
from tests.simulators.messages import HTML, Asked, Fault, Reply, instead, json_reply, text_reply
from tests.simulators.rows import Row

LAYERS = ("Sports_and_Leisure_Centres", "Swimming_Pools", "Outdoor_Pitches_and_Courts",
          "Sports_Clubs", "Fitness_Gyms")  # fmt: skip
_GEOJSON = "application/geo+json"


def refusal(code: int, message: str, *details: str) -> Reply:
    """The status is 200, whatever is wrong."""
    return json_reply({"error": {"code": code, "message": message, "details": list(details)}})


def _page(status: int, title: str) -> Reply:
    return text_reply(
        f"<html><head><title>{status} {title}</title></head><body><center><h1>{status} {title}</h1></center></body></html>",
        status,
        HTML,
    )


def _cut(_asked: Asked, sound: Reply) -> Reply:
    """Half of the page, without a word that there is more."""
    answer = json.loads(sound.body)
    answer["features"] = answer.get("features", [])[: len(answer.get("features", [])) // 2]
    answer.pop("exceededTransferLimit", None)
    answer.pop("properties", None)
    return json_reply(answer, content_type=sound.content_type)


class EdinburghCouncil(Api):
    """`/<service>/FeatureServer/<n>/query`; as `MapServer` a layer answers as old servers do.

    `max_record_count` bounds every page.
    """

    name = "edinburgh_council"
    telling = ("resultOffset",)
    base_path = "/FgpikkYuSUOuITxp/arcgis/rest/services"
    million = (
        '{"type":"FeatureCollection","features":[',
        '{"type":"Feature","id":%d,"geometry":null,"properties":{"FACILITY_NAME":"Site %d"}}',
        "]}",
    )
    faults: ClassVar[Mapping[str, Fault]] = {
        "rate_limited": instead(_page(429, "Too Many Requests")),
        "unavailable": instead(_page(504, "Gateway Time-out")),
        "server_error": instead(_page(500, "Internal Server Error")),
        "error_in_200": instead(refusal(400, "Unable to complete operation.")),
        "token_in_200": instead(refusal(499, "Token Required")),
        "wrong_layer": instead(json_reply({"type": "FeatureCollection", "features": [{"type": "Feature", "id": 1, "geometry": {"type": "Point", "coordinates": [-3.118, 55.956]}, "properties": {"OBJECTID": 1, "TREE_SPECIES": "Ash"}}]}, content_type=_GEOJSON)),
        "truncated": _cut,
    }  # fmt: skip

    def __init__(self, rows: list[Row], max_record_count: int = 1000) -> None:
        super().__init__(rows)
        self.max_record_count = max_record_count
        self.layers: dict[str, list[Row]] = {f"{layer}/0": [] for layer in LAYERS}
        for row in self.rows:
            self.layers.setdefault(row.layer.replace("FeatureServer/", ""), []).append(row)

    def answer(self, asked: Asked) -> Reply:
        service, _, rest = self.path_of(asked).strip("/").partition("/")
        kind, _, rest = rest.partition("/")
        layer, _, operation = rest.partition("/")
        rows = self.layers.get(f"{service}/{layer}")
        if rows is None or kind not in {"FeatureServer", "MapServer"} or operation != "query":
            return refusal(400, "Invalid URL", "Invalid URL")
        given = asked.folded
        if given.get("f") not in {"json", "pjson", "geojson"}:
            return text_reply(
                "<html><body><h1>ArcGIS REST Services Directory</h1></body></html>", 200, HTML
            )
        if given.get("where", "").replace(" ", "") != "1=1" and "objectids" not in given:
            return refusal(
                400, "Unable to complete operation.", "Unable to perform query operation."
            )
        try:
            matched = [row for row in rows if _is_in(row, given)]
        except ValueError:
            return refusal(400, "Unable to complete operation.", "'geometry' parameter is invalid")
        if given.get("orderbyfields"):
            matched.sort(key=lambda row: row.document["id"])
        return self._matched(matched, given, is_hosted=kind == "FeatureServer")

    def _matched(self, matched: list[Row], given: Mapping[str, str], *, is_hosted: bool) -> Reply:
        if given.get("returncountonly") == "true":
            return json_reply({"count": len(matched)})
        if given.get("returnidsonly") == "true":
            ids = [row.document["id"] for row in matched]
            return json_reply({"objectIdFieldName": "OBJECTID", "objectIds": ids})
        start = number(given.get("resultoffset"), 0)
        asked_for = number(given.get("resultrecordcount"), self.max_record_count)
        page = matched[start : start + min(asked_for, self.max_record_count)]
        is_cut = start + len(page) < len(matched)
        if given["f"] == "geojson":
            return json_reply(
                _geojson(page, given, is_cut=is_cut, is_hosted=is_hosted), content_type=_GEOJSON
            )
        return json_reply(_esri(page, given, is_cut=is_cut))


def _is_in(row: Row, given: Mapping[str, str]) -> bool:
    """An envelope counts in the layer's own metres unless inSR says otherwise."""
    if given.get("objectids"):
        return str(row.document["id"]) in given["objectids"].split(",")
    if not given.get("geometry"):
        return True
    text = given["geometry"]
    if text.lstrip().startswith("{"):
        drawn = json.loads(text)
        west, south, east, north = (float(drawn[name]) for name in ("xmin", "ymin", "xmax", "ymax"))
    else:
        west, south, east, north = (float(part) for part in text.split(","))
    if given.get("insr") == "4326":
        return row.touches(south, west, north, east)
    x, y = grid(*row.spot)
    return west <= x <= east and south <= y <= north


def _fields(row: Row, given: Mapping[str, str]) -> dict[str, Any]:
    wanted = given.get("outfields", "OBJECTID").split(",")
    properties = row.document["properties"]
    return (
        dict(properties) if "*" in wanted else {n: properties[n] for n in wanted if n in properties}
    )


def _geojson(
    page: list[Row], given: Mapping[str, str], *, is_cut: bool, is_hosted: bool
) -> dict[str, Any]:
    """A hosted service says under `properties` that there is more, an old one at the top."""
    shows = given.get("returngeometry", "true") != "false"
    answer: dict[str, Any] = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "EPSG:4326"}},
        "features": [
            dict(row.document)
            | {
                "properties": _fields(row, given),
                "geometry": row.document["geometry"] if shows else None,
            }
            for row in page
        ],
    }
    if is_cut and is_hosted:
        answer["properties"] = {"exceededTransferLimit": True}
    elif is_cut:
        answer["exceededTransferLimit"] = True
    return answer


def _esri(page: list[Row], given: Mapping[str, str], *, is_cut: bool) -> dict[str, Any]:
    """Esri's own JSON stands in metres unless outSR says otherwise, and always marks the cut on top."""
    in_degrees = given.get("outsr") == "4326"
    wkid = 4326 if in_degrees else 27700
    answer: dict[str, Any] = {
        "objectIdFieldName": "OBJECTID",
        "geometryType": "esriGeometryPoint",
        "spatialReference": {"wkid": wkid, "latestWkid": wkid},
    }
    if page:
        answer["fields"] = [
            {"name": name, "alias": name, "type": _type(name)} for name in _fields(page[0], given)
        ]
    answer["features"] = [
        {
            "attributes": _fields(row, given),
            "geometry": dict(zip("xy", _spot(row, in_degrees=in_degrees), strict=True)),
        }
        for row in page
    ]
    return answer | ({"exceededTransferLimit": True} if is_cut else {})


def _spot(row: Row, *, in_degrees: bool) -> tuple[float, float]:
    return row.spot[::-1] if in_degrees else grid(*row.spot)


def _type(name: str) -> str:
    return {"OBJECTID": "esriFieldTypeOID", "GlobalID": "esriFieldTypeGlobalID"}.get(
        name, "esriFieldTypeString"
    )
