"""What a phase brought, read and taken into the context in an order that timing cannot change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipeline.connectors.registry import Connector
from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.answering import answering_records
from pipeline.orchestration.candidate import Candidate, to_candidates
from pipeline.orchestration.execution_context import Contribution, ExecutionContext
from pipeline.orchestration.outcome import ConnectorOutcome
from pipeline.orchestration.plan import ConnectorNode
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.records.extracting import Extracted, combine, extract_payloads, renumbered
from pipeline.records.reading import Interpreted, interpret

Answered = tuple[ConnectorNode, ConnectorOutcome]


def commit_outcomes(
    answered: Sequence[Answered],
    lens: CompiledLens,
    connectors: Mapping[str, Connector],
    features: QueryFeatures,
    state: ExecutionContext,
    first_record: int,
) -> Interpreted:
    """Read the answers of a phase, commit them in name order, accept the candidates.

    The records are numbered from `first_record`.
    """
    ordered = sorted(answered, key=lambda pair: pair[1].name)
    extracted: list[Extracted] = [extract_payloads({}, connectors)]
    origins: list[tuple[ConnectorNode, ConnectorOutcome, int, int]] = []
    for node, outcome in ordered:
        count = outcome.extracted.records.height if outcome.extracted else 0
        origins.append((node, outcome, first_record, count))
        if outcome.extracted:
            extracted.append(renumbered(outcome.extracted, first_record))
        first_record += count
    read = interpret(lens, combine(extracted))
    fitting = answering_records(read.records, features, lens)
    contributions = [
        _contribution(node, outcome, _of_node(fitting, start, count), count)
        for node, outcome, start, count in origins
    ]
    state.commit(contributions)
    _accept(contributions, {node.name: node for node, _ in ordered}, state)
    return read


def _of_node(records: pl.DataFrame, start: int, count: int) -> pl.DataFrame:
    return records.filter(pl.col("record").is_between(start, start + count, closed="left"))


def _contribution(
    node: ConnectorNode, outcome: ConnectorOutcome, fitting: pl.DataFrame, records: int
) -> Contribution:
    spec = node.connector.spec
    candidates = tuple(to_candidates(fitting, spec))
    evidence = {
        "status": outcome.status,
        "payloads": outcome.payloads.height,
        "records": records,
        "candidates": len(candidates),
    }
    return Contribution(outcome.name, spec.trust_level, candidates, {outcome.name: evidence})


def _accept(
    contributions: Sequence[Contribution],
    nodes: Mapping[str, ConnectorNode],
    state: ExecutionContext,
) -> None:
    """Accept what the phase brought; the ids of the accepted are seeds for later phases."""
    seeds = []
    for brought in contributions:
        told = [(candidate, state.accept_entity(candidate)) for candidate in brought.candidates]
        # A duplicate speaks of something accepted too, and may know an id that the first did not.
        accepted = [c for c, verdict in told if verdict.key in state.accepted_entity_keys]
        provides = nodes[brought.connector].operation.provides
        found = {key: _ids(accepted, scheme) for key, scheme in provides.items()}
        given = {key.removeprefix("context.seeds."): ids for key, ids in found.items() if ids}
        seeds.append(Contribution(brought.connector, brought.trust_level, seeds=given))
    state.commit(seeds)


def _ids(candidates: Sequence[Candidate], scheme: str) -> list[Any]:
    return list(dict.fromkeys(c.ids[scheme] for c in candidates if scheme in c.ids))
