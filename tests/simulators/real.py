"""Real rows, where real data is here: facilities, the map, charge points, food businesses."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tests.real_data import find_real_file
from tests.simulators.rows import Row, Rows, row_of

_MAPS = ("tennis", "soccer", "golf")
_LINES = ("AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "PostCode", "Phone")


def real_rows() -> Rows:
    """Rows of the sources whose files are here; the others have none."""
    readers = {
        "sport_scotland": ("sport_scotland/facilities_2024-07.csv", _facilities),
        "open_charge_map": ("open_charge_map/poi_edinburgh_captured.json", _points),
        "food_hygiene": ("fhrs/edinburgh_weekly/edinburgh_2020-11-13.xml.gz", _businesses),
    }
    rows: Rows = {}
    for source, (name, read) in readers.items():
        path = find_real_file(name)
        rows[source] = list(read(path)) if path else []
    paths = [find_real_file(f"openstreetmap/{name}_captured.json") for name in _MAPS]
    elements = {row.key: row for path in paths if path for row in _elements(path)}
    return rows | {"openstreetmap": list(elements.values())}


def _facilities(path: Path) -> Iterator[Row]:
    """The merged CSV as the features it was made of."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for line in csv.DictReader(lines):
            layer, _, fid = line["id"].rpartition(".")
            known = {name: value for name, value in line.items() if value != "NA"}
            x, y = ("x", "y") if layer == "pub_spfsh" else ("eastings_x", "northing_y")
            of_type = "fac_sub_type" if layer in {"pub_spfsh", "pub_spfsp"} else "facility_sub_type"
            properties = {
                "fid": int(fid), "site_name": line["name"], "address": known.get("address"),
                "postcode": known.get("postcode"), "town": known.get("town"), "la_name": known.get("la_name"),
                x: _whole(line["eastings_x"]), y: _whole(line["northing_y"]), of_type: line["facility_sub_type"],
                "sh_date_uploaded": line["date_updated"],
            }  # fmt: skip
            if "surface" in known:
                properties["surface"] = known["surface"]
            point = [[float(line["lng"]), float(line["lat"])]] if known.get("lng") else None
            geometry = {"type": "MultiPoint", "coordinates": point} if point else None
            feature = {
                "type": "Feature",
                "id": line["id"],
                "geometry": geometry,
                "geometry_name": "geom",
                "properties": properties,
            }
            yield row_of("sport_scotland", feature, layer)


def _whole(text: str) -> int | None:
    return int(float(text)) if text not in {"", "NA"} else None


def _points(path: Path) -> Iterator[Row]:
    for point in json.loads(path.read_text("utf-8")):
        yield row_of("open_charge_map", point)


def _elements(path: Path) -> Iterator[Row]:
    """Tagged elements, with the geometry of the bare ones that came along."""
    elements = json.loads(path.read_text("utf-8"))["elements"]
    spots = {e["id"]: {"lat": e["lat"], "lon": e["lon"]} for e in elements if e["type"] == "node"}
    drawn = {
        e["id"]: [spots[n] for n in e["nodes"] if n in spots]
        for e in elements
        if e["type"] == "way"
    }
    for element in elements:
        if not element.get("tags"):
            continue
        whole: dict[str, Any] = dict(element)
        if element["type"] == "way":
            whole["geometry"] = drawn[element["id"]]
        if element["type"] == "relation":
            whole["members"] = [
                m | {"geometry": drawn[m["ref"]]} if m["type"] == "way" and m["ref"] in drawn else m
                for m in element["members"]
            ]
        yield row_of("openstreetmap", whole)


def _businesses(path: Path) -> Iterator[Row]:
    """The XML edition in the shape of the JSON API."""
    with gzip.open(path) as stream:
        for _, detail in ET.iterparse(stream):
            if detail.tag != "EstablishmentDetail":
                continue
            said = {field.tag: field.text or "" for field in detail}
            spot = {
                name.lower(): detail.findtext(f"Geocode/{name}")
                for name in ("Longitude", "Latitude")
            }
            lines = {name: said.get(name, "") for name in _LINES}
            scores = dict.fromkeys(("Hygiene", "Structural", "ConfidenceInManagement"))
            yield row_of("food_hygiene", said | lines | {
                "FHRSID": int(said["FHRSID"]), "BusinessTypeID": int(said["BusinessTypeID"]),
                "RatingDate": f"{said['RatingDate']}T00:00:00" if said.get("RatingDate") else None,
                "scores": scores, "geocode": spot, "NewRatingPending": said.get("NewRatingPending") == "True",
                "RightToReply": "", "Distance": None, "links": [],
            })  # fmt: skip
            detail.clear()
