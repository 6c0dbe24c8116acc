"""Writing an example into a lens: its file keeps every comment and line it has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from pipeline.errors import LakeError, LensError
from pipeline.lens.document import load_document

_HEAD = "# Excerpts of answers, kept by `sightline record`. Review what they expect.\nexamples:\n"
_WIDTH = 100_000  # an item is one line, however long


class _Line(dict[str, Any]):
    """A mapping written in braces, with all that is in it."""


class _Dumper(yaml.SafeDumper):
    """Lists indented, texts of several lines as blocks, nothing by reference."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # a contract has no aliases
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # PyYAML's signature
        super().increase_indent(flow, False)


def _write_line(dumper: _Dumper, data: _Line) -> Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", dict(data), flow_style=True)


def _write_text(dumper: _Dumper, data: str) -> Node:
    style = "|" if "\n" in data else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(_Line, _write_line)
_Dumper.add_representer(str, _write_text)


def own_folder(lens_file: Path, home: Path, shipped: Path) -> Path:
    """The folder of a lens where a user may write; a shipped lens is copied there first."""
    folder = lens_file.resolve().parent
    target = home / "lenses" / folder.name
    if not folder.is_relative_to(shipped.resolve()) or folder == target.resolve():
        return folder
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copytree(folder, unfinished)
        unfinished.replace(target)
    except OSError as error:
        raise LensError(f"{target}: the lens cannot be copied there: {error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def add_example(path: Path, example: Mapping[str, Any]) -> None:
    """Append an example to a file of examples, which may not be there yet; all or nothing.

    Raises LensError for a file that cannot be appended to, LakeError for an example that
    YAML cannot hold as it is.
    """
    text = path.read_text("utf-8") if path.is_file() else _HEAD
    shown = yaml.dump(
        [_laid_out(example)], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH
    )
    column = " " * _column(text, path)
    block = "".join(column + line if line.strip() else line for line in shown.splitlines(True))
    gap = "" if text.endswith("examples:\n") else "\n"
    _write(path, text if text.endswith("\n") else text + "\n", gap + block, example)


def _laid_out(example: Mapping[str, Any]) -> dict[str, Any]:
    """One line per item and per record."""
    payload = example["payload"]
    if isinstance(payload, dict):
        payload = {key: _lines(value) for key, value in payload.items()}
    lines = {
        "provenance": _Line(example["provenance"]),
        "payload": _lines(payload),
        "expect": _lines(example["expect"]),
    }
    return {**example, **lines}


def _lines(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [_Line(item) if isinstance(item, dict) else item for item in value]


def _column(text: str, path: Path) -> int:
    """Where the dashes of the list stand that closes the file."""
    told = f"{path}: cannot be appended to, expected the list `examples` at its end"
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise LensError(f"{path}: is no YAML: {error}") from error
    if not isinstance(root, MappingNode) or not root.value:
        raise LensError(told)
    key, last = root.value[-1]
    if key.value != "examples" or (isinstance(last, SequenceNode) and last.flow_style):
        raise LensError(told)
    return last.start_mark.column if isinstance(last, SequenceNode) else 2


def _write(path: Path, text: str, addition: str, example: Mapping[str, Any]) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(text + addition)
            file.flush()
            os.fsync(file.fileno())
        document = load_document(unfinished, path.name)
        if document.findings or document.data["examples"][-1] != example:
            told = document.findings[0].message if document.findings else "it would read otherwise"
            raise LakeError(f"{path}: the example cannot be written as YAML: {told}")
        unfinished.replace(path)
    except OSError as error:
        raise LensError(f"{path}: cannot be written: {error}") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
