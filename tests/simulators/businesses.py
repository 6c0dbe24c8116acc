"""A few food businesses of sports venues, authored on the skeleton of the register's JSON.

Facts from the Edinburgh edition of 13 November 2020 (Food Standards Agency, Open Government
Licence v3.0): number, name, type, address, postcode, outcome, its date, and position. The rest
of each row is the skeleton's.
"""

from __future__ import annotations

from typing import Any

_PUB, _CAFE = (7843, "Pub/bar/nightclub"), (1, "Restaurant/Cafe/Canteen")
_PASS = ("Pass", "fhis_pass_en-gb")
_IMPROVE = ("Improvement Required", "fhis_improvement_required_en-gb")
_FACTS: tuple[tuple[Any, ...], ...] = (
    (663374, "Powerleague Portobello Community Club", _PUB, "10 Westbank Street", "", "EH15 1DR", _IMPROVE, "2018-07-25", "-3.118316", "55.957079"),
    (663368, "Powerleague Sighthill Community Club", _PUB, "66 Bankhead Drive", "", "EH11 4EQ", _PASS, "2018-04-03", "-3.297101", "55.927966"),
    (663061, "AINSLIE PARK LEISURE CENTRE", _CAFE, "92 Pilton Drive", "", "EH5 2HF", _PASS, "2015-10-16", "-3.230429", "55.972023"),
    (522531, "EDINBURGH SPORTS CLUB", _CAFE, "7 Belford Place", "Edinburgh", "EH4 3DH", _PASS, "2011-05-31", "-3.225256", "55.949817"),
    (523062, "Royal Commonwealth Pool", _CAFE, "21 Dalkeith Road", "", "EH16 5BB", _PASS, "2019-05-03", "-3.172746", "55.939204"),
    (662950, "David Lloyd Leisure Centre & Fourth Element", _PUB, "Newhaven Place", "", "EH6 4LX", _PASS, "2011-02-10", "-3.190572", "55.983278"),
    (522489, "R V S Astley Ainslie Hospital", _CAFE, "143 Grange Loan", "", "", _PASS, "2014-09-08", None, None),
)  # fmt: skip


def establishment(  # noqa: PLR0917  # the columns of the table above
    fhrs_id: int, name: str, kind: tuple[int, str], street: str, town: str, postcode: str,
    outcome: tuple[str, str], rated_on: str, longitude: str | None, latitude: str | None,
) -> dict[str, Any]:  # fmt: skip
    """A row of the register with every key that the API gives; Scotland has no scores."""
    return {
        "FHRSID": fhrs_id, "ChangesByServerID": 0, "LocalAuthorityBusinessID": "",
        "BusinessName": name, "BusinessType": kind[1], "BusinessTypeID": kind[0],
        "AddressLine1": street, "AddressLine2": town, "AddressLine3": "", "AddressLine4": "",
        "PostCode": postcode, "Phone": "", "RatingValue": outcome[0], "RatingKey": outcome[1],
        "RatingDate": f"{rated_on}T00:00:00", "LocalAuthorityCode": "773",
        "LocalAuthorityName": "Edinburgh (City of)",
        "LocalAuthorityWebSite": "http://www.edinburgh.gov.uk/foodsafety", "LocalAuthorityEmailAddress": "",
        "scores": {"Hygiene": None, "Structural": None, "ConfidenceInManagement": None},
        "SchemeType": "FHIS", "geocode": {"longitude": longitude, "latitude": latitude},
        "RightToReply": "", "Distance": None, "NewRatingPending": False, "links": [],
    }  # fmt: skip


def businesses() -> list[dict[str, Any]]:
    return [establishment(*facts) for facts in _FACTS]
