"""Answers from the lake: those a source gave to this question or to a wider one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from pipeline.connectors.questions import Question, SourceRequest
from pipeline.lake.store import collect_payloads, scan_lake
from pipeline.values import BoundingBox

_AREA_LENGTH = 4


def replay(
    lake: Path,
    source: str,
    question: Question,
    requests: Sequence[SourceRequest],
    kept_at: datetime | None = None,
) -> pl.DataFrame:
    """The source's payloads that answer the question, as rows of the lake.

    A payload answers if its request is the same, if it is an imported dump, or if its area
    contains the question's and its words are among those the question says or implies; what
    was asked of another endpoint is no answer. `kept_at` leaves out what may no longer be
    kept then.
    """
    endpoints = {"import", *(request.endpoint for request in requests)}
    rows = scan_lake(lake, source, kept_at=kept_at).filter(
        pl.col("endpoint").is_in(sorted(endpoints))
    )
    asked = collect_payloads(rows.select("endpoint", "request").unique())
    same = {request.canonical for request in requests}
    answering = [
        request
        for endpoint, request in asked.iter_rows()
        if endpoint == "import" or request in same or _is_wider(request, question)
    ]
    answers = collect_payloads(rows.filter(pl.col("request").is_in(answering)))
    ordered = answers.sort("payload_id", "lake_path")
    return ordered.unique("payload_id", keep="first", maintain_order=True)


def _is_wider(request: str, question: Question) -> bool:
    stored = json.loads(request)
    area, terms = stored.get("area"), stored.get("terms")
    if not isinstance(area, list) or len(area) != _AREA_LENGTH or not isinstance(terms, list):
        return False
    meant = {*question.terms, *question.implied}
    return set(terms) <= meant and BoundingBox(*area).contains(question.area)
