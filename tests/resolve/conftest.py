"""Who is who among authored answers, through the real reading and resolving."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from pipeline.connectors.registry import Connector
from pipeline.lake.payload import Payload
from pipeline.lens.compiled import CompiledLens
from pipeline.records.reading import read_payloads
from pipeline.resolve.resolver import Resolution, resolve
from pipeline.workbench import Workbench
from tests import authored

Resolve = Callable[..., Resolution]


@pytest.fixture
def resolved(
    lens: CompiledLens, connectors: dict[str, Connector], bench: Workbench
) -> Callable[..., Resolution]:
    """The resolution of some answers."""

    def resolve_answers(*answers: Payload) -> Resolution:
        reading = read_payloads(lens, authored.payloads(answers), connectors, bench)
        specs = {name: connector.spec for name, connector in connectors.items()}
        return resolve(reading.records, lens, specs, bench)

    return resolve_answers


def groups(resolution: Resolution, *standings: str) -> set[frozenset[str]]:
    """The record keys of each group, of records that stand so (members unless told)."""
    members = resolution.members.filter(pl.col("standing").is_in(standings or ("member",)))
    keys = members.group_by("group_key").agg("record_key")["record_key"]
    return {frozenset(group) for group in keys}


def one(*keys: str) -> set[frozenset[str]]:
    """A single group."""
    return {frozenset(keys)}
