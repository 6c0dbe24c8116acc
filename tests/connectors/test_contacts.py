"""Phones, addresses of mail and web, and opening hours in one form, or as they were written."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.connectors.contacts import (
    normalize_emails,
    normalize_hours,
    normalize_phones,
    normalize_urls,
)


def one(normalized: pl.Series) -> str | None:
    assert len(normalized) == 1
    return normalized[0]


def text(value: str) -> pl.Series:
    return pl.Series("value", [value])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("0131 496 0001", "+441314960001", id="a national number"),
        pytest.param("+44 131 496 0001", "+441314960001", id="an international one"),
        pytest.param("0044 131 496 0001", "+441314960001", id="with two noughts for the plus"),
        pytest.param("+44 (0)131 496 0001", "+441314960001", id="with the nought in brackets"),
        pytest.param("(0131) 496-0001", "+441314960001", id="with brackets and a hyphen"),
        pytest.param("tel:+441314960001", "+441314960001", id="as a link"),
        pytest.param("0131 496 0001 ext 5", "+441314960001", id="with an extension"),
        pytest.param("07700 900123", "+447700900123", id="a number kept for fiction"),
        pytest.param("+1 212 555 0100", "+12125550100", id="of another country"),
        pytest.param("0131 496 0001 / 0131 496 0002", "+441314960001", id="two, a slash between"),
        pytest.param("0131 496 0001;0131 496 0002", "+441314960001", id="two, a semicolon between"),
        pytest.param("0131 496 0001, 0131 496 0002", "+441314960001", id="two, a comma between"),
        pytest.param("0131 496 0001 or 07700 900123", "+441314960001", id="two, a word between"),
        pytest.param("0131 / 496 0001", "0131 / 496 0001", id="one parted by a slash stays"),
        pytest.param("0131-496-0001 (desk)", "0131-496-0001 (desk)", id="with a remark stays"),
        pytest.param("116 123", "116 123", id="a short number that no one can dial abroad stays"),
        pytest.param("99999999999999999999", "99999999999999999999", id="too long stays"),
        pytest.param("call us", None, id="no number"),
        pytest.param("-", None, id="a dash"),
    ],
)
def test_phones(written: str, expected: str | None):
    assert one(normalize_phones(text(written), "GB")) == expected


def test_a_phone_is_read_in_the_sources_region():
    assert one(normalize_phones(text("(212) 555-0100"), "US")) == "+12125550100"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("Info@Club.org.uk", "info@club.org.uk", id="capitals"),
        pytest.param(" mailto:a@club.org ", "a@club.org", id="as a link"),
        pytest.param("a@club.org; b@club.org", "a@club.org", id="the first of two"),
        pytest.param("desk at club.org", None, id="no address"),
        pytest.param("a@club", "a@club", id="without a full domain stays"),
    ],
)
def test_emails(written: str, expected: str | None):
    assert one(normalize_emails(text(written))) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("www.club.org", "https://www.club.org/", id="without a scheme"),
        pytest.param("HTTP://Club.ORG:80/a/../b", "http://club.org/b", id="port and dots"),
        pytest.param(
            "https://club.org/p?utm_source=x&id=3&fbclid=y&gclid=z&utm_medium=m#top",
            "https://club.org/p?id=3", id="tracking and fragment",
        ),
        pytest.param(
            "https://maps.google.com/?cid=8301885007665104350&g_mp=Abc",
            "https://maps.google.com/?cid=8301885007665104350", id="the tracking of a map",
        ),
        pytest.param("https://club.org/?a=&b=1", "https://club.org/?a=&b=1", id="an empty value"),
        pytest.param("https://club.org/?q=1&q=2", "https://club.org/?q=1&q=2", id="a key twice"),
        pytest.param("https://bücher.de/ä", "https://xn--bcher-kva.de/%C3%A4", id="umlauts"),
        pytest.param("mailto:a@club.org", None, id="a mail address as a link"),
        pytest.param("a@club.org", None, id="a mail address"),
        pytest.param("see our site www.club.org", None, id="words round an address"),
        pytest.param("ftp://club.org/", None, id="another scheme"),
        pytest.param("http://[::1", None, id="a broken host"),
        pytest.param("localhost", None, id="no domain"),
        pytest.param("n/a", None, id="no address"),
    ],
)  # fmt: skip
def test_urls(written: str, expected: str | None):
    assert one(normalize_urls(text(written))) == expected


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ahtps:/.?&=#%@ üutm_source1[]", max_size=40))
def test_a_normalized_url_stays_as_it_is(written: str):
    first = one(normalize_urls(text(f"https://club.org/{written}")))

    assert first is None or one(normalize_urls(text(first))) == first


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("Mo-Fr 09:00-17:00", "Mo-Fr 09:00-17:00", id="as it should be"),
        pytest.param(
            "Mo 09:00-17:00; Tu 09:00-17:00; We 09:00-17:00", "Mo-We 09:00-17:00", id="days alike"
        ),
        pytest.param("Mo-Su 00:00-24:00", "24/7", id="always"),
        pytest.param("Fr 22:00-02:00", "Fr 22:00-02:00", id="past midnight"),
        pytest.param("Mon-Fri 9am-5pm", "Mon-Fri 9am-5pm", id="words of people stay"),
        pytest.param("Mo-Fr 09:00-25:61", "Mo-Fr 09:00-25:61", id="impossible hours stay"),
    ],
)
def test_opening_hours(written: str, expected: str):
    assert one(normalize_hours(text(written))) == expected


def test_nothing_stays_nothing_and_each_text_keeps_its_place():
    phones = pl.Series(["0131 496 0001", None, "call us", "0131 496 0001"])

    assert normalize_phones(phones, "GB").to_list() == [
        "+441314960001",
        None,
        None,
        "+441314960001",
    ]
    for normalize in (normalize_emails, normalize_urls, normalize_hours):
        assert normalize(pl.Series([None, None], dtype=pl.String)).to_list() == [None, None]
        assert normalize(pl.Series([], dtype=pl.String)).to_list() == []
