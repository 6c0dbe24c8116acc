"""XML bodies to flat frames: one row per record element, cut and read by column.

Records of one structure are judged once: where every wanted element stands in it at most once
and at its place, one pattern per column reads it. Any other record is read by a parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from pipeline.columns import map_distinct
from pipeline.connectors.decoding import FAILURES, SEPARATOR, Decoded
from pipeline.connectors.markup import MarkupError, decode_markup, read_element, read_elements

_ATTRIBUTES = r"""((?:\s+[^\s<>/="'&]+\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*)"""
_ANY_ATTRIBUTES = _ATTRIBUTES.replace("&", "")  # entities in values too
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
# What no pattern can vouch for: characters XML forbids, and the end of a section.
_DOUBTFUL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]|\]\]>"


def decode_xml(payload_id: str, body: bytes, record: str, paths: Sequence[str]) -> Decoded:
    """The texts at `paths` (`Position/Latitude`) in each `record` element, null where empty.

    The pointer of the n-th record is `/n`. A record that is malformed costs itself alone;
    records do not nest.
    """
    text = decode_markup(body)
    whole = _read_whole(text, record)
    if whole is None:
        cut = _cut(text, record)
        is_plain = cut["problem"].is_null() & _are_plain(cut["text"], paths)
        plain = cut.filter(is_plain).select("n", *(_column(path) for path in paths))
        parsed, failed = _parse_each(cut.filter(~is_plain), paths)
        rows = pl.concat([plain, parsed]).sort("n")
    else:
        rows, failed = _as_rows(enumerate(whole), paths), pl.DataFrame(schema=_FAILED)
    located = [pl.lit(payload_id).alias("payload_id"), pl.format("/{}", "n").alias("json_pointer")]
    failures = failed.select(*located, "error").cast(FAILURES)
    return Decoded(rows.select(*located, *paths), failures)


def read_records(body: bytes, record: str) -> list[dict[str, Any] | None]:
    """Every record as a nested mapping, as pointers count them; None for a malformed one."""
    text = decode_markup(body)
    whole = _read_whole(text, record)
    if whole is not None:
        return list(whole)
    return [_read(piece)[0] for piece in _cut(text, record)["text"]]


_FAILED = {"n": pl.Int64(), "error": pl.String()}


def _read_whole(text: str, record: str) -> list[dict[str, Any]] | None:
    """The records of a text with comments or sections, which may hold what looks like one.

    None where the text can be cut, or is so broken that it has to be.
    """
    if "<!" not in text and text.count("<?") <= 1:
        return None
    try:
        return read_elements(text, record)
    except MarkupError:
        return None


def _cut(text: str, record: str) -> pl.DataFrame:
    """One row per record: n, its text and, where it has none that could be read, the problem."""
    name = re.escape(record)
    opening, closing = rf"<{name}[\s>]", f"</{record}>"
    whole = pl.Series("text", [text]).str.replace_all(rf"</{name}\s+>", closing)
    filled = whole.str.replace_all(rf"<{name}{_ANY_ATTRIBUTES}\s*/>", f"<{record}$1>{closing}")
    pieces = filled.str.split(closing).list.explode(keep_nulls=False, empty_as_null=False)
    frame = pieces.to_frame().with_columns(
        pl.col("text").str.count_matches(opening).cast(pl.Int64).alias("begun"),
        (pl.int_range(pl.len()) < pl.len() - 1).alias("is_closed"),
    )
    held = pl.when("is_closed").then(pl.max_horizontal("begun", 1)).otherwise("begun")
    numbered = frame.with_columns(held.alias("held"), held.cum_sum().alias("next"))
    each = (
        numbered.filter(pl.col("held") > 0)
        .with_columns(pl.int_ranges(pl.col("next") - pl.col("held"), "next").alias("n"))
        .explode("n", keep_nulls=False, empty_as_null=False)
    )
    is_whole = pl.col("is_closed") & (pl.col("n") == pl.col("next") - 1)
    problem = (
        pl.when(pl.col("begun") == 0)
        .then(pl.lit("the end of a record that never began"))
        .when(~is_whole)
        .then(pl.lit("the record is not closed"))
    )
    content = pl.col("text").str.extract(rf"(?s).*({opening}.*)$") + pl.lit(closing)
    text_of = pl.when(problem.is_null()).then(content)
    return each.select("n", text_of.alias("text"), problem.alias("problem"))


def _are_plain(texts: pl.Series, paths: Sequence[str]) -> pl.Series:
    """Whether patterns read a record as a parser would."""
    bare = texts.str.replace_all(r">[^<>]+<", "><").str.replace_all(
        rf"<([^\s<>/!?=]+){_ATTRIBUTES}\s*(/?)>", "<$1$3>"
    )
    shapes = map_distinct(bare, lambda shape: _is_plain(shape, paths), pl.Boolean)
    entities = texts.str.count_matches("&(?:amp|lt|gt|quot|apos);")
    is_known = entities == texts.str.count_matches("&", literal=True)
    return (shapes & is_known & ~texts.str.contains(_DOUBTFUL)).fill_null(value=False)


def _is_plain(shape: str, paths: Sequence[str]) -> bool:
    """Whether a record without texts and attributes has each wanted element once, at its place."""
    if any(mark in shape for mark in ("=", "<!", "<?")):
        return False
    try:
        element = read_element(shape)
    except MarkupError:
        return False
    for path in paths:
        names = path.split(SEPARATOR)
        counts = [len(re.findall(rf"<{re.escape(name)}[\s/>]", shape)) for name in names]
        if counts[-1] and (set(counts) != {1} or not _has_leaf(element, names)):
            return False
    return True


def _has_leaf(element: dict[str, Any], names: Sequence[str]) -> bool:
    at: Any = element
    for name in names:
        if not isinstance(at, dict) or name not in at:
            return False
        at = at[name]
    return at is None


def _column(path: str) -> pl.Expr:
    """The text of an element that stands at most once in each record."""
    leaf = re.escape(path.rpartition(SEPARATOR)[2])
    value = pl.col("text").str.extract(rf"<{leaf}{_ATTRIBUTES}\s*>([^<]*)</{leaf}\s*>", 2)
    plain = pl.when(value.str.contains("&", literal=True))
    told = plain.then(value.str.replace_many(_ENTITIES)).otherwise(value)
    return pl.when(told != "").then(told).alias(path)


def _parse_each(cut: pl.DataFrame, paths: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The slow way, for records of which something is unusual."""
    good: list[tuple[int, dict[str, Any]]] = []
    failed: list[tuple[int, str]] = []
    for n, text, problem in cut.select("n", "text", "problem").iter_rows():
        element, error = (None, problem) if problem else _read(text)
        if element is None:
            failed.append((n, error))
        else:
            good.append((n, element))
    return _as_rows(good, paths), pl.DataFrame(failed, schema=_FAILED, orient="row")


def _read(text: str | None) -> tuple[dict[str, Any] | None, str]:
    if text is None:
        return None, "no record"
    try:
        return read_element(text), ""
    except MarkupError as error:
        return None, f"malformed: {error}"


def _as_rows(records: Iterable[tuple[int, dict[str, Any]]], paths: Sequence[str]) -> pl.DataFrame:
    rows = [(n, *(_text_at(element, path) for path in paths)) for n, element in records]
    schema = {"n": pl.Int64(), **dict.fromkeys(paths, pl.String())}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _text_at(element: dict[str, Any], path: str) -> str | None:
    at: Any = element
    for name in path.split(SEPARATOR):
        at = at.get(name) if isinstance(at, dict) else None
    return at if isinstance(at, str) else None
