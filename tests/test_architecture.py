"""Imports run one way, one place opens the database, and no file grows without a reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.source_code import Module, modules, parse_module

# From the bottom up: a unit may import those before it. `__init__` holds the version alone.
LAYERS = (
    "__init__", "findings", "errors", "values", "text", "columns", "contracts", "settings", "fields", "logs", "interrupts", "processes", "patterns",
    "sqlsteps", "workbench", "conditions", "lake", "warehouse", "lens", "connectors", "context",
    "records", "resolve", "merge", "entities", "orchestration", "publish", "runs", "story", "report",
    "commands", "cli", "__main__",
)  # fmt: skip
MAY_CONNECT = {"warehouse", "workbench", "sqlsteps"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def imported_units(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Units of pipeline/ that a module imports, wherever in it: also in functions, also for types."""
    for node in module.nodes():
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.where(node)}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "pipeline":
                unit = rest.split(".")[0]
                yield node, unit if unit in LAYERS else "__init__"


def upward_imports(module: Module) -> list[str]:
    height = LAYERS.index(module.unit)
    return [
        f"{module.where(node)}: {module.unit} imports {unit}, which stands above it"
        for node, unit in imported_units(module)
        if LAYERS.index(unit) > height
    ]


def connections(module: Module) -> list[str]:
    return [
        module.where(node)
        for node in module.nodes()
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "connect"
            and ast.unparse(node.value) == "duckdb"
        )
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "duckdb"
            and "connect" in {a.name for a in node.names}
        )
    ]


def functions(module: Module) -> Iterator[tuple[str, int]]:
    for node in module.nodes():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{module.path}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_every_unit_has_its_place():
    assert {module.unit for module in modules()} == set(LAYERS)


def test_imports_run_one_way():
    assert [found for module in modules() for found in upward_imports(module)] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import pipeline.warehouse.gate", id="plain"),
        pytest.param("from pipeline.warehouse import Gate", id="a name"),
        pytest.param("from pipeline import warehouse", id="the package itself"),
        pytest.param(
            "def late():\n    from pipeline.warehouse.gate import Gate", id="inside a function"
        ),
        pytest.param("if TYPE_CHECKING:\n    from pipeline.cli import main", id="for types only"),
    ],
)
def test_an_upward_import_would_be_found(text: str):
    assert len(upward_imports(parse_module("lake/store.py", text))) == 1


def test_a_downward_import_is_fine():
    text = "from pipeline import __version__\nfrom pipeline.values import digest\nimport polars\nfrom pipeline.lake import x"

    assert upward_imports(parse_module("lake/store.py", text)) == []


def test_only_the_gate_and_the_bench_open_a_database():
    found = {module.unit for module in modules() if connections(module)}

    assert found == MAY_CONNECT


@pytest.mark.parametrize(
    "text",
    [
        "import duckdb\nduckdb.connect()",
        "from duckdb import connect",
        "def f():\n    return duckdb.connect('a')",
    ],
)
def test_another_connection_would_be_found(text: str):
    assert connections(parse_module("story.py", text))


def test_files_stay_short():
    too_long = {module.path for module in modules() if module.lines > LONGEST_FILE}

    assert too_long == set()


def test_functions_stay_short():
    too_long = {
        name
        for module in modules()
        for name, lines in functions(module)
        if lines > LONGEST_FUNCTION
    }

    assert too_long == set()
