"""`sightline run`: one query, its answers, its entities."""

from __future__ import annotations

import argparse
import re
from decimal import Decimal, InvalidOperation
from math import isfinite

from pipeline.commands.common import console, make_context, print_json
from pipeline.commands.progress import run_progress
from pipeline.context import RunContext
from pipeline.errors import UsageError
from pipeline.orchestration.request import IngestionMode, IngestRequest
from pipeline.report import print_run
from pipeline.runs.run import run_query
from pipeline.runs.stages import TIMED_STAGES
from pipeline.settings import MOST_BUDGET_USD
from pipeline.text import fold, printable
from pipeline.values import BoundingBox, GeoPoint

_RADIUS_M = 1_000.0  # round a point that names no distance
_WORD = re.compile(r"^([A-Za-z_]+)=(.*)$", re.DOTALL)
_KEYS = ("query", "mode", "lens", "discover", "budget", "box", "near")


def execute(arguments: argparse.Namespace) -> None:
    """Run the query and show the report."""
    query = _read_words(arguments)
    context = make_context(arguments)
    request = _request(query, arguments, context)
    with run_progress(query, TIMED_STAGES) as (watch, told):
        report = run_query(context, request, persist=arguments.persist, watch=watch, told=told)
    if arguments.json:
        print_json(report.as_dict())
    else:
        print_run(report, console())


def _read_words(arguments: argparse.Namespace) -> str:
    """The query; key=value words become options."""
    free: list[str] = []
    for word in arguments.words:
        match = _WORD.match(word)
        if match is None:
            free.append(word)
            continue
        key, value = match.groups()
        if key not in _KEYS:
            raise UsageError(f"word is {key}=…, expected one of {[f'{k}=…' for k in _KEYS]}")
        if key == "query":
            free.append(value)
        else:
            setattr(arguments, key, value)
    empty = [key for key in _KEYS if getattr(arguments, key, None) == ""]
    if empty:
        raise UsageError(f"{empty[0]} is empty, expected a value or nothing at all")
    query = printable(" ".join(free))
    if not fold(query):
        raise UsageError(f"query is {query!r}, expected words, such as a name and a place")
    return query


def _request(query: str, arguments: argparse.Namespace, context: RunContext) -> IngestRequest:
    defaults = context.settings.app.orchestration
    mode = None
    if arguments.one and arguments.discover is not None:
        raise UsageError("--one looks for one thing, discover for many: expected one of them")
    if arguments.one:
        mode = IngestionMode.RESOLVE_ONE
    elif arguments.discover is not None:
        mode = IngestionMode.DISCOVER_MANY
    if arguments.box and arguments.near:
        raise UsageError("box and near both say where to look: expected one of them")
    point, radius_m = _near(arguments.near)
    return IngestRequest(
        query=query,
        target_entity_count=_count(arguments.discover, defaults.target_entity_count),
        min_confidence=defaults.min_confidence,
        budget=_money(arguments.budget, defaults.budget_usd),
        ingestion_mode=mode,
        bounding_box=_box(arguments.box),
        point=point,
        radius_m=radius_m,
    )


def _box(value: str | None) -> BoundingBox | None:
    if value is None:
        return None
    expected = "south,west,north,east in degrees, such as 55.93,-3.25,55.96,-3.15"
    south, west, north, east = _numbers("box", value, 4, expected)
    try:
        GeoPoint(south, west)
        GeoPoint(north, east)
        return BoundingBox(south, west, north, east)
    except ValueError:
        raise UsageError(f"box is {value!r}, expected {expected}") from None


def _near(value: str | None) -> tuple[GeoPoint | None, float]:
    if value is None:
        return None, _RADIUS_M
    expected = "latitude,longitude in degrees and perhaps metres, such as 55.95,-3.19,500"
    latitude, longitude, *radius = _numbers("near", value, 2 + (value.count(",") > 1), expected)
    try:
        point = GeoPoint(latitude, longitude)
    except ValueError:
        raise UsageError(f"near is {value!r}, expected {expected}") from None
    radius_m = radius[0] if radius else _RADIUS_M
    if radius_m <= 0:
        raise UsageError(f"near is {value!r}, expected {expected}")
    return point, radius_m


def _numbers(name: str, value: str, count: int, expected: str) -> list[float]:
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(isfinite(number) for number in numbers):
        raise UsageError(f"{name} is {value!r}, expected {expected}")
    return numbers


def _count(value: str | None, default: int) -> int:
    if value is None:
        return default
    if not value.isdecimal() or int(value) < 1:
        raise UsageError(f"discover is {value!r}, expected a number from 1")
    return int(value)


def _money(value: str | None, default: Decimal) -> Decimal:
    if value is None:
        return default
    try:
        money = Decimal(value)
    except InvalidOperation:
        money = Decimal(-1)
    if not (money.is_finite() and 0 <= money <= MOST_BUDGET_USD):
        raise UsageError(f"budget is {value!r}, expected US dollars such as 0.50")
    return money
