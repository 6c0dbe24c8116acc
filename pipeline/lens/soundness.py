"""Gates 5 and 7: patterns that compile and can fail, places that are somewhere, and once.

And a warning for the patterns that are right, but slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pipeline.findings import Finding
from pipeline.lens.contract import MappingRule, Place
from pipeline.lens.document import Document, Key
from pipeline.lens.extractors import RegexCapture
from pipeline.lens.parts import Parts
from pipeline.patterns import compile_pattern


def check_patterns(document: Document, parts: Parts) -> Iterator[Finding]:
    """A finding per pattern that does not compile, lacks its group or fits every text."""
    for key, rule, pattern, group in _named_patterns(parts):
        try:
            compiled = re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            yield document.finding(5, key, rule, f"{pattern!r}: {error}", "a Python pattern")
            continue
        if compiled.groups < group:
            found = f"{pattern!r} with {compiled.groups} groups"
            yield document.finding(5, key, rule, found, f"a pattern with group {group}")
        if compiled.search("") is not None:
            yield document.finding(
                7, key, rule, f"{pattern!r}, which matches every text",
                "a pattern that some text does not match",
            )  # fmt: skip


def check_places(document: Document, parts: Parts) -> Iterator[Finding]:
    """A finding per place that has no position, has two, or lies in itself."""
    places = parts.vocabulary.places if parts.vocabulary else {}
    for name, place in places.items():
        key: Key = ("vocabulary", "places", name)
        rule = f"place {name}"
        if (place.box is None) == (place.point is None):
            found = "both" if place.box else "neither"
            yield document.finding(7, key, rule, found, "a box or a point")
        if name in _around(name, places):
            found = f"{place.inside!r}, which lies in it"
            yield document.finding(7, (*key, "inside"), rule, found, "a place round it")


def warn_of_slow_patterns(document: Document, rules: Sequence[MappingRule]) -> Iterator[Finding]:
    """A warning per mapping rule that the fast engine cannot take; the patterns compile."""
    for n, rule in enumerate(rules):
        if not compile_pattern(rule.pattern).is_fast:
            yield document.warning(
                "slow-pattern", ("mapping_rules", n, "pattern"), f"mapping rule {rule.id}",
                f"{rule.pattern!r}",
                "a pattern without look-around or back-references, where one will do",
            )  # fmt: skip


def _named_patterns(parts: Parts) -> Iterator[tuple[Key, str, str, int]]:
    """Key, rule, pattern, and the group of it that is asked for."""
    for key, rule in parts.mapping_rules:
        yield (*key, "pattern"), f"mapping rule {rule.id}", rule.pattern, 0
    for key, class_rule in parts.class_rules:
        yield (*key, "pattern"), f"class rule {class_rule.id}", class_rule.pattern, 0
    for key, field_rule in parts.field_rules:
        if isinstance(field_rule.extractor, RegexCapture):
            where = (*key, "extractor", "pattern")
            name = f"field rule {field_rule.rule_id}"
            yield where, name, field_rule.extractor.pattern, field_rule.extractor.group
    if parts.resolution:
        for n, pattern in enumerate(parts.resolution.parts.names):
            yield ("resolution", "parts", "names", n), "resolution.parts.names", pattern, 0


def _around(name: str, places: Mapping[str, Place]) -> list[str]:
    """The places round a place; its own name is one of them where they form a ring."""
    around: list[str] = []
    outer = places[name].inside
    while outer is not None and outer in places and outer not in around:
        around.append(outer)
        outer = places[outer].inside
    return around
