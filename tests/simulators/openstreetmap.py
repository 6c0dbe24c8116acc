"""Overpass: elements of a box by their tags; failures stand in remarks and XHTML pages."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.simulators.api import Api
from tests.simulators.messages import (
    HTML,
    TEXT,
    Asked,
    Fault,
    Reply,
    instead,
    json_reply,
    text_reply,
)
from tests.simulators.overpass_query import Query, QueryError, parse_query
from tests.simulators.rows import Row

_PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<head><meta http-equiv="content-type" content="text/html; charset=utf-8" lang="en"/><title>OSM3S Response</title></head>
<body>
<p>The data included in this document is from www.openstreetmap.org. The data is made available under ODbL.</p>
<p><strong style="color:#FF0000">Error</strong>: {} </p>
</body>
</html>
"""
_HEAD = {
    "version": 0.6,
    "generator": "Overpass API 0.7.62.8 e802775f",
    "osm3s": {
        "timestamp_osm_base": "2026-11-20T09:00:00Z",
        "copyright": "The data included in this document is from www.openstreetmap.org. The data is made available under ODbL.",
    },
}
_XML = "application/osm3s+xml"  # what comes unless `[out:json]` is asked for
_STATUS = "Connected as: 2130706433\nCurrent time: 2026-11-20T09:00:00Z\nRate limit: 2\n2 slots available now.\nCurrently running queries (pid, space limit, time limit, start time):\n"


def page(status: int, text: str) -> Reply:
    return text_reply(_PAGE.format(html.escape(text)), status, HTML)


def _dispatcher(status: int, what: str) -> Reply:
    return page(
        status,
        f"runtime error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::request_read_and_idx::{what}",
    )


def _remark(text: str) -> Reply:
    return json_reply(_HEAD | {"elements": [], "remark": text})


def _half_with_remark(_asked: Asked, sound: Reply) -> Reply:
    """Part of the elements, and a remark that there would have been more."""
    answer = json.loads(sound.body)
    answer["elements"] = answer["elements"][: len(answer["elements"]) // 2]
    answer["remark"] = 'runtime error: Query timed out in "query" at line 1 after 26 seconds.'
    return json_reply(answer)


class OpenStreetMap(Api):
    """`/api/interpreter` by GET or POST, and `/api/status`."""

    name = "openstreetmap"
    telling = ("data",)
    base_path = "/api/interpreter"
    million = ('{"version":0.6,"elements":[', '{"type":"node","id":%d}', "]}")
    faults: ClassVar[Mapping[str, Fault]] = {
        "rate_limited": instead(_dispatcher(429, "rate_limited. Please check https://overpass-api.de/api/status for the quota of your IP address.")),
        "unavailable": instead(_dispatcher(504, "timeout. The server is probably too busy to handle your request.")),
        "turned_off": instead(page(504, "runtime error: The dispatcher (i.e. the database management system) is turned off.")),
        "page_in_200": instead(_dispatcher(200, "timeout. The server is probably too busy to handle your request.")),
        "error_in_200": instead(_remark('runtime error: Query timed out in "query" at line 1 after 26 seconds.')),
        "out_of_memory": instead(_remark('runtime error: Query ran out of memory in "query" at line 1. It would need at least 128 MB of RAM to continue.')),
        "truncated": _half_with_remark,
    }  # fmt: skip

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/api/status":
            return text_reply(_STATUS, 200, TEXT)
        if asked.path.rstrip("/") != self.base_path:
            return text_reply("<html><body><h1>404 Not Found</h1></body></html>", 404, HTML)
        try:
            query = parse_query(_text(asked))
        except QueryError as error:
            return page(400, str(error))
        if not query.is_json:
            return text_reply(
                '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6"/>', 200, _XML
            )
        found = [row for row in self.rows if _is_asked_for(row, query)]
        if "qt" not in query.out:
            found.sort(key=lambda row: (row.key.partition("/")[0], row.document["id"]))
        return json_reply(_HEAD | {"elements": _written(found[: query.limit], query)})


def _text(asked: Asked) -> str:
    """The query: `data` of query string or form, else the raw body."""
    if "data" in asked.params:
        return asked.params["data"]
    if "data" in asked.form:
        return asked.form["data"]
    return asked.body.decode("utf-8", "replace")


def _is_asked_for(row: Row, query: Query) -> bool:
    tags = row.document.get("tags", {})
    return any(
        row.document["type"] in selector.kinds
        and (selector.box is None or row.touches(*selector.box))
        and all(test(tags) for test in selector.tests)
        for selector in query.selectors
    )


def _written(rows: list[Row], query: Query) -> list[Any]:
    if "count" in query.out:
        kinds = [row.document["type"] for row in rows]
        tags = {f"{kind}s": str(kinds.count(kind)) for kind in ("node", "way", "relation")}
        return [{"type": "count", "id": 0, "tags": tags | {"total": str(len(rows))}}]
    return [_element(row, query.out) for row in rows]


def _element(row: Row, out: frozenset[str]) -> dict[str, Any]:
    """What `out` asks for: geometry, a centre, or tags without any position."""
    element = dict(row.document)
    if "ids" in out:
        return {name: element[name] for name in ("type", "id")}
    if "tags" in out:
        return {name: element[name] for name in ("type", "id", "tags") if name in element}
    if "skel" in out:
        element.pop("tags", None)
    if "geom" in out:
        return element
    element.pop("geometry", None)
    bounds = element.pop("bounds", None)
    for name in ("members",):
        if name in element:
            element[name] = [
                {k: m[k] for k in ("type", "ref", "role") if k in m} for m in element[name]
            ]
    if "bb" in out and bounds:
        element["bounds"] = bounds
    if "center" in out and element["type"] != "node" and row.box:
        latitude, longitude = row.spot
        element["center"] = {"lat": round(latitude, 7), "lon": round(longitude, 7)}
    return element
