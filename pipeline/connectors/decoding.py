"""Bodies to flat frames, columnar; a body that will not decode is taken item by item."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

FAILURES = pl.Schema({"payload_id": pl.String(), "json_pointer": pl.String(), "error": pl.String()})
SEPARATOR = "/"
_TOLD = 200  # characters of a decoder's error: it repeats the whole value
_LOST = r"\ufffd"  # what a byte that is no UTF-8 becomes, as JSON writes it


@dataclass(frozen=True)
class Decoded:
    """Items of payloads.

    `rows`: one per item, with payload_id, json_pointer and the item's leaves, each named by
    its path (`AddressInfo/Title`); `failures`: what could not be read, and where.
    """

    rows: pl.DataFrame
    failures: pl.DataFrame


def decode_items(payloads: pl.DataFrame, item: pl.Struct, items: str | None = None) -> Decoded:
    """Decode the list under the key `items` (the body itself where None) of each payload.

    Declare leaves as String and cast later without `strict`: numbers read as text never
    fail, text read as numbers does.
    """
    rows = [pl.DataFrame(schema=_item_schema(item))]
    failures: list[dict[str, Any]] = []
    for payload_id, body in payloads.select("payload_id", "body").iter_rows():
        try:
            column = _decode_body(body.decode("utf-8-sig"), item, items)
        except (PolarsError, UnicodeDecodeError):
            column = _decode_each(body, item, items, payload_id, failures)
        located = _located(column, payload_id, items)
        failures += _nothing(located, failures)
        rows.append(located.drop_nulls("item"))
    flat = flatten(pl.concat(rows), item)
    return Decoded(flat, pl.DataFrame(failures, schema=FAILURES))


def parse_json(body: bytes) -> Any:
    """The decoded body, also where some text in it is no UTF-8 or holds control characters.

    Such text is a matter of the item it stands in. Raises ValueError, or RecursionError where
    the nesting is deeper than any answer's.
    """
    return json.loads(body.decode("utf-8-sig", errors="replace"), strict=False)


def decode_csv(payload_id: str, body: bytes, columns: Sequence[str]) -> Decoded:
    """The named columns as text, null where the table lacks one; pointers are `/0`, `/1` and on."""
    failures: list[dict[str, Any]] = []
    try:
        table = pl.read_csv(BytesIO(body), infer_schema=False).with_row_index("n")
    except PolarsError:
        table = pl.DataFrame()
    if table.is_empty() or _has_swallowed_rows(table):
        table = _read_each(body.decode("utf-8-sig", errors="replace"), payload_id, failures)
    rows = table.select(
        pl.lit(payload_id).alias("payload_id"),
        pl.format("/{}", "n").alias("json_pointer"),
        *(
            pl.col(name) if name in table.columns else pl.lit(None, pl.String).alias(name)
            for name in columns
        ),
    )
    return Decoded(rows, pl.DataFrame(failures, schema=FAILURES))


def _has_swallowed_rows(table: pl.DataFrame) -> bool:
    """Whether a quote that nobody closed made whole rows part of one field."""
    a_row = r"\n(?:[^\n,]*,){" + str(max(table.width - 2, 1)) + "}"  # without the column n
    found = table.select(pl.any_horizontal(pl.col(pl.String).str.contains(a_row)).any())
    return bool(found.item())


def _read_each(text: str, payload_id: str, failures: list[dict[str, Any]]) -> pl.DataFrame:
    """The slow way, line by line, for a table with something wrong in it.

    A line that is too long, or whose quote stays open, costs itself alone.
    """
    first, *lines = text.splitlines() or [""]
    header, _ = _fields(first)
    good: list[dict[str, Any]] = []
    for n, line in enumerate(line for line in lines if line):
        row, problem = _fields(line)
        if not problem and len(row) > len(header):
            problem = f"the row has {len(row)} fields, the header {len(header)}"
        if problem:
            failures.append({"payload_id": payload_id, "json_pointer": f"/{n}", "error": problem})
        else:
            good.append({"n": n, **dict(zip(header, row, strict=False))})
    return pl.DataFrame(good, schema={"n": pl.UInt32, **dict.fromkeys(header, pl.String)})


def _fields(line: str) -> tuple[list[str], str]:
    """The fields of one line, or why it has none."""
    if line.count('"') % 2:
        return [], "a quote that is not closed"
    try:
        return next(csv.reader([line]), []), ""
    except csv.Error as error:
        return [], str(error)


def flatten(frame: pl.DataFrame, item: pl.Struct, column: str = "item") -> pl.DataFrame:
    """Replace a struct column by its leaves, each named by its path."""
    leaves = (expression.alias(name) for name, expression in _leaves(item, pl.col(column), ""))
    return frame.with_columns(*leaves).drop(column)


def nested_floats(column: str) -> pl.Expr:
    """Coordinates of any nesting up to four deep, as one flat list of numbers.

    Decode them as `list[list[list[list[f64]]]]`: shallower lists are wrapped on the way in.
    """
    inner = pl.element()
    for _ in range(3):
        inner = inner.explode(keep_nulls=False, empty_as_null=False)
    return pl.col(column).list.eval(inner)


COORDINATES = pl.List(pl.List(pl.List(pl.List(pl.Float64()))))


def _item_schema(item: pl.Struct) -> dict[str, pl.DataType]:
    return {"payload_id": pl.String(), "json_pointer": pl.String(), "item": item}


def _decode_body(text: str, item: pl.Struct, items: str | None) -> pl.Series:
    wanted = pl.List(item) if items is None else pl.Struct({items: pl.List(item)})
    body = pl.Series("item", [text]).str.json_decode(wanted)
    found = body if items is None else body.struct.field(items)
    return found.list.explode(keep_nulls=False, empty_as_null=False).alias("item")


def _decode_each(
    body: bytes,
    item: pl.Struct,
    items: str | None,
    payload_id: str,
    failures: list[dict[str, Any]],
) -> pl.Series:
    """The slow way, for a body with something wrong in it: a bad item costs itself alone."""
    good: list[Any] = []
    may_be_cut = b"\xef\xbf\xbd" not in body  # else the mark of a lost byte is the source's own
    for pointer, value, error in _each(body, items):
        decoded, problem = (None, error) if error else _decode_one(value, item)
        if may_be_cut and _LOST in json.dumps(value):
            decoded, problem = None, "text that is not UTF-8"
        good.append(decoded)
        if problem:
            failures.append({"payload_id": payload_id, "json_pointer": pointer, "error": problem})
    return pl.Series("item", good, dtype=item)


def _decode_one(value: Any, item: pl.Struct) -> tuple[Any, str | None]:
    try:
        return pl.Series([json.dumps(value)]).str.json_decode(item)[0], None
    except PolarsError as error:
        return None, str(error).splitlines()[0][:_TOLD]


def _each(body: bytes, items: str | None) -> Iterator[tuple[str, Any, str | None]]:
    try:
        page = parse_json(body)
    except (ValueError, RecursionError) as error:
        yield "", None, f"no JSON: {error}"
        return
    found = page if items is None else page.get(items) if isinstance(page, dict) else None
    if not isinstance(found, list):
        yield "", None, f"found {type(found).__name__}, expected a list of items"
        return
    for n, value in enumerate(found):
        yield _pointer(items, n), value, None


def _located(items_found: pl.Series, payload_id: str, items: str | None) -> pl.DataFrame:
    prefix = "/" if items is None else f"/{items}/"
    return (
        items_found.to_frame()
        .with_row_index("n")
        .select(
            pl.lit(payload_id).alias("payload_id"),
            pl.format("{}{}", pl.lit(prefix), "n").alias("json_pointer"),
            "item",
        )
    )


def _nothing(located: pl.DataFrame, failures: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A failure per item that is null and has not failed already."""
    failed = {(failure["payload_id"], failure["json_pointer"]) for failure in failures}
    nulls = located.filter(pl.col("item").is_null()).select("payload_id", "json_pointer").rows()
    return [
        {"payload_id": payload_id, "json_pointer": pointer, "error": "found null, expected an item"}
        for payload_id, pointer in nulls
        if not failed & {(payload_id, pointer), (payload_id, "")}
    ]


def _pointer(items: str | None, n: int) -> str:
    return f"/{n}" if items is None else f"/{items}/{n}"


def _leaves(dtype: Any, column: pl.Expr, path: str) -> Iterator[tuple[str, pl.Expr]]:
    for field in dtype.fields:
        name = f"{path}{SEPARATOR}{field.name}" if path else field.name
        inner = column.struct.field(field.name)
        if isinstance(field.dtype, pl.Struct):
            yield from _leaves(field.dtype, inner, name)
        else:
            yield name, inner
