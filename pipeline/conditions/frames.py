"""The same condition as one Polars expression, for a frame of things instead of one context."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl

from pipeline.conditions.nodes import CompositeCondition, Condition, Node, Operator
from pipeline.patterns import compile_pattern


def to_expression(node: Node, schema: Mapping[str, pl.DataType], root: str) -> pl.Expr:
    """A Boolean expression without nulls over columns that stand for `<root>.<column>`.

    A path that names no column is missing, so its condition is False, as in `evaluate`.
    """
    if isinstance(node, CompositeCondition):
        parts = [to_expression(child, schema, root) for child in node.nodes]
        if node.kind == "not":
            return ~parts[0]
        return reduce(and_ if node.kind == "all" else or_, parts)
    head, _, name = node.path.partition(".")
    if head != root or name not in schema:
        return pl.lit(value=False)
    return _leaf(node, pl.col(name), schema[name]).fill_null(value=False)


def _leaf(node: Condition, column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_float():
        column = column.fill_nan(None)
    values = node.value if isinstance(node.value, tuple) else (node.value,)
    match node.operator:
        case Operator.EXISTS:
            return column.is_not_null()
        case Operator.EQ | Operator.IN:
            return _any_of(column, dtype, values)
        case Operator.NE | Operator.NOT_IN:
            return ~_any_of(column, dtype, values)
        case Operator.CONTAINS | Operator.INTERSECTS if isinstance(dtype, pl.List):
            return column.list.eval(_any_of(pl.element(), dtype.inner, values)).list.any()
        case Operator.CONTAINS if dtype == pl.String and isinstance(node.value, str):
            return column.str.contains(node.value, literal=True)
        case Operator.MATCHES if dtype == pl.String:
            pattern = compile_pattern(node.value)
            return column.map_batches(pattern.matches, return_dtype=pl.Boolean)
        case Operator.CONTAINS | Operator.INTERSECTS | Operator.MATCHES:
            return pl.lit(value=False)
        case _:
            return _ordered(node.operator, column, dtype, node.value)


def _comparable(dtype: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return bool(dtype == pl.Boolean)
    if isinstance(value, str):
        return bool(dtype == pl.String)
    return bool(dtype.is_numeric())


def _equal(column: pl.Expr, dtype: Any, value: Any) -> pl.Expr:
    # A null column must answer null here, so that NE and NOT_IN are False on it too.
    if not _comparable(dtype, value):
        return pl.when(column.is_not_null()).then(pl.lit(value=False))
    return column == pl.lit(value)


def _any_of(column: pl.Expr, dtype: Any, values: tuple[Any, ...]) -> pl.Expr:
    return reduce(or_, (_equal(column, dtype, value) for value in values))


def _ordered(operator: Operator, column: pl.Expr, dtype: pl.DataType, value: Any) -> pl.Expr:
    if isinstance(value, bool) or dtype == pl.Boolean or not _comparable(dtype, value):
        return pl.lit(value=False)
    match operator:
        case Operator.GT:
            return column > pl.lit(value)
        case Operator.GTE:
            return column >= pl.lit(value)
        case Operator.LT:
            return column < pl.lit(value)
        case _:
            return column <= pl.lit(value)
