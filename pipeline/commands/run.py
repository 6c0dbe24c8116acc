"""`sightline run`: one query, its answers, its entities."""

from __future__ import annotations

import argparse
import re
from decimal import Decimal, InvalidOperation

from pipeline.commands.common import console, make_context, print_json, progress
from pipeline.context import RunContext
from pipeline.errors import UsageError
from pipeline.orchestration.request import IngestionMode, IngestRequest
from pipeline.report import print_run
from pipeline.runs.run import run_query
from pipeline.runs.stages import TIMED_STAGES
from pipeline.text import fold

_WORD = re.compile(r"^([A-Za-z_]+)=(.*)$", re.DOTALL)
_KEYS = ("query", "mode", "lens", "discover", "budget")


def execute(arguments: argparse.Namespace) -> None:
    """Run the query and show the report."""
    query = _read_words(arguments)
    context = make_context(arguments)
    request = _request(query, arguments, context)
    with progress(query, TIMED_STAGES) as watch:
        report = run_query(context, request, persist=arguments.persist, watch=watch)
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
    query = " ".join(" ".join(free).split())
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
    return IngestRequest(
        query=query,
        target_entity_count=_count(arguments.discover, defaults.target_entity_count),
        min_confidence=defaults.min_confidence,
        budget_usd=_money(arguments.budget, defaults.budget_usd),
        ingestion_mode=mode,
    )


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
    if not money.is_finite() or money < 0:
        raise UsageError(f"budget is {value!r}, expected US dollars such as 0.50")
    return money
