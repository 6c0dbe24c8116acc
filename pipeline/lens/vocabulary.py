"""The words a lens knows, found in queries and names: longest phrase first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.lens.contract import Place, VocabularySection
from pipeline.text import fold
from pipeline.values import BoundingBox, GeoPoint

Kind = Literal["activity", "brand", "venue", "place", "filler"]
SECTION_KINDS: dict[str, Kind] = {
    "activities": "activity",
    "brands": "brand",
    "venue_words": "venue",
}
_DEFAULT_RADIUS_M = 1_000.0

# How much a shared word says that two names mean one thing: a proper word counts whole, a
# word the vocabulary explains counts less, because many names hold it.
WORD_WEIGHTS: dict[str, float] = {
    "brand": 1.0,
    "other": 1.0,
    "activity": 0.4,
    "venue": 0.4,
    "generic": 0.4,
    "place": 0.25,
    "region": 0.1,  # a place that holds others: half of all names have it
}
_IDENTIFYING = {"brand", "other", "place", "region"}
_KIND = {"venue", "generic"}


@dataclass(frozen=True)
class Meaning:
    """What a phrase stands for; `value` is a canonical value, a brand or a place."""

    kind: Kind
    value: str


@dataclass(frozen=True)
class Word:
    """One word or phrase of a text; no meaning for a word the vocabulary does not know."""

    text: str
    meanings: tuple[Meaning, ...]

    def values(self, kind: Kind) -> list[str]:
        return [meaning.value for meaning in self.meanings if meaning.kind == kind]


@dataclass(frozen=True)
class Area:
    """A named place: its box and the places that contain it, nearest first."""

    name: str
    box: BoundingBox
    ancestors: tuple[str, ...]


class Vocabulary:
    """The compiled vocabulary section."""

    def __init__(self, section: VocabularySection, generic_words: Iterable[str] = ()) -> None:
        self.default_place = section.default_place
        self.brand_implies = {name: tuple(b.implies) for name, b in section.brands.items()}
        self.areas = _areas(section.places)
        self._regions = {place.inside for place in section.places.values()}
        self._generic = frozenset(fold(word) for word in generic_words)
        self._phrases: dict[tuple[str, ...], tuple[Meaning, ...]] = {}
        for phrase, meaning in _phrases(section):
            known = self._phrases.get(phrase, ())
            if meaning not in known:
                self._phrases[phrase] = (*known, meaning)
        self._longest = max((len(phrase) for phrase in self._phrases), default=1)

    def scan(self, text: str) -> list[Word]:
        """The text's words in order, known phrases in one piece."""
        words = fold(text).split()
        found: list[Word] = []
        start = 0
        while start < len(words):
            size, meanings = self._longest_at(words, start)
            found.append(Word(" ".join(words[start : start + size]), meanings))
            start += size
        return found

    def name_words(self, name: str) -> dict[str, float]:
        """The distinct words of a name with their weights; filler is left out.

        A phrase counts as what it means, so that `Pure Gym` and `PureGym` share a word.
        """
        return {word: WORD_WEIGHTS[kind] for word, kind in self._name_kinds(name)}

    def identifying_words(self, name: str) -> list[str]:
        """The words that say which one it is, not what kind: brands, places, proper words."""
        return sorted({word for word, kind in self._name_kinds(name) if kind in _IDENTIFYING})

    def kind_words(self, name: str) -> list[str]:
        """The words that say what kind of place it is: `centre`, `club`, `pool`."""
        return sorted({word for word, kind in self._name_kinds(name) if kind in _KIND})

    def _name_kinds(self, name: str) -> Iterator[tuple[str, str]]:
        for word in self.scan(name):
            if not word.meanings:
                yield word.text, self._plain_kind(word.text)
            elif word.meanings[0].kind != "filler":
                meaning = word.meanings[0]
                is_region = meaning.kind == "place" and meaning.value in self._regions
                yield meaning.value, "region" if is_region else meaning.kind

    def area(self, name: str) -> Area:
        return self.areas[name]

    def with_outer(self, names: Iterable[str]) -> set[str]:
        """These places and every place that contains one of them."""
        listed = set(names)
        return listed | {outer for name in listed for outer in self.areas[name].ancestors}

    def places_spoken_of(self, text: str) -> set[str]:
        """The places that a text names, and every place that contains them."""
        return self.with_outer(place for word in self.scan(text) for place in word.values("place"))

    def narrowest(self, names: Iterable[str]) -> list[str]:
        """The places that contain no other place of the list, sorted."""
        listed = set(names)
        outer = {ancestor for name in listed for ancestor in self.areas[name].ancestors}
        return sorted(listed - outer)

    def phrase_set(self, kinds: Iterable[Kind]) -> frozenset[str]:
        """Every phrase that can mean one of these kinds of thing."""
        wanted = set(kinds)
        return frozenset(
            " ".join(phrase)
            for phrase, meanings in self._phrases.items()
            if any(meaning.kind in wanted for meaning in meanings)
        )

    def _plain_kind(self, word: str) -> str:
        says_little = word in self._generic or word.isdigit() or len(word) == 1
        return "generic" if says_little else "other"

    def _longest_at(self, words: list[str], start: int) -> tuple[int, tuple[Meaning, ...]]:
        for size in range(min(self._longest, len(words) - start), 0, -1):
            meanings = self._phrases.get(tuple(words[start : start + size]))
            if meanings:
                return size, meanings
        return 1, ()


def _phrases(section: VocabularySection) -> Iterator[tuple[tuple[str, ...], Meaning]]:
    for value, term in section.activities.items():
        yield from _spellings(term.keywords, Meaning("activity", value))
    for value, brand in section.brands.items():
        yield from _spellings(brand.keywords, Meaning("brand", value))
    for value, term in section.venue_words.items():
        yield from _spellings(term.keywords, Meaning("venue", value))
    for value, place in section.places.items():
        yield from _spellings(place.keywords, Meaning("place", value))
    for word in section.filler:
        yield from _spellings([word], Meaning("filler", word))


def _spellings(
    keywords: Iterable[str], meaning: Meaning
) -> Iterator[tuple[tuple[str, ...], Meaning]]:
    for keyword in keywords:
        phrase = tuple(fold(keyword).split())
        if phrase:
            yield phrase, meaning


def _areas(places: Mapping[str, Place]) -> dict[str, Area]:
    return {
        name: Area(name, place_box(place), tuple(_ancestors(name, places)))
        for name, place in places.items()
    }


def _ancestors(name: str, places: Mapping[str, Place]) -> Iterator[str]:
    seen = {name}
    parent = places[name].inside
    while parent is not None and parent in places and parent not in seen:
        seen.add(parent)
        yield parent
        parent = places[parent].inside


def place_box(place: Place) -> BoundingBox:
    """The place's box, or the square round its point."""
    if place.box is not None:
        return BoundingBox(*place.box)
    point = GeoPoint(*(place.point or (0.0, 0.0)))
    return point.box_around(place.radius_m or _DEFAULT_RADIUS_M)
