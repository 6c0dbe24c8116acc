"""One venue of the crowd in the words of each source: layer and document of every row."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.simulators.businesses import establishment
from tests.simulators.grid import grid

if TYPE_CHECKING:
    from tests.simulators.crowd import Venue

Documents = Iterator[tuple[str, dict[str, Any]]]
_FIRST_ID = 9_800_000_000  # above every real number, and below those of the sample
_ID = 100  # numbers that a venue may use


def serper(venue: Venue, chance: random.Random) -> Documents:
    """One or two pages: the venue's own, and perhaps a directory's."""
    slug = venue.name.lower().replace(" ", "-")
    snippet = f"Tennis and padel courts at {venue.street}, Edinburgh."
    yield (
        "",
        {
            "title": f"{venue.name} | Edinburgh",
            "link": f"https://{slug}.example/",
            "snippet": snippet,
        },
    )
    if chance.random() < 0.3:
        title = f"{venue.name} - Places to play in Edinburgh"
        yield (
            "",
            {
                "title": title,
                "link": f"https://directory.example/{slug}",
                "snippet": f"{venue.name}: {venue.courts} courts.",
            },
        )


def google_places(venue: Venue, chance: random.Random) -> Documents:
    """A rating may be missing, and it comes as a whole number or not."""
    latitude, longitude = venue.near(chance, 20)
    place: dict[str, Any] = {
        "id": f"synthetic-crowd-{venue.seed}-{venue.number:04d}",
        "types": [*venue.kind.google, "point_of_interest", "establishment"],
        "formattedAddress": f"{venue.street}, Edinburgh {venue.postcode}, UK",
        "location": {"latitude": latitude, "longitude": longitude},
        "googleMapsUri": f"https://maps.google.com/?cid={9_900_000_000_000_000_000 + venue.number}",
        "businessStatus": "OPERATIONAL",
        "displayName": {"text": _spelt(venue.name, chance), "languageCode": "en"},
    }
    if chance.random() < 0.8:
        place["rating"] = chance.choice([3.9, 4, 4.3, 4.6, 5])
        place["userRatingCount"] = chance.randint(1, 400)
    if chance.random() < 0.7:
        place["internationalPhoneNumber"] = f"+44 131 496 0{venue.number % 1000:03d}"
    if chance.random() < 0.5:
        place["websiteUri"] = f"https://{venue.name.lower().replace(' ', '-')}.example/"
    yield "", place


def openstreetmap(venue: Venue, chance: random.Random) -> Documents:
    """An outline with a name, and its courts without."""
    latitude, longitude = venue.near(chance, 10)
    first = _FIRST_ID + venue.number * _ID
    tags = {"leisure": venue.kind.leisure, "sport": venue.kind.sport, "name": venue.name}
    if chance.random() < 0.6:
        number, _, street = venue.street.partition(" ")
        tags |= {"addr:housenumber": number, "addr:street": street, "addr:city": "Edinburgh"}
    if chance.random() < 0.6:
        tags["addr:postcode"] = venue.postcode
    if chance.random() < 0.4:
        tags["access"] = chance.choice(["yes", "customers", "members"])
    yield "", _way(first, latitude, longitude, 0.0006, tags)
    for court in range(venue.courts):
        east = longitude + (court - venue.courts / 2) * 0.0002
        of_court = {"leisure": "pitch", "sport": "padel" if court % 3 == 2 else "tennis"}
        if chance.random() < 0.5:
            of_court["surface"] = chance.choice(["hard", "artificial_turf", "clay"])
        yield "", _way(first + (court + 1) * 10, latitude, east, 0.00008, of_court)


def sport_scotland(venue: Venue, chance: random.Random) -> Documents:
    """A row per facility, all at one position; one in four is rounded to 100 m."""
    latitude, longitude = venue.near(chance, 30)
    easting, northing = grid(latitude, longitude)
    if chance.random() < 0.25:
        easting, northing = round(easting, -2), round(northing, -2)
    fid = 80_000_000 + venue.number * _ID
    for layer, sub_type in venue.kind.facilities:
        for _ in range(venue.courts if "Court" in sub_type else 1):
            fid += 1
            x, y = ("x", "y") if layer == "pub_spfsh" else ("eastings_x", "northing_y")
            of_type = "fac_sub_type" if layer in {"pub_spfsh", "pub_spfsp"} else "facility_sub_type"
            properties = {
                "fid": fid, "site_name": venue.name, "address": venue.street, "postcode": venue.postcode,
                "town": "Edinburgh", "la_name": "City of Edinburgh", x: easting, y: northing, of_type: sub_type,
                "sh_date_uploaded": "2024-04-09",
            }  # fmt: skip
            yield (
                layer,
                _feature(f"{layer}.{fid}", "MultiPoint", [[longitude, latitude]], properties),
            )


def edinburgh_council(venue: Venue, chance: random.Random) -> Documents:
    """Empty texts, blanks and nulls all mean that nothing is known."""
    latitude, longitude = venue.near(chance, 15)
    layer, kind, activities = venue.kind.council
    properties = {
        "OBJECTID": 10_000 + venue.number,
        "GlobalID": "{"
        + str(uuid.uuid5(uuid.NAMESPACE_OID, f"{venue.seed} {venue.number}")).upper()
        + "}",
        "FACILITY_NAME": _spelt(venue.name, chance),
        "FACILITY_TYPE": kind,
        "ACTIVITIES": activities,
        "ACCESS_TYPE": chance.choice(["Public", "Pay and play", "Members", " "]),
        "OPERATOR": chance.choice(["Edinburgh Leisure", " ", None]),
        "DESCRIPTION": f"{venue.courts} tennis courts" if chance.random() < 0.5 else None,
        "ADDRESS": venue.street,
        "TOWN": "Edinburgh",
        "WARD": None,
        "POSTCODE": venue.postcode,
        "TELEPHONE": f"0131 496 0{venue.number % 1000:03d}" if chance.random() < 0.6 else "",
        "EMAIL": None,
        "WEB_PAGE": None,
    }
    document = _feature(properties["OBJECTID"], "Point", [longitude, latitude], properties)
    document.pop("geometry_name")
    yield f"{layer}/FeatureServer/0", document


def open_charge_map(venue: Venue, chance: random.Random) -> Documents:
    """A charge point in the car park, under the venue's name."""
    latitude, longitude = venue.near(chance, 60)
    number = 9_800_000 + venue.number
    yield "", {
        "DataProvider": {"ID": 1, "Title": "Open Charge Map Contributors", "License": "Licensed under Creative Commons Attribution 4.0 International (CC BY 4.0)", "IsOpenDataLicensed": True},
        "OperatorInfo": {"ID": 0, "Title": "Charge Place Example"},
        "UsageType": {"ID": 4, "Title": "Public - Membership Required"},
        "StatusType": chance.choice([{"ID": 50, "Title": "Operational"}, None]),
        "ID": number,
        "UUID": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{venue.seed} charger {venue.number}")).upper(),
        "DataProviderID": 1,
        "DataProvidersReference": None,
        "UsageCost": chance.choice(["£0.45/kWh", None]),
        "AddressInfo": {
            "ID": number, "Title": venue.name, "AddressLine1": venue.street, "AddressLine2": None,
            "Town": "Edinburgh", "StateOrProvince": "Edinburgh", "Postcode": venue.postcode, "CountryID": 1,
            "Country": {"ISOCode": "GB"}, "Latitude": latitude, "Longitude": longitude,
            "ContactTelephone1": None, "ContactEmail": None, "RelatedURL": None, "Distance": None, "DistanceUnit": 2,
        },
        "Connections": [{"ID": number, "ConnectionTypeID": 25, "ConnectionType": {"ID": 25, "Title": "Type 2 (Socket Only)"}, "LevelID": 2, "Level": {"ID": 2, "Title": "Level 2 : Medium (Over 2kW)"}, "PowerKW": 7, "Quantity": 2}],
        "NumberOfPoints": chance.choice([1, 2, None]),
        "StatusTypeID": 50,
        "UserComments": None,
        "MediaItems": None,
        "IsRecentlyVerified": False,
    }  # fmt: skip


def food_hygiene(venue: Venue, chance: random.Random) -> Documents:
    """The café of the venue, often shouting; Scotland passes or does not, and gives no scores."""
    latitude, longitude = venue.near(chance, 40)
    outcome = chance.choice(
        [("Pass", "fhis_pass_en-gb"), ("Improvement Required", "fhis_improvement_required_en-gb")]
    )
    name = venue.name.upper() if chance.random() < 0.3 else venue.name
    spot = (str(longitude), str(latitude)) if chance.random() < 0.85 else (None, None)
    yield "", establishment(
        980_000 + venue.number, name, (1, "Restaurant/Cafe/Canteen"), venue.street, "Edinburgh",
        venue.postcode, outcome, "2024-05-14", *spot,
    )  # fmt: skip


def _spelt(name: str, chance: random.Random) -> str:
    """A name as somebody else would write it."""
    return chance.choice(
        [name, name, name.replace(" and ", " & "), f"The {name}", f"{name}, Edinburgh"]
    )


def _feature(
    number: Any, kind: str, coordinates: Any, properties: dict[str, Any]
) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {
        "type": "Feature",
        "id": number,
        "geometry": geometry,
        "geometry_name": "geom",
        "properties": properties,
    }


def _way(
    number: int, latitude: float, longitude: float, size: float, tags: dict[str, str]
) -> dict[str, Any]:
    """A rectangle round a position, of a size in degrees."""
    south, west = round(latitude - size / 2, 7), round(longitude - size / 2, 7)
    north, east = round(latitude + size / 2, 7), round(longitude + size / 2, 7)
    corners = [(south, west), (south, east), (north, east), (north, west), (south, west)]
    return {
        "type": "way",
        "id": number,
        "bounds": {"minlat": south, "minlon": west, "maxlat": north, "maxlon": east},
        "nodes": [*range(number + 1, number + 5), number + 1],
        "geometry": [{"lat": lat, "lon": lon} for lat, lon in corners],
        "tags": tags,
    }
