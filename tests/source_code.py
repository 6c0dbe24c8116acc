"""The project's own source, parsed: what the tests of its architecture and purity look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conftest import ROOT

PACKAGE = ROOT / "pipeline"


@dataclass(frozen=True)
class Module:
    """One file; `path` is relative to pipeline/, `unit` the top-level module or package."""

    path: str
    unit: str
    lines: int
    tree: ast.Module

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def where(self, node: ast.AST) -> str:
        return f"pipeline/{self.path}:{getattr(node, 'lineno', 1)}"


def parse_module(path: str, text: str) -> Module:
    """A module from its text, so that the tests can show what they would find."""
    return Module(
        path, Path(path).parts[0].removesuffix(".py"), len(text.splitlines()), ast.parse(text)
    )


@cache
def modules() -> tuple[Module, ...]:
    """Every module of pipeline/, in path order."""
    return tuple(
        parse_module(str(path.relative_to(PACKAGE)), path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "_assets" not in path.parts
    )


def docstrings(tree: ast.Module) -> set[ast.AST]:
    """The constants that are documentation, not values."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
