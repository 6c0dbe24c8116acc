"""Folding: names, queries and slugs compare alike everywhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text import fold, slugify


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("Łódź – Café", "lodz cafe", id="accents and a dash"),
        pytest.param("CAFÉ", "cafe", id="capitals"),
        pytest.param("Cafe\u0301", "cafe", id="an accent as a mark of its own"),
        pytest.param("Straße", "strasse", id="sharp s"),
        pytest.param("İstanbul Işık", "istanbul isik", id="both i's of Turkish"),
        pytest.param("Heriot's", "heriots", id="straight apostrophe"),
        pytest.param("Heriot’s", "heriots", id="curly apostrophe"),
        pytest.param(
            "Heriot‘s Heriot`s Heriot´s", "heriots heriots heriots", id="marks used as apostrophes"
        ),
        pytest.param("Bar & Grill", "bar and grill", id="ampersand with spaces"),
        pytest.param("B&B", "b and b", id="ampersand without spaces"),
        pytest.param("Ｂ＆Ｂ", "b and b", id="full-width forms"),
        pytest.param(
            "St. John's (Upper), No.2", "st johns upper no 2", id="punctuation parts words"
        ),
        pytest.param("snake_case/slash-dash", "snake case slash dash", id="joined words"),
        pytest.param("  a\u00a0\t b\n", "a b", id="blanks of every kind"),
        pytest.param("Αθήνα", "athina", id="Greek"),
        pytest.param("Москва", "moskva", id="Cyrillic"),
        pytest.param("東京", "dongjing", id="Chinese characters"),
        pytest.param("½", "1 2", id="a fraction"),
        pytest.param("", "", id="empty"),
        pytest.param(" –’— ", "", id="marks only"),
    ],
)
def test_text_folds_to_plain_words(text: str, folded: str):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        pytest.param("The King's Head & Garden", "the-kings-head-and-garden", id="a name"),
        pytest.param("Ærøskøbing Søbad", "aeroskobing-sobad", id="letters of other alphabets"),
        pytest.param("???", "", id="nothing to say"),
    ],
)
def test_a_slug_is_the_folded_words_joined(text: str, slug: str):
    assert slugify(text) == slug


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20))
def test_any_text_folds_to_ascii_words_and_folds_no_further(text: str):
    folded = fold(text)

    assert re.fullmatch(r"([0-9a-z]+( [0-9a-z]+)*)?", folded)
    assert fold(folded) == folded
    assert re.fullmatch(r"([0-9a-z]+(-[0-9a-z]+)*)?", slugify(text))
