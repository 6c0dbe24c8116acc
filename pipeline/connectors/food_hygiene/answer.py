"""Telling the register's two shapes from errors: pages of the API, and dumps by authority."""

from __future__ import annotations

import re
from datetime import date

from pipeline.connectors.coverage import cover
from pipeline.connectors.decoding_xml import decode_xml
from pipeline.connectors.envelopes import (
    require_any,
    require_json_object,
    require_xml,
)
from pipeline.connectors.spec import ConnectorSpec
from pipeline.errors import ForeignPayloadError
from pipeline.lake.editions import Edition

_SERVICE = "the hygiene register"
_HEADER_BYTES = 2_000
_EXTRACTED = re.compile(rb"<ExtractDate>\s*(\d{4}-\d{2}-\d{2})")
_COUNTED = re.compile(rb"<ItemCount>\s*(\d+)\s*<")
_RETURNED = re.compile(rb"<ReturnCode>\s*([^<]*?)\s*<")
_RECORD = re.compile(rb"<EstablishmentDetail[\s>]")
_WHERE = ("LocalAuthorityCode", "Geocode/Latitude", "Geocode/Longitude")


def require_expected(body: bytes, content_type: str, _spec: ConnectorSpec) -> None:
    """Raise ForeignPayloadError unless this is a page of establishments or a whole dump."""
    if "xml" in content_type:
        _require_dump(body)
        return
    answer = require_json_object(body, content_type, _SERVICE)
    listed = answer.get("establishments")
    if not isinstance(listed, list):
        told = answer.get("Message") or f"found keys {sorted(answer)[:8]}"
        raise ForeignPayloadError(f"{_SERVICE}: {told}, expected a list of establishments")
    require_any(
        listed,
        lambda item: isinstance(item, dict) and {"FHRSID", "BusinessName"} <= set(item),
        "FHRSID and BusinessName",
    )


def _require_dump(body: bytes) -> None:
    """An empty dump is refused too: as a snapshot it would retire all that is known."""
    require_xml(body, "FHRSEstablishment", _SERVICE)
    head = body[:_HEADER_BYTES]
    returned = _RETURNED.search(head)
    if returned and returned[1] != b"Success":
        raise ForeignPayloadError(f"{_SERVICE} ended with {returned[1].decode('utf-8', 'replace')}")
    held = len(_RECORD.findall(body))
    if not held or b"<FHRSID>" not in body:
        raise ForeignPayloadError(f"{_SERVICE}: found no establishment with an FHRSID")
    counted = _COUNTED.search(head)
    if counted and int(counted[1]) != held:
        raise ForeignPayloadError(
            f"{_SERVICE}: the header counts {int(counted[1])} establishments, the dump holds {held}"
        )


def describe(body: bytes, content_type: str, spec: ConnectorSpec) -> Edition | None:
    """The authority, day and areas of a dump; a page of the API is no edition of anything."""
    if "xml" not in content_type or spec.xml_record is None:
        return None
    rows = decode_xml("", body, spec.xml_record, _WHERE).rows
    authorities = rows["LocalAuthorityCode"].unique().to_list()
    extracted = _EXTRACTED.search(body[:_HEADER_BYTES])
    return Edition(
        scope=authorities[0] if len(authorities) == 1 else None,
        dated=_day(extracted[1].decode()) if extracted else None,
        areas=cover(rows["Geocode/Latitude"], rows["Geocode/Longitude"]),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
