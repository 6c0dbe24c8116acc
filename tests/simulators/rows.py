"""The rows that the simulators answer from: those of data/sample, one per thing of a source."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
SOURCES = (
    "serper", "google_places", "openstreetmap", "sport_scotland", "edinburgh_council",
    "open_charge_map", "food_hygiene",
)  # fmt: skip
Rows = dict[str, list["Row"]]


@dataclass(frozen=True)
class Row:
    """One row of a source as the source publishes it.

    `words` are what it is found by, `box` is where it lies (south, west, north, east; None for
    a web page), `layer` is the layer of the services that have several.
    """

    key: str
    document: Mapping[str, Any]
    words: frozenset[str] = frozenset()
    box: tuple[float, float, float, float] | None = None
    layer: str = ""

    @property
    def spot(self) -> tuple[float, float]:
        """Latitude and longitude; far away from everything where the row has none."""
        return (
            ((self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2)
            if self.box
            else (-90.0, 0.0)
        )

    def touches(self, south: float, west: float, north: float, east: float) -> bool:
        box = self.box
        return (
            box is not None
            and box[0] <= north
            and box[2] >= south
            and box[1] <= east
            and box[3] >= west
        )


def words(*texts: Any) -> frozenset[str]:
    """The words of texts, in lower case."""
    said = " ".join(str(text) for text in texts if text is not None)
    return frozenset(re.findall(r"[^\W_]+", said.casefold()))


def found(rows: Iterable[Row], query: str, vocabulary: frozenset[str]) -> list[Row]:
    """Rows that hold every word of a query; words that no row of the source holds are passed over."""
    wanted = words(query) & vocabulary
    return [row for row in rows if wanted <= row.words] if wanted else []


def vocabulary_of(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset().union(*(row.words for row in rows))


def box_of(document: Any) -> tuple[float, float, float, float] | None:
    """The smallest box round every position in a document, in any of the sources' spellings."""
    spots = list(_spots(document))
    if not spots:
        return None
    latitudes, longitudes = [spot[0] for spot in spots], [spot[1] for spot in spots]
    return min(latitudes), min(longitudes), max(latitudes), max(longitudes)


def _spots(document: Any) -> Iterator[tuple[float, float]]:
    if isinstance(document, dict):
        folded = {name.lower(): value for name, value in document.items()}
        for lat, lon in (
            ("lat", "lon"),
            ("latitude", "longitude"),
            ("minlat", "minlon"),
            ("maxlat", "maxlon"),
        ):
            if folded.get(lat) not in (None, "") and folded.get(lon) not in (None, ""):
                yield float(folded[lat]), float(folded[lon])
        for value in document.values():
            yield from _spots(value)
    elif isinstance(document, list):
        if len(document) > 1 and all(isinstance(value, int | float) for value in document):
            yield float(document[1]), float(document[0])  # GeoJSON: longitude first
        else:
            for value in document:
                yield from _spots(value)


def row_of(source: str, document: Mapping[str, Any], layer: str = "", found_by: str = "") -> Row:
    """The row of a document, keyed as its source keys it."""
    item = dict(document)
    if source == "serper":
        return Row(
            item["link"], item, words(item["title"], item.get("snippet"), item["link"], found_by)
        )
    if source == "google_places":
        said = words(
            item["displayName"]["text"],
            item.get("formattedAddress"),
            *item.get("types", ()),
            found_by,
        )
        return Row(item["id"], item, said, box_of(item.get("location")))
    if source == "openstreetmap":
        return Row(f"{item['type']}/{item['id']}", item, box=box_of(item))
    if source == "open_charge_map":
        return Row(str(item["ID"]), item, box=box_of(item["AddressInfo"]))
    if source == "food_hygiene":
        return Row(str(item["FHRSID"]), item, box=box_of(item.get("geocode")))
    return Row(f"{layer}/{item['id']}", item, box=box_of(item.get("geometry")), layer=layer)


def sample_rows(folder: Path = SAMPLE) -> Rows:
    """Every row of the authored answers once, in the order of the files."""
    rows: dict[str, dict[str, Row]] = {source: {} for source in SOURCES}
    for path in sorted(folder.glob("*/*.json")):
        answer = json.loads(path.read_text("utf-8"))
        source, asked = answer["payload"]["source"], answer["payload"]["request"]
        query = asked["params"].get("q") or asked["params"].get("textQuery") or ""
        for item in _items(source, answer["body"]):
            row = row_of(source, item, _layer(source, asked), query)
            before = rows[source].get(row.key)
            said = row.words | before.words if before else row.words
            rows[source][row.key] = Row(row.key, row.document, said, row.box, row.layer)
    return {source: list(things.values()) for source, things in rows.items()}


def _items(source: str, body: Any) -> list[Any]:
    if isinstance(body, list):
        return list(body)
    if not isinstance(body, dict):
        return []  # a file of another format
    name = {"serper": "organic", "google_places": "places", "openstreetmap": "elements",
            "food_hygiene": "establishments"}.get(source, "features")  # fmt: skip
    return list(body.get(name, []))


def _layer(source: str, asked: Mapping[str, Any]) -> str:
    if source == "sport_scotland":
        return str(asked["params"]["typeNames"]).removeprefix("ext_spf:")
    return (
        str(asked["path"]).strip("/").removesuffix("/query")
        if source == "edinburgh_council"
        else ""
    )


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The distance of two spots on a sphere."""
    north, east = math.radians(b[0] - a[0]), math.radians(b[1] - a[1])
    chord = (
        math.sin(north / 2) ** 2
        + math.cos(math.radians(a[0])) * math.cos(math.radians(b[0])) * math.sin(east / 2) ** 2
    )
    return 2 * 6371.0088 * math.asin(math.sqrt(chord))
