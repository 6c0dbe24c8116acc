"""Telling the facility layers from whatever else the same server serves."""

from __future__ import annotations

import csv
import re
from typing import Any

from pipeline.connectors.envelopes import (
    first_character,
    properties_of,
    read_envelope,
    require_any,
    require_feature_collection,
)
from pipeline.connectors.spec import ConnectorSpec
from pipeline.errors import ForeignPayloadError

LAYER = r"^(pub_spf[a-z]+)\."
_EXCEPTION = re.compile(rb"<(?:\w+:)?ExceptionText>(?P<text>[^<]+)")
_HEAD, _TOLD = 200, 300  # where an exception report begins, and how much of it is told
_CSV_COLUMNS = {
    "id",
    "name",
    "facility_sub_type",
    "eastings_x",
    "northing_y",
    "lat",
    "lng",
}


def require_expected(body: bytes, content_type: str, _spec: ConnectorSpec) -> None:
    """Raise ForeignPayloadError unless this is a page of facilities, as GeoJSON or CSV."""
    head = first_character(body)
    if head == b"<":
        match = _EXCEPTION.search(body)
        text = match["text"].decode("utf-8", "replace").strip() if match else "markup"
        raise ForeignPayloadError(f"the WFS answered with an exception: {text}")
    if head == b"{":
        _require_features(body, content_type)
    else:
        _require_csv(body)


def _require_features(body: bytes, content_type: str) -> None:
    if b'"exceptions"' in body[:_HEAD]:
        text = str(read_envelope(body).get("exceptions"))[:_TOLD]
        raise ForeignPayloadError(f"the WFS answered with an exception: {text}")
    features = require_feature_collection(body, content_type, "the WFS")
    layers = [_layer(feature) for feature in features]
    if layers and not any(re.match(LAYER, f"{layer}.") for layer in layers):
        raise ForeignPayloadError(
            f"found a feature of layer {layers[0]!r}, expected a facility layer (pub_spf…): "
            "the right envelope, the wrong data"
        )
    require_any(
        [properties_of(feature) for feature in features],
        lambda properties: "site_name" in properties,
        "site_name",
    )


def _layer(feature: Any) -> str:
    return str(feature.get("id", "")).rpartition(".")[0] if isinstance(feature, dict) else ""


def _require_csv(body: bytes) -> None:
    try:
        header = body.decode("utf-8-sig").split("\n", 1)[0]
    except UnicodeDecodeError as error:
        told = f"neither GeoJSON nor CSV in UTF-8: {error.reason} at byte {error.start}"
        raise ForeignPayloadError(told) from error
    columns = {column.strip().strip('"') for column in header.split(",")}
    missing = sorted(_CSV_COLUMNS - columns)
    if missing:
        raise ForeignPayloadError(
            f"the CSV has columns {sorted(columns)[:8]}, and misses {missing}"
        )
    if b"\n" not in body.strip():
        raise ForeignPayloadError("the CSV has a header and no row")
    _require_whole_last_row(body, len(header.split(",")))


def _require_whole_last_row(body: bytes, width: int) -> None:
    """A download that broke off ends inside a row, without the end of its line."""
    if body.endswith(b"\n"):
        return
    last = body[body.rindex(b"\n") + 1 :].decode("utf-8", "replace")
    try:
        fields = len(next(csv.reader([last])))
    except csv.Error as error:
        raise ForeignPayloadError(f"the CSV is cut short: {error}") from error
    if fields < width:
        raise ForeignPayloadError(
            f"the CSV is cut short: its last row has {fields} of {width} fields"
        )
