"""`sightline lake ls`: what the lake holds, by source and day."""

from __future__ import annotations

import argparse
from datetime import datetime

import polars as pl
from rich.text import Text

from pipeline.commands.common import console, print_json
from pipeline.context import utc_now
from pipeline.lake.store import collect_payloads, scan_lake
from pipeline.report import make_table
from pipeline.settings import load_settings


def execute(arguments: argparse.Namespace) -> None:
    """One line per source, day and licence."""
    settings = load_settings()
    rows = collect_payloads(
        scan_lake(settings.lake)
        .group_by("source", pl.col("fetched_at").dt.date().alias("day"), "licence")
        .agg(
            pl.len().alias("payloads"),
            pl.col("body").bin.size().sum().alias("bytes"),
            pl.col("retain_until").min().alias("expires"),
        )
        .sort("source", "day", "licence")
    )
    if arguments.json:
        print_json(rows.to_dicts())
        return
    out = console()
    columns = ("source", "day", "licence", "payloads", "bytes", "expires")
    shown = [(*row[:-1], _expiry(row[-1], utc_now())) for row in rows.iter_rows()]
    out.print(make_table("Lake", columns, shown, right="payloads bytes"))
    if rows.is_empty():
        out.print(f"no payloads under {settings.lake}", style="yellow", highlight=False)


def _expiry(until: datetime | None, now: datetime) -> Text:
    if until is None:
        return Text("never")
    day = f"{until:%Y-%m-%d}"
    return Text(f"{day}, past", style="red") if until <= now else Text(day)
