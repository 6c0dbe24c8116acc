"""One way to fold text, so that names, queries and slugs compare alike everywhere."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import category

from anyascii import anyascii

_APOSTROPHE = re.compile(r"['’`´]")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
# Control characters and marks of direction: a terminal obeys them.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower-case ASCII words with one space between them; `Łódź – Café` is `lodz cafe`.

    An apostrophe joins (`Heriot's` is `heriots`), an ampersand reads `and`, all other
    punctuation parts words.
    """
    if not text.isascii():  # a picture has a name in ASCII, and nobody wrote it
        text = "".join(" " if category(c) == "So" else c for c in text)
    plain = anyascii(text).casefold().replace("&", " and ")
    return _NOT_WORD.sub(" ", _APOSTROPHE.sub("", plain)).strip()


def printable(text: str) -> str:
    """Text of a stranger as a terminal may show it: on one line, commanding nothing."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def slugify(text: str) -> str:
    """A URL-safe name; text without a letter or digit gives an empty slug."""
    return fold(text).replace(" ", "-")
