"""How sure a run is that it has what was asked for: 0 to 1, by an exchangeable rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Protocol

from pipeline.orchestration.candidate import Candidate
from pipeline.orchestration.request import IngestionMode, IngestRequest

Group = Sequence[Candidate]


@dataclass(frozen=True)
class Progress:
    """Where a run stands at a barrier.

    `groups` are the accepted entities, those that are one thing together;
    `awaits_structured`: a selected structured source has not answered yet.
    """

    request: IngestRequest
    mode: IngestionMode
    groups: Sequence[Group]
    awaits_structured: bool


class ConfidenceCalculator(Protocol):
    """Anything that tells a confidence; the same progress always gives the same number."""

    def calculate(self, progress: Progress) -> float: ...


class StandardConfidence:
    """Independent sources agree: 1 - the chance that all who speak of the best group are wrong.

    Where many are wanted, the share of those found. One named thing stays below the request's
    confidence until every selected structured source has answered.
    """

    def calculate(self, progress: Progress) -> float:
        if progress.mode is IngestionMode.DISCOVER_MANY:
            return min(1.0, len(progress.groups) / progress.request.target_entity_count)
        best = max((_support(group) for group in progress.groups), default=0.0)
        if progress.awaits_structured:
            return min(best, 0.99 * progress.request.min_confidence)
        return best


def _support(group: Group) -> float:
    by_source: dict[str, float] = {}
    for candidate in group:
        said = by_source.get(candidate.source, 0.0)
        by_source[candidate.source] = max(said, candidate.confidence)
    return 1.0 - prod(1.0 - by_source[source] for source in sorted(by_source))
