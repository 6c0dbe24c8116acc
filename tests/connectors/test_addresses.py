"""One-line British addresses in parts: what does not read as one gives nulls."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.connectors.addresses import normalize_postcodes, split_address


def parts(address: str | None, name: str | None = "Example") -> tuple[str | None, ...]:
    """Street, city, postcode."""
    frame = pl.DataFrame(
        {"address": [address], "name": [name]}, schema={"address": pl.String, "name": pl.String}
    )
    return frame.select(split_address(pl.col("address"), pl.col("name"))).row(0)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param(
            "10 Westbank St, Edinburgh EH15 1DR, UK",
            ("10 Westbank St", "Edinburgh", "EH15 1DR"), id="with the country",
        ),
        pytest.param(
            "10 Westbank St, Edinburgh EH15 1DR", ("10 Westbank St", "Edinburgh", "EH15 1DR"),
            id="without it",
        ),
        pytest.param(
            "1 High St, Edinburgh, EH1 1AA, United Kingdom", ("1 High St", "Edinburgh", "EH1 1AA"),
            id="a comma before the postcode",
        ),
        pytest.param(
            "Unit 3, The Park, Edinburgh EH12 9DT, Scotland",
            ("Unit 3, The Park", "Edinburgh", "EH12 9DT"), id="a street of two parts",
        ),
        pytest.param(
            "1 High St, London SW1A 1AA", ("1 High St", "London", "SW1A 1AA"), id="a London one"
        ),
        pytest.param(
            "1 High St, Edinburgh EH11AA", ("1 High St", "Edinburgh", "EH11AA"),
            id="a postcode in one piece",
        ),
        pytest.param("Edinburgh EH15 1DR, UK", (None, None, "EH15 1DR"), id="no street"),
        pytest.param("EH1 1AA", (None, None, "EH1 1AA"), id="a postcode alone"),
        pytest.param("10 Westbank St, Edinburgh, UK", (None, None, None), id="no postcode"),
        pytest.param(
            "10 Example Str., 12345 Berlin, Germany", (None, None, None), id="another country"
        ),
        pytest.param("Lima", (None, None, None), id="only a town"),
        pytest.param("5N", (None, None, None), id="a code"),
        pytest.param(
            "1 High St, Edinburgh EH1 1AA (rear)", (None, None, None), id="something after it"
        ),
        pytest.param("", (None, None, None), id="empty"),
        pytest.param(None, (None, None, None), id="nothing"),
    ],
)  # fmt: skip
def test_an_address_is_parted_or_left(address: str | None, expected: tuple[str | None, ...]):
    assert parts(address) == expected


@pytest.mark.parametrize(
    ("name", "street"),
    [
        pytest.param("Powerleague Portobello", "10 Westbank St", id="that the name begins with"),
        pytest.param("Other", "Powerleague, 10 Westbank St", id="that the name does not hold"),
        pytest.param(None, "Powerleague, 10 Westbank St", id="of a thing without a name"),
    ],
)
def test_a_first_part_is_left_out_where_it_repeats_the_name(name: str | None, street: str):
    found = parts("Powerleague, 10 Westbank St, Edinburgh EH15 1DR", name)

    assert found == (street, "Edinburgh", "EH15 1DR")


def test_a_street_called_like_the_name_stays():
    assert parts("Example Road, Edinburgh EH1 1AA", "Example Road")[0] == "Example Road"


@pytest.mark.parametrize(
    ("written", "alike"),
    [
        ("EH15 1DR", "EH15 1DR"),
        ("eh151dr", "EH15 1DR"),
        (" EH6  5BB.", "EH6 5BB"),
        ("W1A 1AA", "W1A 1AA"),
        ("EH6 5..", "EH6 5.."),
        ("EH4, UK", "EH4, UK"),
        (None, None),
    ],
)
def test_a_whole_british_postcode_is_written_one_way(written: str | None, alike: str | None):
    texts = pl.Series("postcode", [written], dtype=pl.String)

    assert normalize_postcodes(texts, "GB").to_list() == [alike]
    assert normalize_postcodes(texts, "FR").to_list() == [written]
