"""The skeleton of a row of the register of food businesses, as its JSON API gives it."""

from __future__ import annotations

from typing import Any


def establishment(  # noqa: PLR0917  # a row of a table
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
