"""What changes while a run asks its sources: candidates, accepted entities, evidence, seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipeline.orchestration.candidate import Candidate
from pipeline.orchestration.keys import content_key, place_key, strong_id_key


class Acceptance(NamedTuple):
    """What became of a candidate; `reason` is empty where it was accepted."""

    accepted: bool
    key: str
    reason: str


@dataclass(frozen=True)
class Contribution:
    """What one connector brings to the context when its phase ends."""

    connector: str
    trust_level: int
    candidates: tuple[Candidate, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    seeds: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class ExecutionContext:
    """The state of one run.

    `strong_ids` is the lens's precedence of id schemes, `least_confidence` its bound on whom
    to accept. A seed that is one value identifies the thing asked for; a list of values is
    work for a later connector.
    """

    strong_ids: tuple[str, ...] = ()
    least_confidence: float = 0.0
    candidates: list[Candidate] = field(default_factory=list)
    accepted_entities: list[Candidate] = field(default_factory=list)
    accepted_entity_keys: set[str] = field(default_factory=set)
    evidence: dict[str, Any] = field(default_factory=dict)
    seeds: dict[str, Any] = field(default_factory=dict)
    _trust: dict[tuple[str, ...], int] = field(default_factory=dict, repr=False)

    def accept_entity(self, candidate: Candidate) -> Acceptance:
        """Accept a candidate once; a duplicate changes nothing."""
        key = self.key_of(candidate)
        if key in self.accepted_entity_keys:
            return Acceptance(False, key, "duplicate")
        if candidate.confidence < self.least_confidence:
            told = f"confidence {candidate.confidence:g} is below {self.least_confidence:g}"
            return Acceptance(False, key, told)
        self.accepted_entity_keys.add(key)
        self.accepted_entities.append(candidate)
        return Acceptance(True, key, "")

    def key_of(self, candidate: Candidate) -> str:
        """Strong id of the candidate, else of the seeds, else name and place, else content."""
        seeded = {name: seed for name, seed in self.seeds.items() if isinstance(seed, str)}
        return (
            strong_id_key(candidate.ids, self.strong_ids)
            or strong_id_key(seeded, self.strong_ids)
            or place_key(candidate.name, candidate.latitude, candidate.longitude)
            or content_key({"name": candidate.name, **candidate.content})
        )

    def commit(self, contributions: Iterable[Contribution]) -> None:
        """Take in what the connectors of a phase brought, in the order of their names.

        Lists append, mappings merge by key, a single value goes to the higher trust and then
        to the later name; so does a key whose values differ in shape. None says nothing. So
        the order in which the connectors answered changes nothing, and neither does what a
        contribution's owner makes of it later.
        """
        for brought in sorted(contributions, key=lambda contribution: contribution.connector):
            self.candidates.extend(brought.candidates)
            self._merge(("evidence",), self.evidence, brought.evidence, brought.trust_level)
            self._merge(("seeds",), self.seeds, brought.seeds, brought.trust_level)

    def _merge(
        self, path: tuple[str, ...], into: dict[str, Any], new: Mapping[str, Any], trust: int
    ) -> None:
        for key, value in new.items():
            where, old = (*path, key), into.get(key)
            fits = old is None or _shape(old) is _shape(value)
            if value is None or (not fits and trust < self._trust.get(where, 0)):
                continue
            if not fits:  # a value of another shape takes the trust of its parts along
                self._trust = {w: t for w, t in self._trust.items() if w[: len(where)] != where}
                old = None
            if isinstance(value, Mapping):
                into[key] = {} if old is None else old
                self._merge(where, into[key], value, trust)
            elif isinstance(value, list | tuple):
                into[key] = [*(old or ()), *value]
            elif trust >= self._trust.get(where, 0):
                into[key] = value
            self._trust[where] = max(trust, self._trust.get(where, 0))

    def as_dict(self) -> dict[str, Any]:
        """Plain values in a fixed order: what conditions see as `context`, and tests compare."""
        return {
            "candidates": [candidate.as_dict() for candidate in self.candidates],
            "accepted_entities": [candidate.as_dict() for candidate in self.accepted_entities],
            "accepted_entity_keys": sorted(self.accepted_entity_keys),
            "evidence": self.evidence,
            "seeds": self.seeds,
        }


def _shape(value: Any) -> type:
    """What a value is merged as: a mapping, a list or one single value."""
    if isinstance(value, Mapping):
        return dict
    return list if isinstance(value, list | tuple) else object
