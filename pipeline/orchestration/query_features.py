"""How a query is read, computed once, deterministic."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.lens.routing import spoken
from pipeline.lens.vocabulary import SECTION_KINDS, Vocabulary, Word
from pipeline.orchestration.request import IngestionMode, IngestRequest
from pipeline.text import fold
from pipeline.values import BoundingBox


@dataclass(frozen=True)
class QueryFeatures:
    """The meaning of a query in the words of one lens.

    `spoken` is the folded query between blanks; `sections` are the sections of the vocabulary
    that a word of it belongs to. `activities` are named in the query, `implied_activities`
    follow from its brands; `locations` are the narrowest places named, `places` these, and
    all that contain them or the area asked for; `proper_words` mean nothing to the lens and
    so are part of a name; `terms` are all words but places and filler. `called` is the
    folded query where it may be a full name: of several words, and not all of them say what
    kind of thing is wanted. `area` is where to ask; `asked_area` what the request itself
    names, which goes before places.
    """

    query: str
    spoken: str
    sections: tuple[str, ...]
    words: tuple[Word, ...]
    activities: tuple[str, ...]
    implied_activities: tuple[str, ...]
    venue_types: tuple[str, ...]
    brands: tuple[str, ...]
    locations: tuple[str, ...]
    places: tuple[str, ...]
    proper_words: tuple[str, ...]
    terms: tuple[str, ...]
    called: str
    area: BoundingBox
    asked_area: BoundingBox | None
    looks_like_category_search: bool
    has_geo_intent: bool
    is_named_search: bool
    mode: IngestionMode

    @classmethod
    def extract(cls, query: str, request: IngestRequest, vocabulary: Vocabulary) -> QueryFeatures:
        """Read a query with a lens's vocabulary."""
        words = tuple(vocabulary.scan(query))
        activities = _values(words, "activity")
        venues = _values(words, "venue")
        brands = _values(words, "brand")
        locations = tuple(vocabulary.narrowest(_values(words, "place")))
        proper = tuple(word.text for word in words if not word.meanings)
        is_named = bool(proper) or (bool(brands) and bool(locations))
        guessed = IngestionMode.RESOLVE_ONE if is_named else IngestionMode.DISCOVER_MANY
        return cls(
            query=query,
            spoken=spoken(query),
            sections=_sections(words),
            words=words,
            activities=activities,
            implied_activities=tuple(
                sorted({a for brand in brands for a in vocabulary.brand_implies[brand]})
            ),
            venue_types=venues,
            brands=brands,
            locations=locations,
            places=_with_outer(locations, request.area, vocabulary),
            proper_words=proper,
            terms=tuple(
                part
                for word in words
                if not word.values("place") and not word.values("filler")
                for part in word.text.split()
            ),
            called=_called(query, words),
            area=request.area or _area(locations, vocabulary),
            asked_area=request.area,
            looks_like_category_search=bool(activities or venues) and not is_named,
            has_geo_intent=bool(locations) or request.area is not None,
            is_named_search=is_named,
            mode=request.ingestion_mode or guessed,
        )

    def wanted_boxes(self, vocabulary: Vocabulary) -> list[tuple[str, BoundingBox]]:
        """The places asked for, with a name where the lens has one; none: everywhere."""
        if self.asked_area:
            return [("", self.asked_area)]
        return [(name, vocabulary.area(name).box) for name in self.locations]

    def as_report(self) -> dict[str, object]:
        """The interpretation as a run's report shows it."""
        activities = sorted({*self.activities, *self.implied_activities})
        return {
            "activities": activities,
            "locations": list(self.locations),
            "brands": list(self.brands),
            "mode": str(self.mode),
        }


def _values(words: tuple[Word, ...], kind: str) -> tuple[str, ...]:
    found = {m.value for word in words for m in word.meanings if m.kind == kind}
    return tuple(sorted(found))


def _sections(words: tuple[Word, ...]) -> tuple[str, ...]:
    kinds = {meaning.kind for word in words for meaning in word.meanings}
    return tuple(section for section, kind in SECTION_KINDS.items() if kind in kinds)


def _with_outer(
    locations: tuple[str, ...], asked: BoundingBox | None, vocabulary: Vocabulary
) -> tuple[str, ...]:
    round_it = {
        name for name, area in vocabulary.areas.items() if asked and area.box.contains(asked)
    }
    return tuple(sorted(vocabulary.with_outer(locations) | round_it))


def _area(locations: tuple[str, ...], vocabulary: Vocabulary) -> BoundingBox:
    """The box round every place named, or of the lens's default place."""
    boxes = [vocabulary.area(name).box for name in locations or (vocabulary.default_place,)]
    return BoundingBox(
        min(box.south for box in boxes),
        min(box.west for box in boxes),
        max(box.north for box in boxes),
        max(box.east for box in boxes),
    )


def _called(query: str, words: tuple[Word, ...]) -> str:
    telling = [word for word in words if not word.values("filler")]
    is_name = any(not (word.values("activity") or word.values("venue")) for word in telling)
    return fold(query) if is_name and len(telling) > 1 else ""
