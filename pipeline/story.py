"""The story of one entity: who said what, who won and why, down to the bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline.connectors.decoding_xml import read_records
from pipeline.connectors.registry import load_connectors
from pipeline.errors import LakeError, UsageError
from pipeline.lake.store import collect_payloads, scan_lake
from pipeline.sqlsteps import load_step
from pipeline.warehouse.gate import Gate


@dataclass(frozen=True)
class Story:
    """Rows as plain mappings: the entity, its claims, members, links and history."""

    entity: dict[str, Any]
    claims: list[dict[str, Any]]
    members: list[dict[str, Any]]
    links: list[dict[str, Any]]
    history: list[dict[str, Any]]

    def claims_of(self, field: str) -> list[dict[str, Any]]:
        """Claims on a path, or on paths that end in or lie below it.

        Raises UsageError naming the paths there are.
        """
        found = [c for c in self.claims if _names(field, c["path"])]
        if not found:
            known = sorted({claim["path"] for claim in self.claims})
            raise UsageError(f"no source claims {field!r}; claimed are {', '.join(known)}")
        return found


def read_story(gate: Gate, lens_id: str, name: str) -> Story:
    """The story of the entity a slug or id names. Raises UsageError with the nearest slugs."""
    with gate.read() as connection:
        found = _rows(connection, "entity_found", {"lens_id": lens_id, "name": name})
        if not found:
            near = _rows(connection, "entity_suggestion", {"lens_id": lens_id, "name": name})
            slugs = ", ".join(row["slug"] for row in near)
            hint = f"; nearest are {slugs}" if slugs else "; the lens has no entity yet"
            raise UsageError(f"no entity of {lens_id} is called {name!r}{hint}")
        key = {"lens_id": lens_id, "entity_id": found[0]["entity_id"]}
        return Story(
            found[0],
            *(
                _rows(connection, view, key)
                for view in (
                    "claim_story",
                    "member_story",
                    "link_story",
                    "history_story",
                )
            ),
        )


class RawReader:
    """The text that claims point to; each payload is read and decoded once."""

    def __init__(self, lake: Path) -> None:
        self._lake = lake
        self._decoded: dict[str, Any] = {}

    def read(self, payload_id: str, pointer: str) -> str:
        """A value of JSON, row of CSV or record of XML, as JSON; one line per pointer of a list.

        A pointer may name another payload: `p_…#/features/0`. What cannot be shown is
        told in brackets.
        """
        pointers = json.loads(pointer) if pointer.startswith("[") else [pointer]
        return "\n".join(self._at(payload_id, one) for one in pointers)

    def _at(self, home_id: str, pointer: str) -> str:
        head, slash, rest = pointer.partition("/")
        payload_id = head.removesuffix("#") or home_id
        try:
            value = self._payload(payload_id)
            for part in rest.split("/") if slash else ():
                key = part.replace("~1", "/").replace("~0", "~")  # RFC 6901
                value = value[int(key)] if isinstance(value, list) else value[key]
        except LakeError as error:
            return f"({error})"
        except (LookupError, ValueError, TypeError):
            return f"({payload_id} has nothing at {slash}{rest})"
        return json.dumps(value, ensure_ascii=False)

    def _payload(self, payload_id: str) -> Any:
        if payload_id not in self._decoded:
            self._decoded[payload_id] = _decode(*_body(self._lake, payload_id))
        return self._decoded[payload_id]


def _body(lake: Path, payload_id: str) -> tuple[str, str, bytes]:
    """Source, content type and body. Raises LakeError where the lake holds no such payload."""
    stored = scan_lake(lake).filter(pl.col("payload_id") == payload_id)
    rows = collect_payloads(stored.select("source", "content_type", "body"))
    if rows.is_empty():
        raise LakeError(f"{payload_id} is not in the lake")
    source, content_type, body = rows.row(0)
    return source, content_type, body


def _decode(source: str, content_type: str, body: bytes) -> Any:
    """JSON as it is, CSV as a list of rows, XML as one of the source's records.

    Raises ValueError for anything else.
    """
    connector = load_connectors().get(source)
    if content_type == "application/xml" and connector and connector.spec.xml_record:
        return read_records(body, connector.spec.xml_record)
    if content_type != "text/csv":
        return json.loads(body)
    head, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig")))
    return [dict(zip(head, row, strict=False)) for row in rows]


def _names(field: str, path: str) -> bool:
    return path == field or path.endswith(f".{field}") or f".{path}.".find(f".{field}.") >= 0


def _rows(
    connection: duckdb.DuckDBPyConnection, view: str, params: Mapping[str, Any]
) -> list[dict[str, Any]]:
    statement = load_step("views", view).statement
    relation = connection.sql(statement, params=dict(params))
    is_json = {c for c, t in zip(relation.columns, relation.types, strict=True) if str(t) == "JSON"}
    return [
        {k: json.loads(v) if k in is_json and v is not None else v for k, v in row.items()}
        for row in relation.pl().to_dicts()
    ]
