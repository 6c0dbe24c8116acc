"""Lenses for tests: the shipped one with a change, and frames as a lens reads them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.connectors.registry import load_connectors
from pipeline.findings import Finding
from pipeline.lens.compiled import CompiledLens, check_lens, load_lens
from pipeline.records.extracting import OBSERVATIONS
from tests.conftest import LENS

Edit = tuple[str, str]


def edited_text(*edits: Edit) -> str:
    """The shipped lens.yaml with each text replaced where it first stands."""
    text = LENS.read_text("utf-8")
    for old, new in edits:
        assert old in text, f"the shipped lens no longer holds {old!r}"
        text = text.replace(old, new, 1)
    return text


def write_lens(folder: Path, text: str, name: str = LENS.parent.name) -> Path:
    """A lens folder with this lens.yaml and no examples."""
    path = folder / name / "lens.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def edited_lens(folder: Path, *edits: Edit) -> CompiledLens:
    """The shipped lens with these changes, compiled."""
    return load_lens(write_lens(folder, edited_text(*edits)), load_connectors())


def findings_of(folder: Path, text: str) -> list[Finding]:
    """Every finding of gates 1 to 5 and 7 on this lens text."""
    return check_lens(write_lens(folder, text), load_connectors())[1]


def line_of(text: str, part: str) -> int:
    """The line on which the part first stands."""
    assert part in text, f"the text does not hold {part!r}"
    return text[: text.index(part)].count("\n") + 1


def the_finding(folder: Path, old: str, new: str, marker: str) -> Finding:
    """The only finding of the shipped lens with one change; it stands where the marker does."""
    text = edited_text((old, new))

    findings = findings_of(folder, text)

    assert [f.message for f in findings[1:]] == []
    assert findings[0].file == "edinburgh_finds/lens.yaml"
    assert findings[0].level == "error"
    assert findings[0].line == line_of(text, marker)
    return findings[0]


def observations(
    *rows: tuple[int, str, str], source: str = "openstreetmap", entity_class: str = "place"
) -> pl.DataFrame:
    """Raw values as rules read them, from (record, field, value); the pointer tells the row."""
    return pl.DataFrame(
        [
            {
                "record": record,
                "source": source,
                "field": field,
                "value": value,
                "pointers": [f"/{n}/{field}"],
                "entity_class": entity_class,
            }
            for n, (record, field, value) in enumerate(rows)
        ],
        schema=OBSERVATIONS | {"entity_class": pl.String()},
    )


def attached(*records: int, module: str = "sports_facility") -> pl.DataFrame:
    """Records that have the module."""
    return pl.DataFrame(
        {"record": records, "module": [module] * len(records)},
        schema={"record": pl.UInt32, "module": pl.String},
    )


def records_like(rows: Sequence[dict[str, object]]) -> pl.DataFrame:
    """Records with the columns that classification and triggers read; absent ones are null."""
    schema = {
        "record": pl.UInt32,
        "entity_class": pl.String,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
        "street_address": pl.String,
        "postcode": pl.String,
        "time_start": pl.Datetime("us"),
        "canonical_roles": pl.List(pl.String),
    }
    numbered = [{"record": n} | row for n, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema=schema)


def small_lens(folder: Path, **sections: object) -> CompiledLens:
    """The least that is a lens, with these sections; JSON is YAML too."""
    least = {
        "lens": "small",
        "title": "Small",
        "vocabulary": {
            "default_place": "town",
            "places": {
                "town": {"keywords": ["town"], "box": [50.0, 0.0, 51.0, 1.0]},
                "park": {"keywords": ["park"], "inside": "town", "box": [50.2, 0.2, 50.4, 0.4]},
            },
        },
        "canonical_values": {},
        "mapping_rules": [],
        "connector_rules": {},
        "admission": {"path": "entity.entity_name", "operator": "EXISTS"},
    }
    path = write_lens(folder, json.dumps(least | sections), "small")
    return load_lens(path, load_connectors())
