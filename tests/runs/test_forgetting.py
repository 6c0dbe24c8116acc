"""Which texts are forgotten with a purged answer, and which somebody else still says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.runs.forgetting import REMOVED, Forgotten, changed_reports, forgotten

GONE = forgotten(
    {"Example Hall", "Plain Hall", "A", "Łódź Halle"},
    living={"plain  hall", "Other"},
    marks={"p_1", "pages"},
)


def scrubbed(report: Any, gone: Forgotten = GONE) -> Any:
    return json.loads(gone.scrub(json.dumps(report)))


@pytest.mark.parametrize(
    ("slug", "is_gone"),
    [
        pytest.param("example-hall", True, id="the name's own"),
        pytest.param("example-hall-leith", True, id="with a place behind it"),
        pytest.param("lodz-halle", True, id="folded"),
        pytest.param("plain-hall", False, id="of a name that is said today"),
        pytest.param("example-halls", False, id="of a longer word"),
        pytest.param("the-example-hall", False, id="that only ends so"),
        pytest.param("e_0123", False, id="an id"),
        pytest.param("", False, id="none"),
    ],
)
def test_slugs_made_from_a_forgotten_name_are_told_from_others(slug: str, is_gone: bool):
    assert GONE.is_slug(slug) is is_gone
    assert GONE.is_cause(f"the slug was '{slug}'") is is_gone


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("Example Hall", REMOVED, id="the name"),
        pytest.param("example-hall", REMOVED, id="its slug"),
        pytest.param("found Example Hall, twice", f"found {REMOVED}, twice", id="in a sentence"),
        pytest.param("Example Hallway", "Example Hallway", id="part of a longer word"),
        pytest.param("Plain Hall", "Plain Hall", id="said by others"),
        pytest.param("A", REMOVED, id="a short name alone"),
        pytest.param("A name", "A name", id="a short name in a sentence"),
    ],
)
def test_texts_of_a_report_lose_the_names(text: str, left: str):
    assert scrubbed({"entities": [{"entity_name": text}]}) == {"entities": [{"entity_name": left}]}


def test_warnings_that_tell_of_the_answer_go_whole():
    report = {"warnings": ["pages: p_1/organic/0: found 'text'", "p_2: something else"]}

    assert scrubbed(report) == {"warnings": [REMOVED, "p_2: something else"]}


def test_numbers_and_the_words_of_the_query_stay():
    report = {"query": "Example Hall", "stages": {"groups": {"in": 3, "seconds": 0.5}}, "a": None}

    assert scrubbed(report) == report


def test_only_changed_reports_are_written_again():
    reports = {"one": '{ "a": "Example Hall" }', "two": '{ "a":  1 }'}

    assert changed_reports(reports, GONE.scrub) == {"one": f'{{"a":"{REMOVED}"}}'}
