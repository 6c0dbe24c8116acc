"""How queries are read: one table, in the words of the Edinburgh lens."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.request import IngestionMode, IngestRequest


def read(lens: CompiledLens, query: str, mode: IngestionMode | None = None) -> QueryFeatures:
    request = IngestRequest(query, 20, 0.8, Decimal(1), mode)
    return QueryFeatures.extract(query, request, lens.vocabulary)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            "Powerleague Portobello",
            {"brands": ("powerleague",), "implied_activities": ("football",),
             "locations": ("portobello",), "terms": ("powerleague",), "is_named_search": True},
            id="a brand and a place name one thing",
        ),
        pytest.param(
            "powerleague",
            {"brands": ("powerleague",), "locations": (), "is_named_search": False,
             "mode": "DISCOVER_MANY"},
            id="a brand alone has many branches",
        ),
        pytest.param(
            "padel edinburgh",
            {"activities": ("padel",), "locations": ("edinburgh",), "terms": ("padel",),
             "looks_like_category_search": True, "has_geo_intent": True, "mode": "DISCOVER_MANY"},
            id="an activity in a place is a category",
        ),
        pytest.param(
            "padel in Portobello, Edinburgh",
            {"locations": ("portobello",), "terms": ("padel",)},
            id="of nested places the narrowest counts",
        ),
        pytest.param(
            "tennis leith or portobello",
            {"locations": ("leith", "portobello"), "activities": ("tennis",)},
            id="places side by side both count",
        ),
        pytest.param(
            "where to play 5-a-side near Leith",
            {"activities": ("football",), "locations": ("leith",), "terms": ("5", "a", "side"),
             "proper_words": ()},
            id="filler means nothing, a phrase is one word",
        ),
        pytest.param(
            "swimming pool with gym",
            {"venue_types": ("fitness_gym", "swimming_pool"), "locations": (),
             "has_geo_intent": False, "looks_like_category_search": True},
            id="kinds of venue, and nowhere in particular",
        ),
        pytest.param(
            "Royal Commonwealth Pool",
            {"proper_words": ("royal", "commonwealth"), "venue_types": ("swimming_pool",),
             "is_named_search": True, "looks_like_category_search": False, "mode": "RESOLVE_ONE"},
            id="words the lens does not know are part of a name",
        ),
        pytest.param(
            "PÁDEL   édinburgh!!",
            {"activities": ("padel",), "locations": ("edinburgh",)},
            id="case, accents, spaces and punctuation do not matter",
        ),
        pytest.param(
            "in the",
            {"terms": (), "locations": (), "proper_words": (), "is_named_search": False,
             "looks_like_category_search": False},
            id="filler alone asks for nothing",
        ),
        pytest.param(
            "", {"words": (), "terms": (), "mode": "DISCOVER_MANY"}, id="nothing at all"
        ),
    ],
)  # fmt: skip
def test_a_query_is_read(lens: CompiledLens, query: str, expected: dict[str, Any]):
    features = read(lens, query)

    assert {name: getattr(features, name) for name in expected} == expected
    assert features == read(lens, query)  # the same words, the same meaning


def test_the_request_has_the_last_word_on_the_mode(lens: CompiledLens):
    many = read(lens, "Powerleague Portobello", IngestionMode.DISCOVER_MANY)
    one = read(lens, "padel edinburgh", IngestionMode.RESOLVE_ONE)

    assert (many.mode, one.mode) == ("DISCOVER_MANY", "RESOLVE_ONE")
    assert many.is_named_search  # what the words say stays


@pytest.mark.parametrize(
    ("query", "box"),
    [
        # the boxes of the lens: edinburgh, portobello, and round leith and portobello
        pytest.param("padel", [55.883, -3.450, 56.005, -3.077], id="no place: the default one"),
        pytest.param("padel portobello", [55.943, -3.130, 55.962, -3.090], id="one place"),
        pytest.param(
            "padel leith portobello", [55.943, -3.195, 55.990, -3.090], id="round both places"
        ),
    ],
)
def test_the_area_is_the_box_round_what_was_named(lens: CompiledLens, query: str, box: list[float]):
    assert read(lens, query).area.as_list() == box


def test_the_report_joins_named_and_implied_activities(lens: CompiledLens):
    report = read(lens, "padel at Powerleague Portobello").as_report()

    assert report == {
        "activities": ["football", "padel"],
        "locations": ["portobello"],
        "brands": ["powerleague"],
        "mode": "RESOLVE_ONE",
    }
