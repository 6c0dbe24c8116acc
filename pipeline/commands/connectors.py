"""`sightline connectors`: the sources there are, their terms, and what is missing."""

from __future__ import annotations

import argparse
import os
from collections.abc import Collection
from typing import Any

import polars as pl

from pipeline.commands.common import console, print_json
from pipeline.connectors.registry import load_connectors, require_own_terms
from pipeline.connectors.spec import ConnectorSpec
from pipeline.lake.store import collect_payloads, scan_lake
from pipeline.report import make_table
from pipeline.settings import load_settings


def execute(arguments: argparse.Namespace) -> None:
    """One line per connector, then one of its terms; keys are named, never shown."""
    settings = load_settings()
    own_terms = settings.app.lake.own_terms
    require_own_terms(own_terms)
    counts = collect_payloads(scan_lake(settings.lake).group_by("source").agg(pl.len()))
    stored = dict(counts.iter_rows())
    rows = [_row(c.spec, stored.get(name, 0), own_terms) for name, c in load_connectors().items()]
    if arguments.json:
        print_json(rows)
        return
    shown = [
        (r["name"], r["phase"].lower(), f"{r['trust_tier']}/{r['default_priority']}",
         f"${r['cost_usd']}", _key(r), r["payloads"])
        for r in rows
    ]  # fmt: skip
    columns = ("connector", "phase", "trust", "cost", "key", "payloads")
    kept = [(r["name"], r["licence"], _kept(r)) for r in rows]
    terms = [(r["name"], r["terms"]) for r in rows]
    out = console()
    out.print(make_table("", columns, shown, right="payloads", whole="connector"))
    out.print()
    out.print(make_table("", ("connector", "licence", "kept"), kept, whole="connector licence"))
    out.print()
    out.print(make_table("", ("connector", "terms"), terms, whole="connector"))


def _row(spec: ConnectorSpec, payloads: int, own_terms: Collection[str]) -> dict[str, Any]:
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
        "terms": spec.licence.terms,
        "retain_days": spec.licence.retain_days,
        "keep": list(spec.kept_members(own_terms)),
        "own_terms": spec.name in own_terms,
        "key_variable": variable,
        "has_key": spec.api.can_run(os.environ),
        "base_url_variable": spec.api.base_url_variable,
        "imports": list(spec.import_types),
        "payloads": payloads,
    }


def _kept(row: dict[str, Any]) -> str:
    days = row["retain_days"]
    told = "for ever" if days is None else f"{days} days"
    if row["own_terms"]:
        told += ", whole: your own terms"
    return f"{told}, only {', '.join(row['keep'])}" if row["keep"] else told


def _key(row: dict[str, Any]) -> str:
    if row["key_variable"] is None:
        return "none needed"
    return "set" if row["has_key"] else f"{row['key_variable']} not set"
