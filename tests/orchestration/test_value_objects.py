"""What passes through the control plane: plain, frozen, without defaults of its own."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import pytest

from pipeline.connectors.registry import Connector
from pipeline.connectors.spec import ConnectorSpec
from pipeline.lens.compiled import CompiledLens
from pipeline.orchestration.candidate import Candidate
from pipeline.orchestration.execution_context import Contribution
from pipeline.orchestration.plan import ConnectorNode, ExecutionPlan
from pipeline.orchestration.query_features import QueryFeatures
from pipeline.orchestration.request import IngestRequest
from pipeline.values import BoundingBox, GeoPoint
from tests.orchestration.things import features
from tests.source_code import PACKAGE, modules

OBJECTS = (IngestRequest, GeoPoint, BoundingBox, QueryFeatures, Candidate, Contribution,
           ConnectorNode, ExecutionPlan)  # fmt: skip


@pytest.mark.parametrize("kind", OBJECTS)
def test_a_value_object_is_a_frozen_dataclass(kind: Any):
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen


def holding(*texts: str) -> set[str]:
    """The files of the engine in which one of these texts stands."""
    sources = {module.path: (PACKAGE / module.path).read_text("utf-8") for module in modules()}
    return {path for path, source in sources.items() if any(text in source for text in texts)}


def test_run_time_objects_are_no_pydantic():
    assert not {path for path in holding("pydantic") if path.startswith(("orchestration", "runs"))}


def test_one_place_starts_the_event_loop_and_nothing_asks_the_network_without_one():
    assert holding("asyncio.run(") == {"interrupts.py"}
    assert holding("httpx.Client(", "httpx.get(", "httpx.post(", "urlopen(") == set()


def test_counts_and_confidence_have_no_default_in_code():
    given = {f.name for f in fields(IngestRequest) if f.default is f.default_factory is MISSING}

    assert given == {"query", "target_entity_count", "min_confidence", "budget"}


def test_a_query_is_read_alike_every_time(lens: CompiledLens):
    for query in ("Powerleague Portobello", "5-a-side in Leith", "padel", "?!"):
        assert features(lens, query) == features(lens, query)
        assert hash(features(lens, query)) == hash(features(lens, query))


@pytest.mark.parametrize(("tier", "level"), [("high", 3), ("medium", 2), ("low", 1)])
def test_a_tier_of_trust_is_a_number(connectors: dict[str, Connector], tier: str, level: int):
    spec: ConnectorSpec = connectors["serper"].spec.model_copy(update={"trust_tier": tier})

    assert spec.trust_level == level
