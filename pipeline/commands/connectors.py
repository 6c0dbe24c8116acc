"""`sightline connectors`: the sources there are, their terms, and what is missing."""

from __future__ import annotations

import argparse
import os
from typing import Any

import polars as pl

from pipeline.commands.common import console, print_json
from pipeline.connectors.registry import load_connectors
from pipeline.connectors.spec import ConnectorSpec
from pipeline.lake.store import collect_payloads, scan_lake
from pipeline.report import make_table
from pipeline.settings import load_settings


def execute(arguments: argparse.Namespace) -> None:
    """One line per connector; keys are named, never shown."""
    lake = load_settings().lake
    counts = collect_payloads(scan_lake(lake).group_by("source").agg(pl.len()))
    stored = dict(counts.iter_rows())
    rows = [_row(c.spec, stored.get(name, 0)) for name, c in load_connectors().items()]
    if arguments.json:
        print_json(rows)
        return
    shown = [
        (r["name"], r["phase"].lower(), f"{r['trust_tier']}/{r['default_priority']}",
         f"${r['cost_usd']}", r["licence"], _kept(r["retain_days"]), _key(r), r["payloads"])
        for r in rows
    ]  # fmt: skip
    columns = (
        "connector",
        "phase",
        "trust",
        "cost",
        "licence",
        "kept",
        "key",
        "payloads",
    )
    console().print(make_table("", columns, shown, right="payloads"))


def _row(spec: ConnectorSpec, payloads: int) -> dict[str, Any]:
    variable = spec.api.key_variable
    return {
        "name": spec.name,
        "title": spec.title,
        "phase": str(spec.phase),
        "trust_tier": spec.trust_tier,
        "default_priority": spec.default_priority,
        "position_accuracy_m": spec.position_accuracy_m,
        "cost_usd": str(spec.cost_usd),
        "licence": spec.licence.name,
        "attribution": spec.licence.attribution,
        "retain_days": spec.licence.retain_days,
        "key_variable": variable,
        "has_key": spec.api.can_run(os.environ),
        "base_url_variable": spec.api.base_url_variable,
        "imports": list(spec.import_types),
        "payloads": payloads,
    }


def _kept(days: object) -> str:
    return "for ever" if days is None else f"{days} days"


def _key(row: dict[str, Any]) -> str:
    if row["key_variable"] is None:
        return "none needed"
    return "set" if row["has_key"] else f"{row['key_variable']} not set"
