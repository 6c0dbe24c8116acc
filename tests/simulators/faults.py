"""How an API misbehaves: faults of every HTTP service here, those of one API in its module.

A fault takes what was asked and the sound answer, and gives what is answered instead.
"""

from __future__ import annotations

import json
import random
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from tests.simulators.api import Api
from tests.simulators.messages import HTML, Asked, Fault, Reply, text_reply

MEGABYTE = 1 << 20
RETRY_AFTER_S = 1
HEAVY = ("hang", "huge", "million")  # never drawn by chance unless named
_NAMES = {"title", "text", "name", "site_name", "FACILITY_NAME", "Title", "BusinessName"}
_MARK = "\ue000"  # a private character, replaced by what must not stand in a text
_PORTAL = text_reply(
    "<!doctype html><html><head><title>Sign in</title></head><body>Please sign in to use this network.</body></html>",
    200,
    HTML,
)
_GATEWAY = text_reply(
    "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>",
    502,
    HTML,
)
Move = Callable[[float, float], tuple[float, float]]


def _moved(move: Move) -> Fault:
    """Every position of the answer, moved."""

    def fault(_asked: Asked, sound: Reply) -> Reply:
        return _rewritten(sound, lambda document: _walk_spots(document, move))

    return fault


def _marked(mark: bytes) -> Fault:
    """Every name of the answer with bytes in it that do not belong there."""

    def fault(_asked: Asked, sound: Reply) -> Reply:
        marked = _rewritten(sound, _walk_names)
        return replace(marked, body=marked.body.replace(_MARK.encode(), mark))

    return fault


def _rewritten(sound: Reply, change: Callable[[Any], Any]) -> Reply:
    """The answer with a changed document; what is no JSON stays as it is."""
    try:
        document = json.loads(sound.body)
    except ValueError:
        return sound
    return replace(sound, body=json.dumps(change(document), ensure_ascii=False).encode())


def _walk_spots(value: Any, move: Move) -> Any:
    if isinstance(value, list):
        if len(value) > 1 and all(isinstance(part, int | float) for part in value):
            latitude, longitude = move(float(value[1]), float(value[0]))
            return [longitude, latitude]
        return [_walk_spots(inner, move) for inner in value]
    if not isinstance(value, dict):
        return value
    changed = {name: _walk_spots(inner, move) for name, inner in value.items()}
    for lat, lon in (("lat", "lon"), ("latitude", "longitude"), ("Latitude", "Longitude")):
        if value.get(lat) is not None and value.get(lon) is not None:
            kind = type(value[lat])  # the register writes its positions as texts
            spot = move(float(value[lat]), float(value[lon]))
            changed[lat], changed[lon] = (kind(part) if kind is str else part for part in spot)
    return changed


def _walk_names(value: Any) -> Any:
    if isinstance(value, list):
        return [_walk_names(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        name: inner + _MARK if name in _NAMES and isinstance(inner, str) else _walk_names(inner)
        for name, inner in value.items()
    }


def _huge(_asked: Asked, sound: Reply) -> Reply:
    """A hundred megabytes without a length, and no end in sight."""

    def pieces() -> Iterator[bytes]:
        yield b'{"padding":"'
        for _ in range(100):
            yield b"x" * MEGABYTE
        yield b'"}'

    return sound.travelling(pieces=pieces)


def _million_of(api: Api) -> Fault:
    head, item, tail = api.million
    places = item.count("%d")

    def pieces() -> Iterator[bytes]:
        yield head.encode()
        for start in range(1, 1_000_001, 10_000):
            items = (item % ((n,) * places) for n in range(start, start + 10_000))
            yield ("" if start == 1 else ",").encode() + ",".join(items).encode()
        yield tail.encode()

    return lambda _asked, sound: sound.travelling(pieces=pieces)


_COMMON: dict[str, Fault] = {
    "html": lambda _asked, _sound: _PORTAL,
    "bad_gateway": lambda _asked, _sound: _GATEWAY,
    "half_json": lambda _asked, sound: replace(sound, body=sound.body[: len(sound.body) // 2]),
    "empty_body": lambda _asked, sound: replace(sound, body=b""),
    "slow": lambda _asked, sound: sound.travelling(slow=True),
    "drip": lambda _asked, sound: sound.travelling(drips=True),
    "hang": lambda _asked, sound: sound.travelling(hangs=True),
    "dropped": lambda _asked, sound: sound.travelling(drops=True),
    "cut": lambda _asked, sound: sound.travelling(cut_after=0.5),
    "huge": _huge,
    "not_utf8": _marked(b"\xff\xfe"),
    "nul": _marked(b"\\u0000"),
    "nan": _moved(lambda _lat, _lon: (float("nan"), float("nan"))),
    "zero_latitude": _moved(lambda _lat, lon: (0.0, lon)),
    "swapped_axes": _moved(lambda lat, lon: (lon, lat)),
}


@lru_cache(maxsize=64)
def faults_of(api: Api) -> dict[str, Fault]:
    """Every way in which an API can misbehave, by name."""
    faults = _COMMON | dict(api.faults) | {"million": _million_of(api)}
    if api.name != "serper":  # it never says how long to wait
        limited = faults["rate_limited"]
        faults["retry_after"] = lambda asked, sound: replace(
            limited(asked, sound), headers={"Retry-After": str(RETRY_AFTER_S)}
        )
    return faults


class Faults:
    """What one simulator will do wrong, and when: a script, a standing fault, or chance.

    Chance hangs on the seed, the request and how often that request came, never on the order
    in which requests happen to arrive.
    """

    def __init__(self, api: Api) -> None:
        self.known = faults_of(api)
        self._script: deque[str] = deque()
        self._standing: str | None = None
        self._rate, self._seed, self._drawn = 0.0, 0, tuple[str, ...]()
        self._came: Counter[str] = Counter()

    def next(self, *names: str, times: int = 1) -> None:
        """Let the coming requests meet these faults one after another; "" is a sound answer."""
        for name in [*names] * times:
            self._script.append(self._checked(name))

    def always(self, name: str) -> None:
        """Let every request that no script provides for meet this fault."""
        self._standing = self._checked(name)

    def misbehave(self, rate: float, seed: int = 0, names: Iterable[str] = ()) -> None:
        """Let a share of the requests (0 to 1) meet one of these faults, or any that is not heavy."""
        light = sorted(set(self.known) - set(HEAVY))
        self._drawn = tuple(self._checked(name) for name in names) or tuple(light)
        self._rate, self._seed = rate, seed

    def behave(self) -> None:
        """Answer soundly from now on."""
        self._script.clear()
        self._standing, self._rate = None, 0.0

    def choose(self, asked: Asked) -> str | None:
        """The fault that this request meets."""
        if self._script:
            return self._script.popleft() or None
        if self._standing:
            return self._standing
        return self._by_chance(asked) if self._rate else None

    def _by_chance(self, asked: Asked) -> str | None:
        said = f"{asked.method} {asked.path} {sorted(asked.params.items())} {asked.body!r}"
        self._came[said] += 1
        chance = random.Random(f"{self._seed} {said} {self._came[said]}")
        return _pick(chance, self._drawn) if chance.random() < self._rate else None

    def _checked(self, name: str) -> str:
        if name and name not in self.known:
            raise ValueError(f"fault is {name!r}, expected one of {sorted(self.known)}")
        return name


def _pick(chance: random.Random, names: Sequence[str]) -> str:
    return names[chance.randrange(len(names))]
