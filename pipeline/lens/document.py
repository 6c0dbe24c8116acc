"""A YAML contract with the line of every part, so that a finding can say where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from pipeline.findings import Finding

Key = tuple[str | int, ...]
_LIMIT_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Document:
    """The data of one YAML file, the line of each key, and what the file itself gets wrong."""

    file: str
    data: dict[str, Any]
    lines: dict[Key, int]
    findings: tuple[Finding, ...]

    def line(self, key: Key) -> int:
        """The line of a key, or of the nearest part above it that stands in the file."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


def load_document(path: Path, label: str) -> Document:
    """Read a contract file; never raises for its content, every fault is a finding."""
    try:
        raw = path.read_bytes()
        if len(raw) > _LIMIT_BYTES:
            return _broken(label, 1, f"{len(raw)} bytes", f"at most {_LIMIT_BYTES}")
        root = yaml.compose(raw.decode("utf-8"), Loader=yaml.CSafeLoader)
    except OSError as error:
        return _broken(label, 1, f"no readable file ({error.strerror})", "a YAML file")
    except UnicodeDecodeError as error:
        return _broken(label, 1, f"bytes that are no UTF-8 ({error.reason})", "UTF-8 text")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        return _broken(label, mark.line + 1 if mark else 1, problem, "YAML")
    if not isinstance(root, MappingNode):
        return _broken(label, 1, "no mapping", "a mapping of sections")
    lines: dict[Key, int] = {}
    findings: list[Finding] = []
    reader = _Reader(label, lines, findings, set(), yaml.CSafeLoader(""))
    data = reader.read(root, ())
    return Document(label, data, lines, tuple(findings))


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
        self.lines.setdefault(key, node.start_mark.line + 1)
        if id(node) in self.visited:
            self._complain(node, key, "an alias", "the values written out")
            return None
        if isinstance(node, MappingNode):
            self.visited.add(id(node))
            return dict(self._items(node, key))
        if isinstance(node, SequenceNode):
            self.visited.add(id(node))
            return [self.read(child, (*key, n)) for n, child in enumerate(node.value)]
        return self._scalar(node)

    def _items(self, node: MappingNode, key: Key) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for name_node, value_node in node.value:
            name = str(name_node.value)
            if name in seen:
                self._complain(name_node, (*key, name), "the key twice", "every key once", 4)
                continue
            seen.add(name)
            self.lines[(*key, name)] = name_node.start_mark.line + 1
            yield name, self.read(value_node, (*key, name))

    def _scalar(self, node: Node) -> Any:
        """Plain YAML, but `yes`, `no`, dates and clock times stay the text they are."""
        text = str(node.value)
        kind = node.tag.rpartition(":")[2]
        if kind == "timestamp" or (kind == "int" and ":" in text):
            return text
        if kind == "bool" and text.lower() not in {"true", "false"}:
            return text
        return self.scalars.construct_object(node)

    def _complain(self, node: Node, key: Key, found: str, expected: str, gate: int = 1) -> None:
        line = node.start_mark.line + 1
        name = ".".join(map(str, key))
        self.findings.append(Finding(self.label, line, gate, "error", name, found, expected))
