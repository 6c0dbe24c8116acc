"""Finding the names that only purged payloads gave, in texts that outlive the records."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from pipeline.text import slugify
from pipeline.values import canonical_json

REMOVED = "(removed by lake purge)"
_SHORTEST = 3  # a shorter name is forgotten only where it stands alone
_OWN_WORDS = "query"  # what the user asked is the user's


@dataclass(frozen=True)
class Forgotten:
    """Names, their slugs, and the sources and ids of the payloads they came from."""

    names: frozenset[str]
    slugs: frozenset[str]
    marks: frozenset[str]

    def is_slug(self, text: str) -> bool:
        """Whether a slug was made from one of the names, be it with a place behind it."""
        heads = text.split("-")
        return any("-".join(heads[:n]) in self.slugs for n in range(1, len(heads) + 1))

    def is_cause(self, text: str) -> bool:
        """Whether a cause of a change quotes such a slug."""
        return any(self.is_slug(quoted) for quoted in re.findall(r"'([^']*)'", text))

    def scrub(self, report: str) -> str:
        """A run's report without them; warnings that tell of the payloads go whole."""
        return canonical_json(self._scrubbed(json.loads(report)))

    def _scrubbed(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {
                name: inner if name == _OWN_WORDS else self._scrubbed(inner, name)
                for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self._scrubbed(inner, key) for inner in value]
        if not isinstance(value, str):
            return value
        is_marked = key == "warnings" and any(mark in value for mark in self.marks)
        return REMOVED if is_marked or self.is_slug(value) else self._without_names(value)

    def _without_names(self, text: str) -> str:
        if text in self.names:
            return REMOVED
        for name in self.names:
            if len(name) >= _SHORTEST and name in text:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _: REMOVED, text)
        return text


def forgotten(names: Collection[str], living: Collection[str], marks: Collection[str]) -> Forgotten:
    """What no living name says too; names that fold alike are the same."""
    said = {slugify(name) for name in living}
    unsaid = {name for name in names if slugify(name) not in said}
    slugs = {slugify(name) for name in unsaid} - {""}
    return Forgotten(frozenset(unsaid), frozenset(slugs), frozenset(marks))


def changed_reports(reports: dict[str, str], scrub: Callable[[str], str]) -> dict[str, str]:
    """The reports that look different once scrubbed, by run."""
    scrubbed = {run: scrub(report) for run, report in reports.items()}
    return {
        run: text for run, text in scrubbed.items() if json.loads(text) != json.loads(reports[run])
    }
