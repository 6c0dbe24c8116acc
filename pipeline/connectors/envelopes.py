"""Checks every connector makes before an answer may enter the lake."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.connectors.decoding import parse_json
from pipeline.connectors.markup import MarkupError, require_markup
from pipeline.errors import ForeignPayloadError, TransientAnswerError

_MARKUP_TYPES = ("text/html", "application/xhtml+xml", "text/xml", "application/xml")
_SERVER_TROUBLE = (500, 502, 503, 504)
_TOKEN_TROUBLE = (498, 499)


def first_character(body: bytes) -> bytes:
    """The first byte that is neither blank nor a byte order mark: it tells the format."""
    return body.removeprefix(BOM_UTF8).lstrip()[:1]


def require_json(body: bytes, content_type: str, service: str) -> Any:
    """The decoded body; ForeignPayloadError for markup, other text or broken JSON."""
    if first_character(body) == b"<" or content_type.lower() in _MARKUP_TYPES:
        raise ForeignPayloadError(f"{service} answered with markup ({content_type}), not JSON")
    try:
        return parse_json(body)
    except ValueError as error:
        raise ForeignPayloadError(f"{service}: not JSON, or cut short: {error}") from error
    except RecursionError as error:
        raise ForeignPayloadError(f"{service}: JSON nested deeper than any answer") from error


def require_json_object(body: bytes, content_type: str, service: str) -> dict[str, Any]:
    """The decoded body, where it is an object."""
    answer = require_json(body, content_type, service)
    if not isinstance(answer, dict):
        raise ForeignPayloadError(
            f"{service}: found {type(answer).__name__}, expected a JSON object"
        )
    return answer


def require_xml(body: bytes, root: str, service: str) -> None:
    """ForeignPayloadError for what is no well-formed XML, declares entities or has another root."""
    try:
        found = require_markup(body)
    except MarkupError as error:
        raise ForeignPayloadError(f"{service}: not XML, or cut short: {error}") from error
    if found != root:
        raise ForeignPayloadError(f"{service}: the document is {found!r}, expected {root!r}")


def require_any(items: Any, is_expected: Callable[[Any], bool], expected: str) -> None:
    """ForeignPayloadError where there are items and none is as expected.

    A single strange item is no foreign answer: it is reported when the items are read.
    """
    if not isinstance(items, list):
        raise ForeignPayloadError(f"found {type(items).__name__}, expected a list of items")
    if items and not any(is_expected(item) for item in items):
        found = items[0]
        told = sorted(found)[:6] if isinstance(found, dict) else type(found).__name__
        raise ForeignPayloadError(f"an item has {told}, expected {expected}")


def require_feature_collection(body: bytes, content_type: str, service: str) -> list[Any]:
    """The features of a GeoJSON answer, whatever they are; an error in a 200 is refused."""
    answer = require_json_object(body, content_type, service)
    if isinstance(answer.get("error"), dict):
        raise _refusal(answer["error"], service)
    features = answer.get("features")
    if answer.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise ForeignPayloadError(
            f"{service}: found keys {sorted(answer)[:8]}, expected a FeatureCollection"
        )
    return features


def _refusal(error: Mapping[str, Any], service: str) -> ForeignPayloadError:
    """What an error object in a successful answer means."""
    code = error.get("code")
    told = f"{service} refused: {error.get('message')}" + (f" (code {code})" if code else "")
    if code in _SERVER_TROUBLE:
        return TransientAnswerError(told)
    if code in _TOKEN_TROUBLE:
        told += "; the layer asks for a token, so it is not open any more"
    return ForeignPayloadError(told)


def properties_of(feature: Any) -> Mapping[str, Any]:
    """The properties of a GeoJSON feature; empty for what is none."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}


def read_envelope(body: bytes) -> dict[str, Any]:
    """The envelope of a page, for its paging marks; empty where the body is no JSON object.

    Whether the page is what was asked for is decided later, by the checks above.
    """
    page = read_page(body)
    return page if isinstance(page, dict) else {}


def read_page(body: bytes) -> Any:
    """A page of any shape, for its paging marks; None where the body is no JSON."""
    try:
        return parse_json(body)
    except (ValueError, RecursionError):
        return None
