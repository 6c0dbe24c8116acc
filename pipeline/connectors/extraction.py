"""What every extract.py gives: records with universal fields, and what was observed of them.

A connector flattens its payloads to one row per thing and says which raw column each
universal field comes from. Here those columns are cleaned, contacts normalised, and each
value keeps a JSON pointer to where it stood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.connectors.addresses import normalize_postcodes
from pipeline.connectors.contacts import (
    normalize_emails,
    normalize_hours,
    normalize_phones,
    normalize_urls,
)
from pipeline.connectors.decoding import FAILURES
from pipeline.connectors.spec import ConnectorSpec
from pipeline.errors import ConnectorError
from pipeline.fields import Field, universal_fields

MAP = pl.List(pl.Struct({"key": pl.String(), "value": pl.String()}))
_TYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "number": pl.Float64(),
    "timestamp": pl.Datetime("us"),
    "list": pl.List(pl.String()),
    "map": MAP,
}
_OWN = {
    "row": pl.UInt32(),
    "payload_id": pl.String(),
    "json_pointer": pl.String(),
    "derived_from": pl.List(pl.String()),
    "source_record_id": pl.String(),
    "role": pl.String(),
    "licence": pl.String(),
    "position_accuracy_m": pl.Float64(),
    "footprint": pl.List(pl.List(pl.Float64())),
}
OBSERVATIONS = pl.Schema(
    {
        "row": pl.UInt32(),
        "field": pl.String(),
        "value": pl.String(),
        "pointers": pl.List(pl.String()),
    }
)
_BLANKS = r"[\s\x{00}-\x{1f}\x{7f}-\x{a0}]+"
_MARKS = r"[\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}]"
_INSTANT = r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$"
# Assigned by the lens, never by a source.
_NOT_FROM_SOURCES = {"entity_class"}


@dataclass(frozen=True)
class Origin:
    """A raw column and, where its own name does not tell, its places in the record."""

    column: str
    places: str | tuple[str, ...] | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        if self.places is None:
            return (f"/{self.column}",)
        return (self.places,) if isinstance(self.places, str) else self.places

    @property
    def pointers(self) -> pl.Expr:
        """The places in the payload, for rows with a `json_pointer`."""
        return pl.concat_list(pl.concat_str("json_pointer", pl.lit(path)) for path in self.paths)


Origins = Mapping[str, Sequence[str | Origin]]


@dataclass(frozen=True)
class Extraction:
    """What one source says.

    `records`: one row per thing (columns: record_schema()); `observations`: one row per raw
    value, joined by `row`; `failures`: items that could not be read.
    """

    records: pl.DataFrame
    observations: pl.DataFrame
    failures: pl.DataFrame


def record_schema() -> dict[str, pl.DataType]:
    """The columns of an extraction's records, in order."""
    fields = universal_fields().items()
    universal = {name: _TYPES[f.type] for name, f in fields if name not in _NOT_FROM_SOURCES}
    return _OWN | universal


def build_extraction(
    rows: pl.DataFrame,
    spec: ConnectorSpec,
    fields: Origins,
    observed: Mapping[str, str | Origin],
    failures: pl.DataFrame | None = None,
) -> Extraction:
    """Records and observations from rows with payload_id, json_pointer and raw columns.

    `fields` names, per universal field, the raw columns that may hold it, best first;
    `observed` names the raw columns kept under the source's own names. Optional columns:
    derived_from, source_record_id, role, licence, position_accuracy_m, footprint.
    """
    unknown = sorted(set(fields) - set(record_schema()))
    if unknown:
        raise ConnectorError(f"{spec.name}: {unknown} are no universal fields of entity.yaml")
    rows = rows if "row" in rows.columns else rows.with_row_index("row")
    origins = {name: [_origin(o) for o in sources] for name, sources in fields.items()}
    records = _records(rows, spec, origins)
    seen = [_observe(rows, spec, name, origins[name]) for name in origins]
    seen += [_observe(rows, spec, name, [_origin(o)]) for name, o in observed.items()]
    observations = pl.concat([pl.DataFrame(schema=OBSERVATIONS), *seen])
    kept = failures if failures is not None else pl.DataFrame(schema=FAILURES)
    return Extraction(records, observations.sort("row", "field", maintain_order=True), kept)


def clean_text(column: pl.Expr, missing: Sequence[str] = ()) -> pl.Expr:
    """Text without outer or repeated blanks, control characters or marks of direction.

    Empty text and missing markers are null.
    """
    visible = column.cast(pl.String).str.replace_all(_MARKS, "")
    text = visible.str.replace_all(_BLANKS, " ").str.strip_chars()
    return pl.when((text != "") & ~text.is_in(list(missing))).then(text)


def id_map(schemes: Mapping[str, str]) -> pl.Expr:
    """A map column with one entry per scheme whose raw column has a value."""
    entries = [
        pl.struct(pl.lit(scheme).alias("key"), pl.col(column).cast(pl.String).alias("value"))
        for scheme, column in sorted(schemes.items())
    ]
    filled = pl.element().filter(pl.element().struct.field("value").is_not_null())
    return pl.concat_list(entries).list.eval(filled)


def _origin(origin: str | Origin) -> Origin:
    return Origin(origin) if isinstance(origin, str) else origin


def _records(
    rows: pl.DataFrame, spec: ConnectorSpec, origins: Mapping[str, Sequence[Origin]]
) -> pl.DataFrame:
    defaults = {
        "role": pl.lit("listing"),
        "derived_from": pl.lit([], dtype=pl.List(pl.String)),
    }
    columns = []
    for name, dtype in record_schema().items():
        if name in origins:
            value = _universal(universal_fields()[name], origins[name], spec)
        elif name in _OWN and name in rows.columns:
            value = pl.col(name)
        else:
            value = defaults.get(name, pl.lit(None))
        columns.append(value.cast(dtype).alias(name))
    return _with_contacts(_with_valid_positions(rows.select(columns)), spec.region)


def _universal(field: Field, origins: Sequence[Origin], spec: ConnectorSpec) -> pl.Expr:
    columns = [pl.col(origin.column) for origin in origins]
    match field.type:
        case "number":
            numbers = (c.cast(pl.Float64, strict=False).fill_nan(None) for c in columns)
            return pl.coalesce(*numbers)
        case "timestamp":
            return pl.coalesce(*(_instant(column) for column in columns))
        case "list" | "map":
            return pl.coalesce(*columns)
        case _:
            return pl.coalesce(*(clean_text(column, spec.missing_values) for column in columns))


def _instant(column: pl.Expr) -> pl.Expr:
    """ISO 8601 with or without time or offset, as UTC without one; an offset-less time is UTC.

    Each text is brought to one form: left to infer it, Polars would read the first one's alone.
    """
    parts = column.str.strip_chars().str.extract_groups(_INSTANT)
    day, minute, second, offset = (parts.struct.field(str(n)) for n in range(1, 5))
    whole = pl.concat_str(
        day,
        pl.lit("T"),
        minute.fill_null("00:00"),
        second.fill_null(":00"),
        offset.fill_null("Z").str.replace("Z", "+00:00"),
    )
    instant = whole.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us", strict=False)
    return instant.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _with_valid_positions(records: pl.DataFrame) -> pl.DataFrame:
    """Both coordinates or neither, and only degrees; 0.0 is a coordinate."""
    both = pl.col("latitude").is_between(-90, 90) & pl.col("longitude").is_between(-180, 180)
    return records.with_columns(
        pl.when(both).then(pl.col(name)).alias(name) for name in ("latitude", "longitude")
    )


def _with_contacts(records: pl.DataFrame, region: str) -> pl.DataFrame:
    return records.with_columns(
        normalize_phones(records["phone"], region),
        normalize_emails(records["email"]),
        normalize_urls(records["website_url"]),
        normalize_hours(records["opening_hours"]),
        normalize_postcodes(records["postcode"], region),
    )


def _observe(
    rows: pl.DataFrame, spec: ConnectorSpec, name: str, origins: Sequence[Origin]
) -> pl.DataFrame:
    """The first origin that has a value, as it stood in the source."""
    first = origins[0].column
    if isinstance(rows.schema[first], pl.List):
        return _observe_list(rows, spec, name, origins[0])
    texts = [clean_text(pl.col(origin.column), spec.missing_values) for origin in origins]
    pointers = pl.coalesce(
        pl.when(text.is_not_null()).then(origin.pointers)
        for text, origin in zip(texts, origins, strict=True)
    )
    return rows.select(
        "row",
        pl.lit(name).alias("field"),
        pl.coalesce(texts).alias("value"),
        pointers.alias("pointers"),
    ).drop_nulls("value")


def _observe_list(
    rows: pl.DataFrame, spec: ConnectorSpec, name: str, origin: Origin
) -> pl.DataFrame:
    if rows.schema[origin.column] == MAP:
        return pl.DataFrame(schema=OBSERVATIONS)
    return (
        rows.select("row", pl.col(origin.column).alias("value"), origin.pointers.alias("pointers"))
        .explode("value", empty_as_null=False, keep_nulls=False)
        .with_columns(clean_text(pl.col("value"), spec.missing_values))
        .drop_nulls("value")
        .select("row", pl.lit(name).alias("field"), "value", "pointers")
    )
