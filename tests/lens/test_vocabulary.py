"""Words of queries and names: longest phrase first, folded, with every meaning they have."""

from __future__ import annotations

from math import cos, radians

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lens.compiled import CompiledLens
from pipeline.lens.contract import Place, VocabularySection
from pipeline.lens.vocabulary import Meaning, Vocabulary, place_box
from pipeline.text import fold

TOWN = {"box": [50.0, 0.0, 51.0, 1.0]}
PARK = {"box": [50.2, 0.2, 50.4, 0.4], "inside": "town"}
GREEN = {"box": [50.3, 0.3, 50.35, 0.35], "inside": "park"}


def vocabulary(**sections: object) -> Vocabulary:
    """A vocabulary of a town, a park in it and a green in the park, plus what is given."""
    places = {
        "town": {"keywords": ["Town"], **TOWN},
        "park": {"keywords": ["King's Park", "Kings Parc"], **PARK},
        "green": {"keywords": ["the green"], **GREEN},
    }
    plain = {"default_place": "town", "places": places} | sections
    return Vocabulary(VocabularySection.model_validate(plain), ["hall"])


def scanned(words: Vocabulary, text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(w.text, [(m.kind, m.value) for m in w.meanings]) for w in words.scan(text)]


def test_the_longest_phrase_wins():
    words = vocabulary(
        activities={"golf": {"keywords": ["golf"]}},
        venue_words={"course": {"keywords": ["golf course", "golf course bar"]}},
    )

    assert scanned(words, "Golf Course Bar, golf course; golf") == [
        ("golf course bar", [("venue", "course")]),
        ("golf course", [("venue", "course")]),
        ("golf", [("activity", "golf")]),
    ]


def test_a_phrase_that_only_begins_is_taken_word_by_word():
    words = vocabulary(venue_words={"course": {"keywords": ["golf course"]}})

    assert scanned(words, "golf coach") == [("golf", []), ("coach", [])]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("King's Park", id="an apostrophe"),
        pytest.param("KING’S  PARK", id="capitals, a curly one and two blanks"),
        pytest.param("kings-park", id="a hyphen"),
        pytest.param("Kíngs Pàrk", id="accents"),
        pytest.param("Kings Parc", id="another spelling"),
    ],
)
def test_spellings_fold_to_one(text: str):
    found = scanned(vocabulary(), text)

    assert [meanings for _, meanings in found] == [[("place", "park")]]


def test_a_word_keeps_each_of_its_meanings():
    words = vocabulary(
        activities={"swimming": {"keywords": ["baths"]}, "bathing": {"keywords": ["Baths"]}},
        venue_words={"pool": {"keywords": ["baths"]}},
        filler=["the"],
    )

    (_, baths) = words.scan("the baths")

    assert baths.meanings == (
        Meaning("activity", "swimming"),
        Meaning("activity", "bathing"),
        Meaning("venue", "pool"),
    )
    assert baths.values("activity") == ["swimming", "bathing"]
    assert baths.values("place") == []


def test_an_empty_text_has_no_words():
    assert vocabulary().scan(" - ! ") == []


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aàGolf ’-&çüØ courseTHE", max_size=40))
def test_scanning_loses_no_word(text: str):
    words = vocabulary(venue_words={"course": {"keywords": ["golf course"]}}, filler=["the"])

    assert " ".join(word.text for word in words.scan(text)) == fold(text)


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        pytest.param(["town", "park"], ["park"], id="the inner of two"),
        pytest.param(["green", "town"], ["green"], id="across one between them"),
        pytest.param(["green", "park", "town"], ["green"], id="the inmost of three"),
        pytest.param(["town"], ["town"], id="one alone"),
        pytest.param([], [], id="none"),
    ],
)
def test_the_narrowest_places_are_kept(names: list[str], kept: list[str]):
    assert vocabulary().narrowest(names) == kept


def test_places_side_by_side_are_both_kept(lens: CompiledLens):
    assert lens.vocabulary.narrowest(["leith", "edinburgh", "dalry"]) == ["dalry", "leith"]
    assert lens.vocabulary.area("leith").ancestors == ("edinburgh",)
    assert lens.vocabulary.with_outer(["leith"]) == {"leith", "edinburgh"}
    assert lens.vocabulary.places_spoken_of("Padel, Leith") == {"leith", "edinburgh"}
    assert lens.vocabulary.places_spoken_of("Padel") == set()


def test_name_words_weigh_by_what_they_tell():
    words = vocabulary(
        activities={"golf": {"keywords": ["golf"]}},
        brands={"acme": {"keywords": ["Acme Co"], "implies": []}},
        venue_words={"club": {"keywords": ["club", "clubhouse"]}},
        filler=["the", "of"],
    )

    weights = words.name_words("The Acme Co Golf Club of Town, Kings Park Hall No 7 Zed")

    assert weights == {
        "acme": 1.0,
        "zed": 1.0,
        "no": 1.0,
        "golf": 0.4,
        "club": 0.4,
        "hall": 0.4,  # a generic word of the lens
        "7": 0.4,  # a number
        "town": 0.1,  # holds other places
        "park": 0.1,  # holds the green
    }
    assert words.name_words("the green") == {"green": 0.25}  # holds nothing


def test_identifying_words_say_which_and_kind_words_what():
    words = vocabulary(
        activities={"golf": {"keywords": ["golf"]}},
        venue_words={"club": {"keywords": ["golf club"]}},
        filler=["the"],
    )
    name = "The Zed Golf Club Hall, Town"

    assert words.identifying_words(name) == ["town", "zed"]
    assert words.kind_words(name) == ["club", "hall"]


def test_two_spellings_of_a_brand_share_their_word(lens: CompiledLens):
    one = lens.vocabulary.name_words("Pure Gym Leith")
    other = lens.vocabulary.name_words("PureGym, Leith")

    assert one == other == {"puregym": 1.0, "leith": 0.25}


def test_phrase_set_is_every_spelling_of_these_kinds():
    words = vocabulary(
        activities={"golf": {"keywords": ["Golf"]}},
        brands={"acme": {"keywords": ["Acme Co."], "implies": []}},
    )

    assert words.phrase_set(["activity", "brand"]) == {"golf", "acme co"}
    assert words.phrase_set([]) == frozenset()


def test_the_box_of_a_point_is_the_square_round_it():
    box = place_box(Place(keywords=["x"], point=(60.0, 10.0), radius_m=2226.4))

    # 2,226.4 m / 111,320 m per degree = 0.02 degrees; at 60 north a degree east is half as far.
    assert box.south == pytest.approx(59.98)
    assert box.north == pytest.approx(60.02)
    assert box.west == pytest.approx(9.96)
    assert box.east == pytest.approx(10.04)


def test_a_point_without_radius_reaches_a_kilometre():
    box = place_box(Place(keywords=["x"], point=(0.0, 0.0)))

    assert box.north == pytest.approx(1000 / 111_320)
    assert box.east == pytest.approx(1000 / (111_320 * cos(radians(0))))
    assert (box.south, box.west) == (-box.north, -box.east)


def test_the_box_of_a_place_with_a_box_is_that_box():
    assert place_box(Place(keywords=["x"], box=(1, 2, 3, 4))).as_list() == [1, 2, 3, 4]
