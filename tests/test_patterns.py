"""A pattern gives the verdict of Python's `re` on every string, whichever engine ran it."""

from __future__ import annotations

import re
import string

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.patterns import Pattern, compile_pattern

# `re` warns of sets that may one day nest; this test asks for just those.
pytestmark = pytest.mark.filterwarnings("ignore:Possible (nested set|set):FutureWarning")

LETTERS = [*"abiIkKsSzZ019_ -.,:éıİſß²٣中", "\u212a", "\u0301"]
SYNTAX = [
    *"|^$()[]{}*+?\\&~<>=!#/",
    r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\B", r"\A", r"\Z", r"\n", r"\x1c", r"\u0131",
    "(?i)", "(?s)", "(?m)", "(?:", "(?i:", "(?-i:", "(?P<n>", "(?=", "(?!", "(?<=", "(?<!", "(?>", r"\1",
    "{2}", "{1,2}", "{,2}", "{ 2}", "++", "*+", "?+",
    "[a-z]", "[^a-z]", "[[:alpha:]]", "[a[b]]", "[a&&b]", "[a-c--b]", "[a~~b]", "[é-ÿ]", "[^ı]", "[\\s\\S]",
]  # fmt: skip
TEXTS = [
    *LETTERS,
    *"|()[]{}*+?\\&~",
    "\n",
    "\r",
    "\t",
    "\x0b",
    "\x1c",
    "\x1f",
    "\x85",
    "\xa0",
    "ẞ",
    "ς",
    "\u2028",
]

# Half of them simple enough for the fast engine, half anything at all.
atoms = st.sampled_from(
    [*"abkKsiI1 _-", "é", r"\w", r"\s", r"\S", r"\d", r"\b", ".", "[a-z]", "[^s]", r"\.", r"\x41"]
)
repeats = st.sampled_from(["", "", "", "*", "+", "?", "*?", "{2}", "{1,}"])
simple = st.tuples(
    st.sampled_from(["", "(?i)", "(?s)", "(?im)"]),
    st.sampled_from(["", "^"]),
    st.lists(
        st.builds("({}{}|{})".format, atoms, repeats, atoms)
        | st.builds(str.__add__, atoms, repeats),
        max_size=4,
    ).map("".join),
    st.sampled_from(["", "$", r"\b"]),
).map("".join)
wild = st.lists(st.sampled_from(LETTERS + SYNTAX), min_size=1, max_size=7).map("".join)
texts = st.lists(
    st.none() | st.lists(st.sampled_from(TEXTS), max_size=6).map("".join), min_size=1, max_size=12
)


def compiles(source: str) -> bool:
    try:
        re.compile(source)
    except re.error:
        return False
    return True


def verdicts(source: str, strings: list[str | None]) -> list[bool | None]:
    return Pattern(source).matches(pl.Series("text", strings, dtype=pl.String)).to_list()


def verdicts_of_re(source: str, strings: list[str | None]) -> list[bool | None]:
    return [None if text is None else re.search(source, text) is not None for text in strings]


@settings(max_examples=700, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given((simple | wild).filter(compiles), texts)
def test_any_pattern_gives_the_verdict_of_re_on_any_string(source: str, strings: list[str | None]):
    assert verdicts(source, strings) == verdicts_of_re(source, strings)


@pytest.mark.parametrize(
    ("source", "text", "matches"),
    [
        pytest.param(r"club$", "golf club\n", True, id="dollar before a final newline"),
        pytest.param(r"club\Z", "golf club\n", False, id="the very end"),
        pytest.param(r"a.b", "a\nb", False, id="a dot takes no newline"),
        pytest.param(r"^\w+$", "e\u0301te\u0301", False, id="a combining mark is no letter"),
        pytest.param(r"^\w+$", "été", True, id="an accented letter is one"),
        pytest.param(r"\bcafé\b", "le café noir", True, id="word boundary beside an accent"),
        pytest.param(r"(?i)ÉTÉ", "été", True, id="case of accented letters"),
        pytest.param(r"(?i)^i$", "ı", True, id="dotless i, folded by re alone"),
        pytest.param(r"(?i)^ı$", "i", True, id="dotless i in the pattern"),
        pytest.param(r"(?i)^[^ı]$", "i", False, id="dotless i left out of a set"),
        pytest.param(r"(?i)^k$", "\u212a", True, id="the Kelvin sign"),
        pytest.param(r"(?i)straße", "STRASSE", False, id="sharp s is one letter"),
        pytest.param(r"\s", "\x1c", True, id="a file separator is a blank"),
        pytest.param(r"\S", "\x1f", False, id="a unit separator is nothing else"),
        pytest.param(r"\d", "٣", True, id="a digit of another script"),
        pytest.param(r"\B", "", False, id="no inner edge in nothing"),
        pytest.param(r"a++a", "aaa", False, id="a possessive repeat gives nothing back"),
        pytest.param(r"a{ 2}", "aa", False, id="a spaced count is literal"),
        pytest.param(r"a{ 2}", "a{ 2}", True, id="a spaced count stands for itself"),
        pytest.param(r"^[a[b]]$", "a", False, id="sets do not nest"),
        pytest.param(r"^[a[b]]$", "a]", True, id="the bracket after a set is literal"),
        pytest.param(r"^[a&&b]$", "&", True, id="ampersands in a set are literal"),
        pytest.param(r"[a[:digit:]]", "5", False, id="no POSIX classes"),
        pytest.param(r"(?<!table )tennis", "table tennis", False, id="look-behind"),
        pytest.param(r"(\w)\1", "book", True, id="back-reference"),
        pytest.param(r"(?#note)a", "a", True, id="comment"),
    ],
)  # fmt: skip
def test_where_engines_differ_python_is_right(source: str, text: str, matches: bool):
    assert (re.search(source, text) is not None) is matches

    assert verdicts(source, [text]) == [matches]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(r"(?i)\b(gym|fitness|david lloyd)\b", id="words"),
        pytest.param(r"^\s*(soccer|five-a-side)\s*$", id="anchored, with a dash"),
        pytest.param(r"(?i)\b(football|[57]-a-side)\b", id="a set"),
        pytest.param(r"(?i)(?P<count>\d+) courts?( \d{1,2})?", id="groups and counts"),
        pytest.param(r"(?i)café|straße", id="accented letters"),
        pytest.param(r"[A-Za-z_][\w.-]*@\w+?\.(?:com|org)", id="sets with escapes"),
        pytest.param(r"pay (and|&) play \(all\)", id="escaped brackets"),
    ],
)
def test_everyday_patterns_run_on_the_fast_engine(source: str):
    assert Pattern(source).is_fast


@pytest.mark.parametrize(
    "source", [r"(?<!a)b", r"(?=a)", r"(a)\1", r"\B", "a++", "[a&&b]", "(?i)ı", "a{1000}{"]
)
def test_what_the_fast_engine_reads_otherwise_is_told_slow(source: str):
    assert not Pattern(source).is_fast


def test_a_pattern_too_large_for_the_fast_engine_is_run_by_re():
    source = r"^(\w{50}){500}$"

    assert not Pattern(source).is_fast
    assert verdicts(source, ["a" * 25_000, "a" * 24_999]) == [True, False]


def test_case_is_folded_alike_between_ascii_and_every_other_letter():
    # Letters whose other case is ASCII: only these could make a fast verdict differ.
    related = [
        letter
        for letter in map(chr, range(0x80, 0x1_0000))
        if not 0xD800 <= ord(letter) < 0xE000
        and set(letter.lower() + letter.upper() + letter.casefold()) & set(string.ascii_letters)
    ]

    wrong = [
        (source, ascii_letter)
        for letter in related
        for source in (f"(?i)^{letter}$", f"(?i)^[^{letter}]$", f"(?i)^[a{letter}]$")
        for ascii_letter in "iIkKsSfFaA"
        if verdicts(source, [ascii_letter]) != verdicts_of_re(source, [ascii_letter])
    ]

    assert {"ı", "İ", "ſ", "\u212a"} <= set(related)
    assert not wrong


def test_a_long_column_is_answered_row_by_row():
    strings = ["Golf club", None, "golf\n", "été", "", "GOLF"] * 1000

    answered = verdicts("(?i)golf$", strings)

    assert answered == [False, None, True, False, False, True] * 1000


def test_a_column_of_nulls_or_of_nothing_stays_so():
    assert verdicts("a", [None, None]) == [None, None]
    assert verdicts("a", []) == []
    assert verdicts("(?=a)", [None]) == [None]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("(", id="open group"),
        pytest.param("[a", id="open set"),
        pytest.param("*", id="nothing to repeat"),
        pytest.param("a{99999999999}", id="count beyond any memory"),
        pytest.param("(?<n>a)", id="another language's syntax"),
        pytest.param(r"\p{Lu}", id="unknown escape"),
    ],
)
def test_a_pattern_that_python_refuses_raises_one_kind_of_error(source: str):
    with pytest.raises(re.error):
        Pattern(source)


def test_one_source_is_compiled_once():
    assert compile_pattern("(?i)once") is compile_pattern("(?i)once")


def test_a_fast_pattern_also_searches_one_text():
    found = compile_pattern(r"(\d+) courts").search("has 12 courts")

    assert found is not None
    assert found[1] == "12"
