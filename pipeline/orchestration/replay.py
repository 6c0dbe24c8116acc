"""Answers from the lake: those a source gave to this question or to a wider one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from pipeline.connectors.questions import Question, SourceRequest
from pipeline.lake.editions import IMPORT, current
from pipeline.lake.store import collect_payloads, newest_copies, scan_lake
from pipeline.values import BoundingBox

_AREA_LENGTH = 4


def replay(
    lake: Path,
    source: str,
    question: Question,
    requests: Sequence[SourceRequest],
    kept_at: datetime | None = None,
    *,
    is_snapshot: bool = False,
) -> pl.DataFrame:
    """The source's payloads that answer the question, as rows of the lake.

    A payload answers if its request is the same, if its area contains the question's and its
    words are among those the question says or implies, or if it is an imported dump whose
    areas, where it names them, meet the question's. What was asked of another endpoint is no
    answer. `is_snapshot`: of the editions of a scope only the newest is a dump that answers.
    `kept_at` leaves out what may no longer be kept then.
    """
    endpoints = {IMPORT, *(request.endpoint for request in requests)}
    asked_so = pl.col("endpoint").is_in(sorted(endpoints))
    held = scan_lake(lake, source, kept_at=kept_at).filter(asked_so)
    rows = current(held, [source] if is_snapshot else [])
    asked = collect_payloads(rows.select("payload_id", "endpoint", "request"))
    same = {request.canonical for request in requests}
    answering = [
        payload_id
        for payload_id, endpoint, request in asked.iter_rows()
        if request in same
        or (_meets(request, question) if endpoint == IMPORT else _is_wider(request, question))
    ]
    answers = collect_payloads(rows.filter(pl.col("payload_id").is_in(answering)))
    return newest_copies(answers)


def _meets(request: str, question: Question) -> bool:
    areas = json.loads(request).get("areas")
    return not areas or any(BoundingBox(*area).meets(question.area) for area in areas)


def _is_wider(request: str, question: Question) -> bool:
    stored = json.loads(request)
    area, terms = stored.get("area"), stored.get("terms")
    if not isinstance(area, list) or len(area) != _AREA_LENGTH or not isinstance(terms, list):
        return False
    meant = {*question.terms, *question.implied}
    return set(terms) <= meant and BoundingBox(*area).contains(question.area)
