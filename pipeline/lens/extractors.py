"""How a field rule gets one value per record out of the record's raw observations.

An extractor reads a frame `found` with one row per observation, ordered as the rule's
source_fields ask: record (int), field, value (text), pointers (list of JSON pointers). It
answers one row per record that has a value: record, value, pointers.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import polars as pl
from polars.exceptions import PolarsError
from pydantic import BeforeValidator, Field, field_validator

from pipeline.contracts import StrictModel

Scalar = str | int | float | bool
_NUMBER = r"(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
_HYPHEN = r"(\w)-(\d)"  # joins words: the number of `Court-2` is 2
_TRUE = ("yes", "true", "1", "y", "t")
_FALSE = ("no", "false", "0", "n", "f")
_SLOT = re.compile(r"\{([^{}]+)\}")


class NumericParser(StrictModel):
    """The first number in the text; `sum` and `max` combine all observations of the rule."""

    type: Literal["numeric_parser"]
    combine: Literal["first", "sum", "max"] = "first"

    def extract(self, found: pl.DataFrame) -> pl.DataFrame:
        text = pl.col("value").str.replace_all(_HYPHEN, "$1 $2").str.extract(_NUMBER)
        number = text.str.replace_all(",", "").cast(pl.Float64, strict=False)
        numbers = found.with_columns(pl.when(number.is_finite()).then(number).alias("value"))
        if self.combine == "first":
            return _first(numbers)
        value = pl.col("value").sum() if self.combine == "sum" else pl.col("value").max()
        return _gather(numbers, value)


class RegexCapture(StrictModel):
    """One group of a pattern."""

    type: Literal["regex_capture"]
    pattern: str
    group: int = Field(1, ge=0)

    def extract(self, found: pl.DataFrame) -> pl.DataFrame:
        search = re.compile(self.pattern).search
        captured = {
            text: match.group(self.group)
            for text in found["value"].unique().drop_nulls()
            if (match := search(text))
        }
        return _first(_mapped(found, captured, pl.String))


class JsonPath(StrictModel):
    """The value at a JSONPath of an observation that is itself JSON."""

    type: Literal["json_path"]
    path: str = Field(pattern=r"^\$")

    @field_validator("path")
    @classmethod
    def _is_path(cls, path: str) -> str:
        try:
            pl.Series(["{}"]).str.json_path_match(path)
        except PolarsError as error:
            raise ValueError("a JSONPath") from error
        return path

    def extract(self, found: pl.DataFrame) -> pl.DataFrame:
        value = pl.col("value").str.json_path_match(self.path)
        return _first(found.with_columns(value))


class BooleanCoercion(StrictModel):
    """Yes and no in the spellings machines use; any other text is no answer."""

    type: Literal["boolean_coercion"]

    def extract(self, found: pl.DataFrame) -> pl.DataFrame:
        text = pl.col("value").str.strip_chars().str.to_lowercase()
        answer = pl.when(text.is_in(_TRUE) | text.is_in(_FALSE)).then(text.is_in(_TRUE))
        return _first(found.with_columns(answer.alias("value")))


class Coalesce(StrictModel):
    """The first source field that has a value."""

    type: Literal["coalesce"]

    def extract(self, found: pl.DataFrame) -> pl.DataFrame:
        return _first(found)


class Normalize(StrictModel):
    """The value as it stands, for the rule's normalizers to work on."""

    type: Literal["normalize"]

    def extract(self, found: pl.DataFrame) -> pl.DataFrame:
        return _first(found)


class ArrayBuilder(StrictModel):
    """Every value once, sorted; `split` parts a text that holds several."""

    type: Literal["array_builder"]
    split: str | None = Field(None, min_length=1)

    def extract(self, found: pl.DataFrame) -> pl.DataFrame:
        if self.split:
            found = found.with_columns(pl.col("value").str.split(self.split)).explode("value")
        found = found.with_columns(pl.col("value").str.strip_chars())
        return _gather(found.filter(pl.col("value") != ""), pl.col("value").unique().sort())


class StringTemplate(StrictModel):
    """Text with `{field}` slots; a record that misses one of them gets no value."""

    type: Literal["string_template"]
    template: str

    @field_validator("template")
    @classmethod
    def _has_slots(cls, template: str) -> str:
        if not _SLOT.search(template):
            raise ValueError("a template with a {field} slot")
        if set("{}") & set(_SLOT.sub("", template)):
            raise ValueError("no brace but those of {field} slots")
        return template

    def extract(self, found: pl.DataFrame) -> pl.DataFrame:
        slots = _SLOT.findall(self.template)
        firsts = found.group_by("record", "field", maintain_order=True).first()
        wide = firsts.pivot("field", index="record", values="value")
        if not set(slots) <= set(wide.columns):
            return _gather(found.clear(), pl.col("value").first())
        text = pl.format(_SLOT.sub("{}", self.template), *(pl.col(slot) for slot in slots))
        values = wide.select("record", text.alias("value")).drop_nulls("value")
        return _gather(found, pl.col("value").first()).drop("value").join(
            values, on="record", maintain_order="left"
        ).select("record", "value", "pointers")  # fmt: skip


class ValueMap(StrictModel):
    """Raw text to value, compared without case; text that is not listed is no answer."""

    type: Literal["value_map"]
    values: dict[str, Scalar] = Field(min_length=1)
    split: str | None = Field(None, min_length=1)

    @field_validator("values")
    @classmethod
    def _are_of_one_kind(cls, values: dict[str, Scalar]) -> dict[str, Scalar]:
        kinds = {type(value) for value in values.values()}
        if len(kinds) > 1 and kinds != {int, float}:
            raise ValueError("values of one kind: a field has one type")
        if len({raw.strip().casefold() for raw in values}) < len(values):
            raise ValueError("every text once: letter case is not compared")
        return values

    def extract(self, found: pl.DataFrame) -> pl.DataFrame:
        if self.split:
            found = found.with_columns(pl.col("value").str.split(self.split)).explode("value")
        known = {raw.strip().casefold(): value for raw, value in self.values.items()}
        dtype = _dtype(list(self.values.values()))
        texts = found["value"].unique().drop_nulls()
        mapped = {
            text: known[folded] for text in texts if (folded := text.strip().casefold()) in known
        }
        return _first(_mapped(found, mapped, dtype))


AnyExtractor = (
    NumericParser
    | RegexCapture
    | JsonPath
    | BooleanCoercion
    | Coalesce
    | Normalize
    | ArrayBuilder
    | StringTemplate
    | ValueMap
)


def _typed(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


ExtractorSpec = Annotated[
    Annotated[AnyExtractor, Field(discriminator="type")], BeforeValidator(_typed)
]


def _first(found: pl.DataFrame) -> pl.DataFrame:
    kept = found.drop_nulls("value").group_by("record", maintain_order=True)
    return kept.agg(pl.col("value").first(), pl.col("pointers").first())


def _gather(found: pl.DataFrame, value: pl.Expr) -> pl.DataFrame:
    kept = found.drop_nulls("value").group_by("record", maintain_order=True)
    pointers = pl.col("pointers").list.explode(keep_nulls=False, empty_as_null=False)
    return kept.agg(value.alias("value"), pointers.unique(maintain_order=True))


def _mapped(found: pl.DataFrame, values: dict[str, Any], dtype: type[pl.DataType]) -> pl.DataFrame:
    answers = pl.Series(list(values.values()), dtype=dtype, strict=False)
    column = pl.col("value").replace_strict(list(values), answers, default=None, return_dtype=dtype)
    return found.with_columns(column)


def _dtype(values: list[Scalar]) -> type[pl.DataType]:
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return pl.Boolean
    if kinds == {int}:
        return pl.Int64
    return pl.Float64 if kinds <= {int, float} else pl.String
