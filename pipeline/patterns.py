r"""One regular expression with Python's verdict, run by the fast engine where they agree.

Rust's engine (Polars) has no look-around or back-references, folds `İ` and `ı` otherwise,
reads `\w` wider and `$` and `\s` narrower than `re`. So it is asked only for plain strings
(ASCII of one line), and only for patterns made of constructs that both read alike.
"""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl
from polars.exceptions import PolarsError

# The constructs both engines read alike on a plain string; a pattern with any other is slow.
# Named for what they leave out: `\B`, which Rust finds in an empty string; `a++`, `a{ 2}` and
# nested sets, which it reads as repeats and unions; ranges beyond ASCII, which it folds more.
_ALIKE = re.compile(
    r"""(?:
        [^][\\^$.|?*+(){}ıİ]
      | [.^$|)]
      | \\(?: [AdDsSwWafnrtv] | b(?!\{) | x[0-7][0-9A-Fa-f] | [ -/:;=?@[-`{-~] )
      | (?: [*+?] | \{[0-9]+(?:,[0-9]*)?\} )\??+(?![*+?{])
      | \((?!\?)
      | \(\?(?: : | P<[A-Za-z_][A-Za-z0-9_]*> | [ims]+\) | [ims]*-?[ims]+: )
      | \[\^?(?:
            [^][\\&~\-ıİ\x80-\U0010ffff]
          | [\x80-\U0010ffff](?<![ıİ])
          | &(?!&) | ~(?!~) | -(?![-\x80-\U0010ffff])
          | \\(?: [dDsSwWfnrtv] | x[0-7][0-9A-Fa-f] | [ -/:;=?@[-`{-~] )
        )++\]
    )*+""",
    re.VERBOSE,
)
# `$` may stand before a final newline; `\s` takes the separators 1c to 1f.
_NOT_PLAIN = r"[^\x00-\x7f]|[\n\x1c-\x1f]"


class Pattern:
    """A compiled pattern. Raises `re.error` for one that `re` refuses."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._re = _compiled(source)
        self.is_fast = _ALIKE.fullmatch(source) is not None and _fast_engine_takes(source)

    def search(self, text: str) -> re.Match[str] | None:
        return self._re.search(text)

    def matches(self, texts: pl.Series) -> pl.Series:
        """Whether each string contains a match, as `re.search` would say; null for null."""
        if not self.is_fast:
            return self._matches_slowly(texts)
        verdict = texts.str.contains(self.source)
        special = texts.str.contains(_NOT_PLAIN).fill_null(value=False)
        if not special.any():
            return verdict
        return verdict.scatter(special.arg_true(), self._matches_slowly(texts.filter(special)))

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


def _compiled(source: str) -> re.Pattern[str]:
    try:
        return re.compile(source)
    except (OverflowError, RecursionError) as error:
        raise re.error(str(error), source) from error


def _fast_engine_takes(source: str) -> bool:
    try:
        pl.Series([""]).str.contains(source)
    except PolarsError:
        return False
    return True
