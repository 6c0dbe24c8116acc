r"""One regular expression with Python's verdict, run by the fast engine where they agree.

Rust's engine (Polars) has no look-around or back-references, folds `İ` and `ı` otherwise,
reads `\w` wider and `$` narrower than `re`. So it is asked only for plain ASCII strings of
one line, and only for patterns without the constructs it reads differently.
"""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl
from polars.exceptions import PolarsError

# Rust: set operations in a class, word-edge escapes, bounded repeats without a minimum, and
# the verbose, locale and ASCII flags, all of which `re` reads otherwise or not at all.
_DIFFERS = re.compile(r"&&|--|~~|\[\^?\[|\\[<>]|\\b\{|\{,|\(\?[a-zA-Z]*[xaLu]")


class Pattern:
    """A compiled pattern. Raises `re.error` for one that `re` refuses."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._re = re.compile(source)
        self.is_fast = not _DIFFERS.search(source) and _fast_engine_takes(source)

    def search(self, text: str) -> re.Match[str] | None:
        return self._re.search(text)

    def matches(self, texts: pl.Series) -> pl.Series:
        """Whether each string contains a match, as `re.search` would say; null for null."""
        if not self.is_fast:
            return self._matches_slowly(texts)
        plain = (texts.str.len_bytes() == texts.str.len_chars()) & ~texts.str.contains(
            "\n", literal=True
        )
        verdict = texts.str.contains(self.source)
        if plain.all():
            return verdict
        return verdict.zip_with(plain.fill_null(value=True), self._matches_slowly(texts))

    def _matches_slowly(self, texts: pl.Series) -> pl.Series:
        search = self._re.search
        return pl.Series(
            texts.name,
            [None if text is None else search(text) is not None for text in texts],
            dtype=pl.Boolean,
        )


@lru_cache(maxsize=4096)
def compile_pattern(source: str) -> Pattern:
    """The pattern, compiled once. Raises `re.error`."""
    return Pattern(source)


def _fast_engine_takes(source: str) -> bool:
    try:
        pl.Series([""]).str.contains(source)
    except PolarsError:
        return False
    return True
