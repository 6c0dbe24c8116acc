"""The gates a lens passes before anything runs: all of them speak, then the load fails.

1 schema (parts.py), 2 canonical references, 3 connector references, 4 duplicate ids, 5 patterns
and 7 no silent fallback (soundness.py). Gate 6, evidence, needs the connectors: examples.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

from pipeline.conditions import (
    CompositeCondition,
    Condition,
    ConditionError,
    Node,
    parse_condition,
)
from pipeline.findings import Finding, nearest
from pipeline.lens.contract import (
    ConditionTrigger,
    Contract,
    FieldRule,
    LocationMatch,
    VocabularySection,
)
from pipeline.lens.document import Document, Key
from pipeline.lens.parts import Parts, check_schema, read_parts
from pipeline.lens.paths import known_paths
from pipeline.lens.soundness import check_patterns, check_places

_DIMENSION_PATHS = re.compile(r"^(?:record|entity)\.(canonical_\w+)$")


class KnownConnector(Protocol):
    """What a lens may refer to: a connector's nodes, and the context keys it fills."""

    @property
    def node_names(self) -> Collection[str]: ...

    @property
    def provided_keys(self) -> Collection[str]: ...


def check_gates(
    document: Document, connectors: Mapping[str, KnownConnector]
) -> tuple[Contract | None, list[Finding]]:
    """The contract where it stands, and every finding of gates 1 to 5 and 7, by line."""
    contract, findings = check_schema(document)
    if document.data:
        checker = _Checker(document, read_parts(document.data), connectors)
        findings += checker.run()
    return contract, sorted(set(findings), key=lambda f: (f.line, str(f.gate), f.rule, f.found))


class _Checker:
    """Gates 2 to 5 and 7 over the readable parts of one lens."""

    def __init__(
        self, document: Document, parts: Parts, connectors: Mapping[str, KnownConnector]
    ) -> None:
        self._document = document
        self._parts = parts
        self._connectors = connectors

    def run(self) -> list[Finding]:
        return [
            *self._canonical_references(),
            *self._vocabulary_references(),
            *self._module_references(),
            *self._conditions(),
            *self._connector_references(),
            *self._duplicates(),
            *self._places(),
            *self._apart(),
            *check_patterns(self._document, self._parts),
            *check_places(self._document, self._parts),
        ]

    # gate 2

    def _canonical_references(self) -> Iterator[Finding]:
        for key, rule in self._parts.mapping_rules:
            yield from self._require_value(
                (*key, "value"), f"mapping rule {rule.id}", rule.value, rule.dimension
            )

    def _vocabulary_references(self) -> Iterator[Finding]:
        vocabulary = self._parts.vocabulary
        if vocabulary is None:
            return
        for section, dimension, names in (
            ("activities", "canonical_activities", vocabulary.activities),
            ("venue_words", "canonical_place_types", vocabulary.venue_words),
        ):
            for name in names:
                key: Key = ("vocabulary", section, name)
                yield from self._require_value(key, f"vocabulary.{section}", name, dimension)
        for name, brand in vocabulary.brands.items():
            for value in brand.implies:
                where = ("vocabulary", "brands", name, "implies")
                rule = f"brand {name}"
                yield from self._require_value(where, rule, value, "canonical_activities")

    def _require_value(self, key: Key, rule: str, value: Any, dimension: str) -> Iterator[Finding]:
        if not self._parts.canonical_names:
            return  # the section itself is missing or no section: gate 1 says so
        known = self._parts.canonical.get(str(value))
        if known is None and str(value) not in self._parts.canonical_names:
            same = [v for v, c in self._parts.canonical.items() if c.dimension == dimension]
            yield self._document.finding(
                2, key, rule, f"{value!r}", f"a canonical value of {dimension}",
                nearest(str(value), same),
            )  # fmt: skip
        elif known is not None and known.dimension != dimension:
            yield self._document.finding(
                2,
                key,
                rule,
                f"{value!r} of {known.dimension}",
                f"a value of {dimension}",
            )

    def _apart(self) -> Iterator[Finding]:
        if self._parts.resolution:
            for n, value in enumerate(self._parts.resolution.apart):
                key = ("resolution", "apart", n)
                rule = "resolution.apart"
                yield from self._require_value(key, rule, value, "canonical_place_types")

    def _module_references(self) -> Iterator[Finding]:
        modules = self._parts.module_field_names
        for key, trigger in self._parts.module_triggers:
            if trigger.module not in modules:
                yield self._document.finding(
                    2, (*key, "module"), "module trigger", f"{trigger.module!r}",
                    f"a module of {sorted(modules)}", nearest(trigger.module, modules),
                )  # fmt: skip
        for key, rule in self._parts.field_rules:
            fields = modules[str(key[1])]
            if rule.target_path not in fields:
                yield self._document.finding(
                    2, (*key, "target_path"), f"field rule {rule.rule_id}",
                    f"{rule.target_path!r}", f"a field of module {key[1]}",
                    nearest(rule.target_path, fields),
                )  # fmt: skip
            yield from self._condition_paths(key, rule, fields)

    def _condition_paths(
        self, key: Key, rule: FieldRule, fields: Collection[str]
    ) -> Iterator[Finding]:
        for n, condition in enumerate(rule.conditions):
            if condition.type in {"field_not_populated", "any_field_missing"}:
                for path in condition.fields:
                    if path not in fields:
                        yield self._document.finding(
                            2, (*key, "conditions", n), f"field rule {rule.rule_id}",
                            f"{path!r}", f"a field of module {key[1]}", nearest(path, fields),
                        )  # fmt: skip

    def _conditions(self) -> Iterator[Finding]:
        for key, raw in self._raw_conditions():
            try:
                node = parse_condition(raw, ".".join(map(str, key)))
            except ConditionError as error:
                yield self._document.finding(1, key, "condition", str(error), "a condition")
                continue
            for leaf in _leaves(node):
                yield from self._require_path(key, leaf.path)
                match = _DIMENSION_PATHS.match(leaf.path)
                values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
                if match is None or leaf.value is None:
                    continue
                for value in values:
                    yield from self._require_value(key, "condition", value, match[1])

    def _require_path(self, key: Key, path: str) -> Iterator[Finding]:
        provided = {k for known in self._connectors.values() for k in known.provided_keys}
        known = known_paths(str(key[0]), provided)
        if path not in known:
            yield self._document.finding(
                2, key, "condition", f"path {path!r}", "a path of this section",
                nearest(path, known),
            )  # fmt: skip

    def _raw_conditions(self) -> Iterator[tuple[Key, Any]]:
        if "admission" in self._document.data:
            yield ("admission",), self._document.data["admission"]
        for key, module_trigger in self._parts.module_triggers:
            if isinstance(module_trigger.trigger, ConditionTrigger):
                yield (*key, "trigger", "when"), module_trigger.trigger.when
        for name, connector in self._parts.connector_rules.items():
            for n, trigger in enumerate(connector.triggers):
                if isinstance(trigger, ConditionTrigger):
                    yield ("connector_rules", name, "triggers", n, "when"), trigger.when

    # gate 3

    def _connector_references(self) -> Iterator[Finding]:
        nodes = {node for known in self._connectors.values() for node in known.node_names}
        for name in self._parts.connector_rules:
            where: Key = ("connector_rules", name)
            yield from self._require_connector(where, "connector rule", name, nodes)
        for key, rule in self._parts.mapping_rules:
            for source in rule.applicability.source:
                where = (*key, "applicability", "source")
                yield from self._require_connector(where, f"mapping rule {rule.id}", source)
        for key, field_rule in self._parts.field_rules:
            for source in field_rule.applicability.source:
                where = (*key, "applicability", "source")
                yield from self._require_connector(
                    where, f"field rule {field_rule.rule_id}", source
                )

    def _require_connector(
        self, key: Key, rule: str, name: str, names: Collection[str] | None = None
    ) -> Iterator[Finding]:
        """`names` are those that may stand here: every connector's, unless told otherwise."""
        known = sorted(self._connectors if names is None else names)
        if name not in known:
            yield self._document.finding(
                3,
                key,
                rule,
                f"{name!r}",
                f"a connector of {known}",
                nearest(name, known),
            )

    # gate 4

    def _duplicates(self) -> Iterator[Finding]:
        seen: dict[str, int] = {}
        named = [
            *((key, "id", rule.id) for key, rule in self._parts.mapping_rules),
            *((key, "id", rule.id) for key, rule in self._parts.class_rules),
            *((key, "rule_id", rule.rule_id) for key, rule in self._parts.field_rules),
        ]
        for key, name, rule_id in named:
            line = self._document.line((*key, name))
            if rule_id in seen:
                yield self._document.finding(
                    4, (*key, name), f"rule {rule_id}", f"the id of line {seen[rule_id]} again",
                    "an id of its own",
                )  # fmt: skip
            seen.setdefault(rule_id, line)

    def _places(self) -> Iterator[Finding]:
        if self._parts.vocabulary is None:
            return
        for where, rule, named in self._named_places(self._parts.vocabulary):
            if named not in self._parts.place_names:
                hint = nearest(named, self._parts.place_names)
                yield self._document.finding(
                    2, where, rule, f"{named!r}", "a place of the vocabulary", hint
                )

    def _named_places(self, vocabulary: VocabularySection) -> Iterator[tuple[Key, str, str]]:
        yield ("vocabulary", "default_place"), "default_place", vocabulary.default_place
        for name, place in vocabulary.places.items():
            if place.inside is not None:
                yield (
                    ("vocabulary", "places", name, "inside"),
                    f"place {name}",
                    place.inside,
                )
        for connector, rule in self._parts.connector_rules.items():
            for trigger in rule.triggers:
                if isinstance(trigger, LocationMatch):
                    where: Key = ("connector_rules", connector, "triggers")
                    for named in trigger.places:
                        yield where, f"connector rule {connector}", named
        for key, module_trigger in self._parts.module_triggers:
            if isinstance(module_trigger.trigger, LocationMatch):
                for named in module_trigger.trigger.places:
                    yield (*key, "trigger"), f"module trigger {module_trigger.module}", named


def _leaves(node: Node) -> Iterator[Condition]:
    if isinstance(node, CompositeCondition):
        for child in node.nodes:
            yield from _leaves(child)
    else:
        yield node
