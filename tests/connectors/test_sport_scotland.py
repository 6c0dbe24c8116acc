"""The traps of the facility layers and of the merged CSV, one test each; bodies are authored."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from pipeline.errors import ForeignPayloadError
from tests.real_data import real_file
from tests.source_answers import column, extract, failures, pointers, require_expected, seen

CSV_HEAD = (
    "id,name,address,postcode,la_name,town,eastings_x,northing_y,lng,lat,facility_sub_type,surface"
)


def feature(
    number: str, name: str | None = "Example", at: Any = (-3.2, 55.95), **properties: Any
) -> dict[str, Any]:
    """One facility; `number` says its layer."""
    geometry = {"type": "Point", "coordinates": list(at)} if at else None
    return {
        "type": "Feature",
        "id": number,
        "geometry": geometry,
        "properties": {"site_name": name, **properties},
    }


def page(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def pitch(number: int, **more: Any) -> dict[str, Any]:
    return feature(f"pub_spfp.{number}", facility_sub_type="Pitch - Rugby", **more)


def csv(*rows: str) -> str:
    return "\n".join([CSV_HEAD, *rows])


def test_rows_of_one_site_are_one_record_with_counts_and_surfaces():
    found = extract(
        "sport_scotland",
        page(
            pitch(1, surface="Grass"), pitch(2, surface="3G"), pitch(3, surface="Grass"),
            feature("pub_spfsh.9", facility_sub_type="Sports Hall 6+"),
        ),
    )  # fmt: skip

    assert column(found, "entity_name") == ["Example"]
    assert seen(found) == {
        "entity_name": ["Example"],
        "latitude": ["55.95"],
        "longitude": ["-3.2"],
        "facilities.Pitch - Rugby": ["3"],
        "facilities.Sports Hall 6+": ["1"],
        "facility_sub_type": ["Pitch - Rugby", "Sports Hall 6+"],
        "raw_categories": ["Pitch - Rugby", "Sports Hall 6+"],
        "surfaces.Pitch - Rugby": ["Grass", "3G"],
    }
    assert pointers(found, "facilities.Pitch - Rugby") == [
        ["/features/0", "/features/1", "/features/2"]
    ]
    assert pointers(found, "surfaces.Pitch - Rugby") == [
        ["/features/0", "/features/2"], ["/features/1"],
    ]  # fmt: skip
    assert column(found, "derived_from") == [[f"p0#/features/{n}" for n in range(4)]]


def test_sites_apart_are_records_apart():
    found = extract(
        "sport_scotland", page(pitch(1), pitch(2, at=(-3.3, 55.95)), pitch(3, name="Other"))
    )

    assert found.records.select("entity_name", "longitude").rows() == [
        ("Example", -3.2), ("Example", -3.3), ("Other", -3.2),
    ]  # fmt: skip


def test_na_means_missing():
    found = extract(
        "sport_scotland",
        page(
            pitch(1, postcode="NA", address="N/A", surface="NA", management_type="NA", town=" "),
            pitch(2, postcode="EH1 1AA"),
        ),
    )

    record = found.records.row(0, named=True)
    assert (record["street_address"], record["city"]) == (None, None)
    assert record["postcode"] == "EH1 1AA"  # the first row of the site that has one
    assert not {"surfaces.Pitch - Rugby", "management"} & set(seen(found))


def test_column_names_that_drift_from_layer_to_layer_are_known():
    found = extract(
        "sport_scotland",
        page(
            feature("pub_spfsh.1", fac_sub_type="Gymnasium", x=330200, y=674200),
            pitch(2, name="Other", eastings_x=330200, northing_y=674200),
        ),
    )

    kinds = dict(found.records.select("entity_name", "raw_categories").iter_rows())
    assert kinds == {"Example": ["Gymnasium"], "Other": ["Pitch - Rugby"]}
    assert column(found, "position_accuracy_m") == [171, 171]


@pytest.mark.parametrize(
    ("easting", "northing", "accuracy"),
    [
        pytest.param(330200, 674200, 171, id="rounded to 100 m"),  # 100 + 71, half a diagonal
        pytest.param(330210, 674200, None, id="one axis is not"),
        pytest.param(330210, 674292, None, id="to the metre"),
        pytest.param("NA", "NA", None, id="unknown"),
    ],
)
def test_a_rounded_position_says_how_far_off_it_may_be(
    easting: Any, northing: Any, accuracy: float | None
):
    found = extract("sport_scotland", page(pitch(1, eastings_x=easting, northing_y=northing)))

    assert column(found, "position_accuracy_m") == [accuracy]


@pytest.mark.parametrize(
    "geometry",
    [
        pytest.param({"type": "MultiPoint", "coordinates": [[-3.2, 55.95]]}, id="MultiPoint"),
        pytest.param({"type": "Point", "coordinates": [-3.2, 55.95]}, id="Point"),
        pytest.param({"type": "Point", "coordinates": [-3.2, 55.95, 12.0]}, id="with a height"),
    ],
)
def test_geojson_is_longitude_first(geometry: dict[str, Any]):
    found = extract("sport_scotland", page(pitch(1) | {"geometry": geometry}))

    assert (column(found, "latitude"), column(found, "longitude")) == ([55.95], [-3.2])


def test_of_one_site_and_layer_only_the_newest_day_counts():
    old = page(
        pitch(1), pitch(2), pitch(3), feature("pub_spfsc.1", facility_sub_type="Squash Court")
    )
    new = page(pitch(1), pitch(2))

    found = extract("sport_scotland", old, new, days=[0, 30])

    assert seen(found)["facilities.Pitch - Rugby"] == ["2"]
    assert seen(found)["facilities.Squash Court"] == ["1"]  # no newer answer of that layer


def test_pages_of_one_day_add_up_and_a_feature_that_came_twice_counts_once():
    found = extract("sport_scotland", page(pitch(1), pitch(2)), page(pitch(2), pitch(3)))

    assert seen(found)["facilities.Pitch - Rugby"] == ["3"]
    assert pointers(found, "facilities.Pitch - Rugby") == [
        ["/features/0", "/features/1", "p1#/features/1"]
    ]


def test_a_number_given_to_another_site_on_republication_takes_nothing_away():
    old = page(pitch(1), pitch(2), pitch(3, name="Other", at=(-3.3, 55.9)))
    new = page(pitch(1, name="Other", at=(-3.3, 55.9)))

    found = extract("sport_scotland", old, new, days=[0, 30])

    names = column(found, "entity_name")
    assert sorted(names) == ["Example", "Other"]
    assert seen(found, names.index("Example"))["facilities.Pitch - Rugby"] == ["2"]
    assert seen(found, names.index("Other"))["facilities.Pitch - Rugby"] == ["1"]


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(pitch(2, name="Lost", at=None), id="no geometry"),
        pytest.param(pitch(2, name="NA"), id="no name"),
    ],
)
def test_a_row_without_a_site_is_told(lost: dict[str, Any]):
    found = extract("sport_scotland", page(pitch(1), lost))

    assert column(found, "entity_name") == ["Example"]
    assert seen(found)["facilities.Pitch - Rugby"] == ["1"]
    assert failures(found) == [("p0", "/features/1")]
    assert "no name or no position" in found.failures["error"][0]


def test_a_town_in_capitals_is_written_as_people_do():
    found = extract(
        "sport_scotland", page(pitch(1, town="NORTH BERWICK"), pitch(2, name="B", town="Edinburgh"))
    )

    assert column(found, "city") == ["North Berwick", "Edinburgh"]


def test_the_csv_and_the_wfs_say_the_same():
    body = csv(
        'pub_spfp.1,Example,"1 Road, Rear",EH1 1AA,City of Edinburgh,EDINBURGH,330200,674200,-3.2,55.95,Pitch - Rugby,Grass',
        "pub_spfp.2,Example,NA,NA,NA,NA,330200,674200,-3.2,55.95,Pitch - Rugby,NA",
    )
    shared = {"eastings_x": 330200, "northing_y": 674200}
    features = page(
        pitch(1, address="1 Road, Rear", postcode="EH1 1AA", la_name="City of Edinburgh", town="EDINBURGH", surface="Grass", **shared),
        pitch(2, address="NA", **shared),
    )  # fmt: skip

    from_csv = extract("sport_scotland", body, content_type="text/csv")
    from_wfs = extract("sport_scotland", features)

    assert seen(from_csv) == seen(from_wfs)
    kept = pl.exclude("json_pointer", "derived_from")
    assert from_csv.records.select(kept).equals(from_wfs.records.select(kept))
    assert pointers(from_csv, "facilities.Pitch - Rugby") == [["/0", "/1"]]


SEPTIC_TANK = feature("pub_sptk.1", None, source="SEPA")
EXCEPTION = (
    '<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1">'
    "<ows:Exception><ows:ExceptionText>No such layer</ows:ExceptionText></ows:Exception>"
    "</ows:ExceptionReport>"
)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(page(SEPTIC_TANK), "layer 'pub_sptk', expected a facility", id="septic tanks"),
        pytest.param(
            page({"type": "Feature", "id": "pub_spfp.1", "properties": {"NAME": "x"}}),
            r"an item has \['NAME'\], expected site_name", id="other properties",
        ),
        pytest.param(EXCEPTION, "exception: No such layer", id="an exception in a 200"),
        pytest.param({"type": "Feature"}, "expected a FeatureCollection", id="a single feature"),
        pytest.param("a,b\n1,2\n", "the CSV has columns", id="another CSV"),
        pytest.param(CSV_HEAD + "\n", "a header and no row", id="a CSV without rows"),
        pytest.param(
            (CSV_HEAD + "\npub_spfp.1,Caf\xe9").encode("latin-1"), "invalid continuation byte|unexpected end",
            id="another encoding",
        ),
        pytest.param(csv("x" * 200_000), "cut short: field larger than", id="a row without end"),
        pytest.param(csv("pub_spfp.1,Exam"), "cut short: its last row has 2 of", id="half a row"),
    ],
)  # fmt: skip
def test_what_is_no_page_of_facilities_is_refused(body: Any, told: str):
    with pytest.raises(ForeignPayloadError, match=told):
        require_expected("sport_scotland", body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(page(pitch(1)), id="features"),
        pytest.param(page(), id="no features"),
        pytest.param("\ufeff" + csv("pub_spfp.1,x,,,,,,,,,,"), id="a CSV with a byte order mark"),
    ],
)
def test_a_page_of_facilities_is_taken(body: Any):
    require_expected("sport_scotland", body)


def test_the_recorded_septic_tanks_are_refused():
    body = real_file("sport_scotland/wrong_layer_pub_sptk_captured.json").read_bytes()

    with pytest.raises(ForeignPayloadError, match="the right envelope, the wrong data"):
        require_expected("sport_scotland", body)


def test_powerleague_portobello_is_eight_rows_of_the_published_register():
    body = real_file("sport_scotland/facilities_2024-07.csv").read_bytes()
    require_expected("sport_scotland", body)

    found = extract("sport_scotland", body, content_type="text/csv")

    rows = found.records.filter(pl.col("entity_name") == "Powerleague Portobello")["row"].to_list()
    assert len(rows) == 1
    told = seen(found, rows[0])
    assert told["facilities.Pitch - Football (5-a-side)"] == ["8"]
    assert failures(found) == []
    counted = found.observations.filter(pl.col("field").str.starts_with("facilities."))
    assert counted["value"].cast(pl.Int64).sum() == 13_830  # every row of the edition
