"""Keeping answers of the lake as examples of a lens: which may be, which items, what they tell."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from pipeline.connectors.registry import Connector
from pipeline.connectors.spec import PER_RECORD, ConnectorSpec
from pipeline.errors import LakeError, UsageError
from pipeline.fields import DIMENSIONS
from pipeline.lens.compiled import CompiledLens
from pipeline.records.examples import Evidence, Example, extract_examples
from pipeline.records.excerpts import Excerpt, make_excerpt
from pipeline.records.extracting import Extracted, extract_payloads
from pipeline.records.reading import interpret, read_interpreted
from pipeline.text import fold
from pipeline.values import fingerprint
from pipeline.workbench import Workbench

_AUTHORED = "authored"
_MOST_ITEMS = 20


@dataclass(frozen=True)
class Chosen:
    """One payload, the pointers of the items to keep, and how many others would have done."""

    row: dict[str, Any]
    pointers: list[str]
    others: int


def require_keepable(spec: ConnectorSpec, rows: pl.DataFrame) -> pl.DataFrame:
    """The payloads that may be kept for ever. Raises LakeError where the terms allow none."""
    if rows.is_empty():
        raise LakeError(f"the lake holds no such answer of {spec.name}; see 'sightline lake ls'")
    for_ever = pl.col("retain_until").is_null()
    if spec.licence.keep:
        for_ever &= pl.col("licence") == _AUTHORED
    kept = rows.filter(for_ever)
    if kept.is_empty():
        until = rows["retain_until"].max()
        limit = f"until {until:%Y-%m-%d}" if isinstance(until, datetime) else "in part"
        raise LakeError(
            f"{spec.name}: its answers may be kept {limit} only, and an example is kept for ever. "
            f"Terms: {spec.licence.terms} Write an authored example instead"
        )
    return kept


def choose_items(
    rows: pl.DataFrame, connector: Connector, items: Collection[str], match: str | None
) -> Chosen:
    """The items named by pointers, else those of the newest payload that match a text.

    Raises UsageError where that is nothing, too much, or leaves open which payload is meant.
    """
    newest = rows.sort("fetched_at", "payload_id", descending=[True, False]).to_dicts()
    if (items or match is None) and len(newest) > 1:
        ids = [row["payload_id"] for row in newest]
        told = f"{', '.join(ids[:5])}{' and more' if len(ids) > 5 else ''}"
        raise UsageError(f"{len(ids)} answers may be meant; name one with --payload: {told}")
    if items:
        return Chosen(newest[0], sorted(set(items)), 0)
    found = _pointers(rows, connector, match)
    matching = [row for row in newest if row["payload_id"] in found]
    if not matching:
        raise UsageError(f"no record of {connector.name} is called {match!r}" if match else
                         f"{newest[0]['payload_id']} holds no record")  # fmt: skip
    pointers = sorted(found[matching[0]["payload_id"]])
    if len(pointers) > _MOST_ITEMS:
        raise UsageError(
            f"{len(pointers)} items of {matching[0]['payload_id']}, expected at most {_MOST_ITEMS}:"
            " choose with --item or --match"
        )
    return Chosen(matching[0], pointers, len(matching) - 1)


def _pointers(rows: pl.DataFrame, connector: Connector, match: str | None) -> dict[str, set[str]]:
    """By payload, where the records stand whose name or id holds the text."""
    records = extract_payloads({connector.name: rows}, {connector.name: connector}).records
    wanted = fold(match or "")
    found: dict[str, set[str]] = {}
    columns = ("payload_id", "json_pointer", "derived_from", "entity_name", "source_record_id")
    for payload_id, pointer, derived, name, own_id in records.select(columns).iter_rows():
        if wanted in fold(name or "") or (match and match == own_id):
            places = [place.partition("#") for place in derived]
            others = {(payload, inner) for payload, _, inner in places}
            for payload, inner in {(payload_id, pointer), *others}:
                found.setdefault(payload, set()).add(inner)
    return found


def make_example(
    chosen: Chosen,
    why: str,
    lens: CompiledLens,
    connector: Connector,
    bench: Workbench,
    secrets: Collection[str] = (),
) -> tuple[dict[str, Any], Excerpt]:
    """An example that expects what the lens reads today, as its file holds it.

    Raises LakeError where the lens reads nothing that could be expected, or where a record
    comes without the licence that its source promises for each.
    """
    row, spec = chosen.row, connector.spec
    excerpt = make_excerpt(row["body"], row["content_type"], chosen.pointers, spec, secrets)
    example = {
        "id": _id(row, chosen.pointers),
        "connector": spec.name,
        "endpoint": row["endpoint"],
        "provenance": _provenance(row, spec, why),
        "payload": excerpt.payload,
    }
    extracted = _extracted(example, connector)
    if row["licence"] != _AUTHORED:
        example["provenance"]["licence"] = _licence(extracted.records, row, spec)
    expect = _expectations(read_interpreted(lens, interpret(lens, extracted), bench).records, lens)
    if not expect:
        raise LakeError(f"{row['payload_id']}: the lens reads no record in {chosen.pointers}")
    return {**example, "expect": expect}, excerpt


def _provenance(row: Mapping[str, Any], spec: ConnectorSpec, why: str) -> dict[str, str]:
    return {
        "kind": _AUTHORED if row["licence"] == _AUTHORED else "recorded",
        "source": f"{spec.title}; {spec.licence.attribution}",
        "date": f"{row['fetched_at']:%Y-%m-%d}",
        "licence": row["licence"],
        "why": why,
    }


def _licence(records: pl.DataFrame, row: Mapping[str, Any], spec: ConnectorSpec) -> str:
    """What the records come under, each its own where the source promises that."""
    licences = sorted(set(records["licence"].drop_nulls())) or [row["licence"]]
    if PER_RECORD in licences:
        raise LakeError(
            f"{spec.name}: a record names no licence, so it is not known whether it may be kept"
        )
    return "; ".join(licences)


def _id(row: Mapping[str, Any], pointers: Collection[str]) -> str:
    key = fingerprint(row["payload_id"], *pointers, length=8)
    return f"{row['source'].replace('_', '-')}-{row['fetched_at']:%Y-%m-%d}-{key}"


def _extracted(example: Mapping[str, Any], connector: Connector) -> Extracted:
    shelf = Example.model_validate({**example, "expect": [{"record": "any"}]})
    return extract_examples(Evidence({shelf.id: (shelf, "", 1)}, []), {connector.name: connector})


def _expectations(records: pl.DataFrame, lens: CompiledLens) -> list[dict[str, Any]]:
    """What the lens reads of each record that has a name of its own."""
    named = records.filter(pl.col("status") == "ok").with_columns(
        pl.coalesce("source_record_id", "entity_name").alias("name")
    )
    told = named.drop_nulls("name").filter(pl.col("name").is_unique())
    expectations = []
    for row in told.sort("json_pointer", "name").iter_rows(named=True):
        modules = json.loads(row["modules"])
        expected = {"record": row["name"], "entity_class": row["entity_class"]}
        expected |= {dimension: row[dimension] for dimension in DIMENSIONS}
        ours = {name: modules[name] for name in lens.modules if modules.get(name)}
        expectations.append(expected | ({"modules": ours} if ours else {}))
    return expectations
