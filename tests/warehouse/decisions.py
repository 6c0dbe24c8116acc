"""Decisions as the rows that tests of the gate write and read."""

from __future__ import annotations

from pipeline.warehouse import Gate

ADD = "insert into decision values ($id, 'pin', 's', null, null, 'me', 'why', timestamp '2026-01-14', null)"


def decisions(gate: Gate) -> list[str]:
    with gate.read() as connection:
        return [
            row[0]
            for row in connection.execute(
                "select decision_id from decision order by all"
            ).fetchall()
        ]


def decide(gate: Gate, *ids: str, failure: type[BaseException] | None = None) -> None:
    with gate.write() as connection:
        for decision_id in ids:
            connection.execute(ADD, {"id": decision_id})
        if failure is not None:
            raise failure
