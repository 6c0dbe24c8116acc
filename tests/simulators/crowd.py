"""A crowd of made-up venues: where they are, what they are called, and which sources know them.

Everything follows from the number of venues and the seed. Every venue has tennis and padel
courts, so that one search is answered by all of them; what else there is differs.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from tests.simulators import crowd_documents
from tests.simulators.rows import SOURCES, Rows, row_of

_PREFIXES = ("", "Over ", "Nether ", "Easter ", "Mains of ")
_ONSETS = (
    "ash", "birk", "carn", "dun", "elm", "fern", "gor", "hazel", "inver", "kil", "lang",
    "mor", "nor", "oak", "pen", "quar", "rowan", "sil", "thorn", "under", "wester", "yew",
)  # fmt: skip
_ENDS = (
    "bank", "brae", "burn", "croft", "dale", "field", "gate", "haugh", "hill", "holm", "knowe",
    "law", "lea", "loch", "muir", "ridge", "shaw", "side", "stane", "toun", "wood",
)  # fmt: skip
_STREETS = ("Avenue", "Crescent", "Drive", "Gardens", "Grove", "Lane", "Place", "Road", "Terrace")
_SOUTH, _WEST, _NORTH, _EAST = 55.890, -3.440, 56.000, -3.085
MOST = len(_PREFIXES) * len(_ONSETS) * len(_ENDS)
# How many of a hundred venues a source knows; the map knows each, else a venue might be nowhere.
_KNOWN = {
    "openstreetmap": 100, "google_places": 90, "serper": 60, "sport_scotland": 80,
    "edinburgh_council": 50, "open_charge_map": 30, "food_hygiene": 40,
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What a venue is, in the words of each source; facilities are (layer, sub type)."""

    suffix: str
    leisure: str
    sport: str
    google: tuple[str, ...]
    council: tuple[str, str, str]  # layer, type, activities
    facilities: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Venue:
    """A thing of the crowd as it really is; sources see it through `crowd_documents`."""

    number: int
    name: str
    street: str
    postcode: str
    latitude: float
    longitude: float
    courts: int
    kind: Kind
    seed: int

    def chance(self, source: str) -> random.Random:
        """The luck that a venue has with one source, the same every time."""
        return random.Random(f"{self.seed} {self.number} {source}")

    def near(self, chance: random.Random, metres: float) -> tuple[float, float]:
        """A position that is up to so many metres off, north and east."""
        north, east = (chance.uniform(-metres, metres) / 111_195 for _ in "ne")
        east /= math.cos(math.radians(self.latitude))
        return round(self.latitude + north, 7), round(self.longitude + east, 7)


_OUTDOOR, _INDOOR = ("pub_spfotc", "Outdoor Tennis Court"), ("pub_spfitc", "Indoor Tennis Court")
KINDS = (
    Kind("Tennis Centre", "sports_centre", "tennis;padel", ("sports_complex", "sports_activity_location"),
         ("Outdoor_Pitches_and_Courts", "Tennis Courts", "Tennis"), (_OUTDOOR,)),
    Kind("Padel Centre", "sports_centre", "padel;tennis", ("sports_complex", "sports_activity_location"),
         ("Sports_Clubs", "Sports Centre", "Padel, Tennis"), (_INDOOR,)),
    Kind("Leisure Centre", "sports_centre", "swimming;tennis;padel", ("swimming_pool", "sports_complex"),
         ("Sports_and_Leisure_Centres", "Leisure Centre", "Swimming, Tennis"), (("pub_spfsp", "Swimming Pool - Main"), _OUTDOOR)),
    Kind("Squash and Tennis Club", "sports_centre", "squash;tennis;padel", ("sports_club", "sports_activity_location"),
         ("Sports_Clubs", "Sports Club", "Squash, Tennis"), (("pub_spfsc", "Squash Court"), _OUTDOOR)),
    Kind("Fitness and Tennis Gym", "fitness_centre", "fitness;tennis;padel", ("gym", "fitness_center"),
         ("Fitness_Gyms", "Gym", "Fitness, Tennis"), (("pub_spffs", "Fitness Suite - Weights And CV"), _INDOOR)),
)  # fmt: skip


def crowd(size: int, seed: int = 0) -> list[Venue]:
    """So many venues, evenly spread over the city, each under a name of its own."""
    if size > MOST:
        raise ValueError(f"a crowd of {size} has no names of its own, expected at most {MOST}")
    chance = random.Random(seed)
    plain = [f"{onset}{end}".capitalize() for onset in _ONSETS for end in _ENDS]
    chance.shuffle(plain)
    names = [prefix + name for prefix in _PREFIXES for name in plain]
    columns = math.ceil(math.sqrt(size * 1.6))  # the city is wider than high
    lines = math.ceil(size / columns)
    step_north, step_east = (_NORTH - _SOUTH) / lines, (_EAST - _WEST) / columns
    return [
        Venue(
            number=number,
            name=f"{names[number]} {KINDS[number % len(KINDS)].suffix}",
            street=f"{chance.randint(1, 90)} {names[number]} {chance.choice(_STREETS)}",
            postcode=f"EH{chance.randint(1, 17)} {chance.randint(1, 9)}{''.join(chance.choices('ABDEFGHJLNPQRSTUWXYZ', k=2))}",
            latitude=round(_SOUTH + (number // columns + chance.uniform(0.3, 0.7)) * step_north, 7),
            longitude=round(_WEST + (number % columns + chance.uniform(0.3, 0.7)) * step_east, 7),
            courts=chance.randint(1, 6),
            kind=KINDS[number % len(KINDS)],
            seed=seed,
        )
        for number in range(size)
    ]


def crowd_rows(size: int, seed: int = 0) -> Rows:
    """What the sources publish of a crowd."""
    rows: Rows = {source: [] for source in SOURCES}
    for venue in crowd(size, seed):
        for source in SOURCES:
            if venue.chance(f"{source} knows").randrange(100) >= _KNOWN[source]:
                continue
            documents = getattr(crowd_documents, source)(venue, venue.chance(source))
            rows[source] += [
                row_of(source, document, layer, "tennis padel edinburgh")
                for layer, document in documents
            ]
    return rows
