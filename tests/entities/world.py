"""A directory that is built again and again: what sources answer now, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.connectors.registry import Connector
from pipeline.connectors.spec import ConnectorSpec
from pipeline.entities.build import build_entities
from pipeline.entities.changes import to_changes
from pipeline.lake.payload import Payload
from pipeline.lens.compiled import CompiledLens
from pipeline.records.reading import read_payloads
from pipeline.sqlsteps import load_step
from pipeline.warehouse.gate import Gate
from pipeline.warehouse.stored import read_stored
from pipeline.warehouse.writing import EntityChanges, RunRow, write_changes
from pipeline.workbench import Workbench
from tests import authored

_START = datetime(2026, 2, 1)


def _group_of(record: str, bench: Workbench) -> list[str]:
    grouping = bench.fetch("grouping")
    return list(grouping.filter(pl.col("record_key").str.ends_with(f":{record}"))["group_key"])


@dataclass
class World:
    """One warehouse. Each `settle` is a whole rebuild, a day after the one before."""

    lens: CompiledLens
    connectors: Mapping[str, Connector]
    gate: Gate
    scratch: Path
    days: int = 0

    def settle(self, *answers: Payload, seed: int | None = None) -> None:
        """Build everything from these answers alone, and write it."""
        changes = self.build(*answers, seed=seed)
        self.write(changes)

    def write(self, changes: EntityChanges) -> None:
        """Write a change set as the run of the next day."""
        now = _START + timedelta(days=self.days)
        self.days += 1
        write_changes(self.gate, changes, self.run_row(now), now)

    def build(self, *answers: Payload, seed: int | None = None) -> EntityChanges:
        """What changes when these answers are all there is; `seed` shuffles the records."""
        stored = read_stored(self.gate, self.lens.id)
        with Workbench(self.scratch, "1GB") as bench:
            records = self._read(answers, bench).select(stored.records.columns)
            if seed is not None:
                records = records.sample(fraction=1.0, shuffle=True, seed=seed)
            build = build_entities(records, stored, self.lens, self._specs(), bench)
        return to_changes(build, records, self.lens, is_whole=True)

    def ask(self, *answers: Payload, wanted: str) -> EntityChanges:
        """What changes when a query is answered by these and wants one record's group.

        As a run does it: beside the answers stands what is stored already.
        """
        stored = read_stored(self.gate, self.lens.id)
        with Workbench(self.scratch, "1GB") as bench:
            fresh = self._read(answers, bench).select(stored.records.columns)
            before = stored.records.join(fresh, on="record_key", how="anti")
            records = pl.concat([fresh, before])
            build = build_entities(
                records, stored, self.lens, self._specs(), bench, partial(_group_of, wanted)
            )
        kept = fresh.join(build.members, on="record_key", how="semi")
        return to_changes(build, kept, self.lens, is_whole=False)

    def _read(self, answers: Sequence[Payload], bench: Workbench) -> pl.DataFrame:
        return read_payloads(self.lens, authored.payloads(answers), self.connectors, bench).records

    def _specs(self) -> dict[str, ConnectorSpec]:
        return {name: connector.spec for name, connector in self.connectors.items()}

    def ids(self) -> dict[str, str]:
        """Each entity's id by its slug."""
        return dict(self.rows("select slug, entity_id from entity"))

    def homes(self) -> dict[str, str]:
        """Each record's entity, by the record's own id."""
        rows = self.rows("select record_key, entity_id from entity_member")
        return {str(key).split(":", 1)[1]: entity_id for key, entity_id in rows}

    def events(self, day: int | None = None) -> set[tuple[Any, ...]]:
        """(event, entity, other) of one settling; the last one unless told."""
        run_id = f"run_{self.days - 1 if day is None else day}"
        return set(
            self.rows(
                "select event, entity_id, other_id from entity_history where run_id = $run_id",
                {"run_id": run_id},
            )
        )

    def found(self, name: str) -> list[str]:
        """The slugs of the entities that a slug or id leads to."""
        statement = load_step("views", "entity_found").statement
        with self.gate.read() as connection:
            params = {"lens_id": self.lens.id, "name": name}
            return list(connection.sql(statement, params=params).pl()["slug"])

    def rows(self, query: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with self.gate.read() as connection:
            return connection.execute(query, params or {}).fetchall()

    def run_row(self, now: datetime) -> RunRow:
        return RunRow(
            {
                "run_id": f"run_{self.days - 1}",
                "mode": "replay",
                "lens_id": self.lens.id,
                "lens_hash": self.lens.hash,
                "status": "succeeded",
                "started_at": now,
                "finished_at": now,
            },
            pl.DataFrame(
                schema=dict.fromkeys(
                    ("payload_id", "source", "lake_path", "body_sha256", "licence", "mode"),
                    pl.String,
                )
                | dict.fromkeys(("fetched_at", "retain_until"), pl.Datetime("us"))
            ),
        )
