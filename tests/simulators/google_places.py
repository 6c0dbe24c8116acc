"""Google Places (New): text search and details, both masked field by field."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import unquote

from tests.simulators.api import Api, number
from tests.simulators.messages import Asked, Fault, Reply, instead, json_reply
from tests.simulators.rows import Row, found, vocabulary_of

MOST = 60  # rows of one search, over all pages
FIELDS = frozenset({
    "id", "name", "displayName", "types", "primaryType", "primaryTypeDisplayName",
    "googleMapsTypeLabel", "nationalPhoneNumber", "internationalPhoneNumber", "formattedAddress",
    "shortFormattedAddress", "postalAddress", "addressComponents", "plusCode", "location",
    "viewport", "rating", "userRatingCount", "googleMapsUri", "websiteUri", "regularOpeningHours",
    "currentOpeningHours", "utcOffsetMinutes", "timeZone", "businessStatus", "movedPlace",
    "movedPlaceId", "pureServiceAreaBusiness", "photos", "reviews", "editorialSummary",
    "containingPlaces", "subDestinations", "accessibilityOptions", "parkingOptions",
    "paymentOptions", "goodForChildren", "evChargeOptions", "attributions", "priceLevel",
    "openingDate",
})  # fmt: skip
_NO_MASK = (
    "FieldMask is a required parameter. See https://cloud.google.com/apis/docs/system-parameters on how to "
    "provide it. As an example, you can set the header 'X-Goog-FieldMask' with value "
    "'places.displayName,places.id' to ask for the display name and the place ID of a place."
)


def refusal(code: int, status: str, message: str) -> Reply:
    return json_reply({"error": {"code": code, "message": message, "status": status}}, code)


def invalid(message: str) -> Reply:
    return refusal(400, "INVALID_ARGUMENT", message)


def _reordered(asked: Asked, sound: Reply) -> Reply:
    """The same content in another order, as it really comes from call to call."""
    answer = json.loads(sound.body)
    for place in answer.get("places", []):
        place["types"] = place.get("types", [])[::-1]
    if "places" in answer:
        answer["places"].reverse()
    return json_reply(answer, sound.status)


class GooglePlaces(Api):
    """`POST /places:searchText` and `GET /places/{id}`."""

    name = "google_places"
    telling = ("textQuery", "pageToken")
    base_path = "/v1"
    key = "simulated-key-of-google"
    million = ('{"places":[', '{"id":"synthetic-%d"}', "]}")
    faults: ClassVar[Mapping[str, Fault]] = {
        "rate_limited": instead(refusal(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'SearchTextRequest' and limit 'SearchTextRequest per minute' of service 'places.googleapis.com'.")),
        "quota": instead(refusal(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'SearchTextRequest' and limit 'SearchTextRequest per day' of service 'places.googleapis.com'.")),
        "server_error": instead(refusal(500, "INTERNAL", "Internal error encountered.")),
        "unavailable": instead(refusal(503, "UNAVAILABLE", "The service is currently unavailable.")),
        "gateway_timeout": instead(refusal(504, "DEADLINE_EXCEEDED", "Deadline exceeded.")),
        "denied": instead(refusal(403, "PERMISSION_DENIED", "Places API (New) has not been used in this project before or it is disabled.")),
        "dead_id": instead(refusal(404, "NOT_FOUND", "The Place ID is no longer valid. Please refresh cached Place IDs.")),
        "error_in_200": instead(json_reply({"error_message": "You're calling a legacy API, which is not enabled for your project.", "html_attributions": [], "results": [], "status": "REQUEST_DENIED"})),
        "reordered": _reordered,
    }  # fmt: skip

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__(rows)
        self.vocabulary = vocabulary_of(self.rows)
        self.by_id = {row.key: row for row in self.rows}

    def answer(self, asked: Asked) -> Reply:
        path = self.path_of(asked)
        key = asked.headers.get("x-goog-api-key") or asked.params.get("key")
        if not key:
            return refusal(
                403,
                "PERMISSION_DENIED",
                "Method doesn't allow unregistered callers (callers without established identity).",
            )
        if key != self.key:
            return invalid("API key not valid. Please pass a valid API key.")
        mask = (
            asked.headers.get("x-goog-fieldmask")
            or asked.params.get("fields")
            or asked.params.get("$fields")
        )
        if not mask:
            return invalid(_NO_MASK)
        if asked.method == "POST" and path == "/places:searchText":
            return self._search(asked, mask)
        if asked.method == "GET" and path.startswith("/places/"):
            return self._details(unquote(path.removeprefix("/places/")), mask)
        return refusal(404, "NOT_FOUND", "Method not found.")

    def _details(self, place_id: str, mask: str) -> Reply:
        """Fields of a place stand in the mask as they are, without `places.`."""
        unknown = _unknown(mask.split(","))
        if unknown:
            return invalid(
                f"Error expanding 'fields' parameter. Cannot find matching fields for path '{unknown}'."
            )
        row = self.by_id.get(place_id)
        if row is None:
            return refusal(
                404,
                "NOT_FOUND",
                "The Place ID is no longer valid. Please refresh cached Place IDs.",
            )
        return json_reply(masked(row.document, mask.split(",")))

    def _search(self, asked: Asked, mask: str) -> Reply:
        body, names = asked.json, mask.split(",")
        paths = [name.removeprefix("places.") for name in names if name.startswith("places.")]
        others = (
            set(names) - {f"places.{path}" for path in paths} - {"nextPageToken", "places", "*"}
        )
        unknown = _unknown(paths) or next(iter(sorted(others)), None)
        if unknown:
            return invalid(
                f"Error expanding 'fields' parameter. Cannot find matching fields for path '{unknown}'."
            )
        wrong = _wrong(body)
        if wrong:
            return invalid(wrong)
        start = _offset(body)
        if start is None:
            return invalid(
                "Request parameters do not match those of the request that issued the page token."
            )
        if {"*", "places"} & set(names):
            paths = ["*"]
        return self._page(body, paths, start, tells_next=bool({"nextPageToken", "*"} & set(names)))

    def _page(
        self, body: Mapping[str, Any], paths: list[str], start: int, *, tells_next: bool
    ) -> Reply:
        """Up to 20 rows. Without any the answer is `{}`; the next page is told only if asked for."""
        given = number(body.get("pageSize", body.get("maxResultCount")), 20) or 20
        size = min(given, 20)
        rows = [
            row
            for row in found(self.rows, body["textQuery"], self.vocabulary)
            if _is_inside(row, body)
        ][:MOST]
        answer: dict[str, Any] = {}
        page = rows[start : start + size]
        if page and paths:
            answer["places"] = [masked(row.document, paths) for row in page]
        if tells_next and start + size < len(rows):
            answer["nextPageToken"] = _token(body, start + size)
        return json_reply(answer)


def masked(document: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """The named fields, or fields within fields, of those that the document has."""
    if "*" in paths:
        return dict(document)
    kept: dict[str, Any] = {}
    for path in paths:
        name, _, inner = path.partition(".")
        if name == "name" and "id" in document:
            kept["name"] = f"places/{document['id']}"
        elif name in document:
            value = document[name]
            inside = isinstance(value, dict) and inner
            kept[name] = kept.get(name, {}) | masked(value, [inner]) if inside else value
    return kept


def _unknown(paths: Sequence[str]) -> str | None:
    return next(
        (path for path in paths if path != "*" and path.partition(".")[0] not in FIELDS), None
    )


def _wrong(body: Mapping[str, Any]) -> str | None:
    """What is wrong with the body of a search, if anything."""
    query, restriction = body.get("textQuery"), body.get("locationRestriction")
    if not isinstance(query, str) or not query.strip():
        return "Empty text_query."
    if number(body.get("pageSize", 0), 0) < 0:
        return "Invalid page_size: must not be negative."
    if restriction is not None and "locationBias" in body:
        return "locationBias and locationRestriction cannot both be set."
    if restriction is not None and set(restriction) != {"rectangle"}:
        return "locationRestriction takes a rectangle."
    return None


def _is_inside(row: Row, body: Mapping[str, Any]) -> bool:
    rectangle = (body.get("locationRestriction") or {}).get("rectangle")
    if rectangle is None:
        return True
    low, high = rectangle["low"], rectangle["high"]
    return row.touches(low["latitude"], low["longitude"], high["latitude"], high["longitude"])


def _token(body: Mapping[str, Any], offset: int) -> str:
    """A token holds for the search that it was given for."""
    return base64.urlsafe_b64encode(f"{_print_of(body)}:{offset}".encode()).decode()


def _offset(body: Mapping[str, Any]) -> int | None:
    """Where the page begins; None for a foreign token."""
    if not body.get("pageToken"):
        return 0
    try:
        of, _, offset = base64.urlsafe_b64decode(body["pageToken"]).decode().partition(":")
    except ValueError:
        return None
    return int(offset) if of == str(_print_of(body)) else None


def _print_of(body: Mapping[str, Any]) -> int:
    fixed = {k: v for k, v in body.items() if k not in {"pageToken", "pageSize", "maxResultCount"}}
    return zlib.crc32(json.dumps(fixed, sort_keys=True).encode())
