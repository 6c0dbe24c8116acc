"""A YAML contract with the line of every part, so that a finding can say where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipeline.findings import Finding

Key = tuple[str | int, ...]
_LIMIT_BYTES = 8 * 1024 * 1024
_LIMIT_FOUND = 40
_LIMIT_LEVELS = 50  # a lens needs eight; far more would exhaust the stack of the parser


@dataclass(frozen=True)
class Document:
    """The data of one YAML file, the line of each key, and what the file itself gets wrong."""

    file: str
    data: dict[str, Any]
    lines: dict[Key, int]
    findings: tuple[Finding, ...]

    def line(self, key: Key) -> int:
        """The line of a key, or of the nearest part above it that stands in the file."""
        return _nearest_line(self.lines, key)

    def finding(
        self, gate: int, key: Key, rule: str, found: str, expected: str, hint: str = ""
    ) -> Finding:
        """An error where a key of this file stands."""
        return Finding(self.file, self.line(key), gate, "error", rule, found, expected, hint)

    def warning(self, code: str, key: Key, rule: str, found: str, expected: str) -> Finding:
        """Something that works and may not be what the author wants."""
        return Finding(self.file, self.line(key), code, "warning", rule, found, expected)


def _nearest_line(lines: dict[Key, int], key: Key) -> int:
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


def load_document(path: Path, label: str) -> Document:
    """Read a contract file; never raises for its content, every fault is a finding."""
    try:
        raw = path.read_bytes()
        if len(raw) > _LIMIT_BYTES:
            return _broken(label, 1, f"{len(raw)} bytes", f"at most {_LIMIT_BYTES}")
        text = raw.decode("utf-8")
        deep = _line_too_deep(text)
        if deep:
            return _broken(label, deep, "a part nested too deep", f"at most {_LIMIT_LEVELS} levels")
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except OSError as error:
        return _broken(label, 1, f"no readable file ({error.strerror})", "a YAML file")
    except UnicodeDecodeError as error:
        return _broken(label, 1, f"bytes that are no UTF-8 ({error.reason})", "UTF-8 text")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        problem = problem.removeprefix("found ")
        return _broken(label, mark.line + 1 if mark else 1, problem, "YAML")
    if not isinstance(root, MappingNode):
        return _broken(label, 1, "no mapping", "a mapping of sections")
    lines: dict[Key, int] = {}
    findings: list[Finding] = []
    reader = _Reader(label, lines, findings, set(), yaml.CSafeLoader(""))
    data = reader.read(root, ())
    return Document(label, data, lines, tuple(findings))


def _line_too_deep(text: str) -> int | None:
    """The line where nesting passes the limit; the events are read without recursion."""
    level = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, CollectionStartEvent):
            level += 1
        elif isinstance(event, CollectionEndEvent):
            level -= 1
        if level > _LIMIT_LEVELS:
            return event.start_mark.line + 1 if event.start_mark else 1
    return None


def _broken(label: str, line: int, found: str, expected: str) -> Document:
    finding = Finding(label, line, 1, "error", "the file", found, expected)
    return Document(label, {}, {}, (finding,))


@dataclass
class _Reader:
    """Turns composed nodes into data, noting the lines, keys that stand twice and aliases.

    Aliases are refused: a contract gains nothing by them, and nested ones unfold without
    bound.
    """

    label: str
    lines: dict[Key, int]
    findings: list[Finding]
    visited: set[int]
    scalars: yaml.CSafeLoader

    def read(self, node: Node, key: Key) -> Any:
        if id(node) in self.visited:  # its own line is that of the anchor
            line = _nearest_line(self.lines, key)
            self._complain(line, key, "an alias", "the values written out")
            return None
        self.visited.add(id(node))
        line = self.lines.setdefault(key, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return dict(self._items(node, key))
        if isinstance(node, SequenceNode):
            return [self.read(child, (*key, n)) for n, child in enumerate(node.value)]
        return self._scalar(node, key, line)

    def _items(self, node: MappingNode, key: Key) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for name_node, value_node in node.value:
            line = name_node.start_mark.line + 1
            if not isinstance(name_node, ScalarNode):
                self._complain(line, key, "a key of several parts", "a text as key")
                continue
            name = str(name_node.value)
            if name in seen:
                self._complain(line, (*key, name), "the key twice", "every key once", 4)
                continue
            seen.add(name)
            self.lines[(*key, name)] = line
            yield name, self.read(value_node, (*key, name))

    def _scalar(self, node: Node, key: Key, line: int) -> Any:
        """Plain YAML, but `yes`, `no`, dates and clock times stay the text they are."""
        text = str(node.value)
        kind = node.tag.rpartition(":")[2]
        if kind == "timestamp" or (kind in {"int", "float"} and ":" in text):
            return text
        if kind == "bool" and text.lower() not in {"true", "false"}:
            return text
        with suppress(yaml.YAMLError, ValueError):
            value = self.scalars.construct_object(node)
            if _is_plain(value):
                return value
        found = text if len(text) <= _LIMIT_FOUND else f"{text[:_LIMIT_FOUND]}…"
        self._complain(line, key, f"{found!r} ({node.tag})", "a text, a number, true or false")
        return None

    def _complain(self, line: int, key: Key, found: str, expected: str, gate: int = 1) -> None:
        name = ".".join(map(str, key)) or "the file"
        self.findings.append(Finding(self.label, line, gate, "error", name, found, expected))


def _is_plain(value: Any) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    return value is None or isinstance(value, str | int)
