"""The engine knows no domain and builds no SQL: both are read from files."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from pipeline.text import fold
from tests.conftest import ROOT
from tests.source_code import PACKAGE, Module, docstrings, modules, parse_module

SHORTEST = 3  # letters and digits such as `a` and `5` say nothing by themselves
EXEMPT: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests/purity_exemptions.yaml").read_text("utf-8")
)
SQL = re.compile(
    r"\b(select\b.*\bfrom|insert\s+(or\s+\w+\s+)?into|update\s+\S+\s+set|delete\s+from|drop\s+\w+"
    r"|create\s+(or\s+replace\s+)?(temp\w*\s+)?(table|view|macro|schema|index)|attach\s+'|copy\s+\()",
    re.IGNORECASE | re.DOTALL,
)
# Identifiers cannot be bound: the bench names the table that a step makes, after checking the name.
MAY_BUILD_SQL = {"workbench.py"}


def words_of(value: Any) -> Iterator[str]:
    """The folded words of every key and text in a part of a lens; `_` parts words too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from words_of(str(key))
            yield from words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner)
    elif isinstance(value, str):
        yield from fold(value).split()


def lens_words(lens: dict[str, Any]) -> set[str]:
    """Keywords, brands, places and canonical values; what the lens calls filler is none of them."""
    vocabulary = lens["vocabulary"]
    entries = [
        vocabulary.get(part, {}) for part in ("activities", "brands", "venue_words", "places")
    ]
    rules = [
        trigger.get("keywords", [])
        for rule in lens["connector_rules"].values()
        for trigger in rule["triggers"]
    ]
    named = [
        lens["lens"],
        [[name, entry.get("keywords", [])] for part in entries for name, entry in part.items()],
        [[name, entry["display_name"]] for name, entry in lens["canonical_values"].items()],
        list(lens["modules"]),
        rules,
    ]
    return {word for word in words_of(named) if len(word) >= SHORTEST} - set(
        words_of(vocabulary["filler"])
    )


@cache
def vocabulary() -> frozenset[str]:
    found: set[str] = set()
    for path in ROOT.glob("lenses/*/lens.yaml"):
        found |= lens_words(yaml.safe_load(path.read_text("utf-8")))
    return frozenset(found)


def identifiers(node: ast.AST) -> Iterator[str]:
    """Every name that a node spells out: variables, attributes, parameters, modules, keywords."""
    for field in ("id", "attr", "name", "arg", "asname", "module", "rest"):
        name = getattr(node, field, None)
        if isinstance(name, str):
            yield name
    yield from getattr(node, "kwd_attrs", ())
    if isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names


def split_name(name: str) -> list[str]:
    """`GeoPoint_2` is geo, point, 2."""
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def spoken(module: Module) -> Iterator[tuple[str, str]]:
    """Each word of the module's identifiers and texts, with where it stands."""
    documentation = docstrings(module.tree)
    for node in module.nodes():
        for name in identifiers(node):
            yield from ((word, module.where(node)) for word in split_name(name))
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node not in documentation
        ):
            yield from ((word, module.where(node)) for word in words_of(node.value))


def exempt(word: str, path: str) -> bool:
    return word in EXEMPT and path in EXEMPT[word].get("only_in", [path])


def domain_words(module: Module) -> list[str]:
    return [
        f"{where}: {word!r}"
        for word, where in spoken(module)
        if word in vocabulary() and not exempt(word, module.path)
    ]


def pure_modules() -> list[Module]:
    return [module for module in modules() if module.unit != "connectors"]


def configured_words() -> list[tuple[str, str]]:
    """Words of pipeline/config, comments left out, with their file."""
    return [
        (word, f"config/{path.name}")
        for path in sorted((PACKAGE / "config").glob("*.yaml"))
        for word in words_of(yaml.safe_load(path.read_text("utf-8")))
    ]


def queried_words() -> list[tuple[str, str]]:
    """Words of the statements in sql/, comments left out, with their file."""
    return [
        (word, f"{path.parent.name}/{path.name}")
        for path in sorted((ROOT / "sql").glob("*/*.sql"))
        for word in words_of(re.sub(r"--.*", "", path.read_text("utf-8")))
    ]


def test_no_word_of_a_lens_stands_in_the_engine():
    assert [found for module in pure_modules() for found in domain_words(module)] == []


@pytest.mark.parametrize("read", [configured_words, queried_words])
def test_no_word_of_a_lens_stands_in_the_configuration_or_the_sql(
    read: Callable[[], list[tuple[str, str]]],
):
    words = read()

    assert len(words) > 50
    assert [
        f"{path}: {word!r}"
        for word, path in words
        if word in vocabulary() and not exempt(word, path)
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("football_rules = 1", id="a variable"),
        pytest.param("class TennisCourt: ...", id="a class"),
        pytest.param("def f(padel=None): ...", id="a parameter"),
        pytest.param("x.swimming_pool", id="an attribute"),
        pytest.param("f(golf=1)", id="a keyword"),
        pytest.param("from pipeline.football import x", id="a module"),
        pytest.param("x = 'Portobello'", id="a text"),
        pytest.param("x = f'{a} pool'", id="a part of an f-string"),
        pytest.param("match x:\n    case {'sport': 'tennis'}: ...", id="a pattern"),
        pytest.param("x = {'canonical': ['sports_centre']}", id="a word of a value"),
    ],
)
def test_a_word_of_a_lens_would_be_found(text: str):
    assert domain_words(parse_module("merge/rules.py", text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('"""A page about football."""', id="documentation"),
        pytest.param("x = 1  # tennis", id="a comment"),
        pytest.param("goalsetting = 'gymnastics'", id="part of a longer word"),
        pytest.param("members = 1", id="an exempt word"),
    ],
)
def test_what_only_speaks_of_a_domain_is_fine(text: str):
    assert domain_words(parse_module("merge/rules.py", text)) == []


def test_every_exemption_has_a_reason_and_is_still_needed():
    used = {(word, module.path) for module in pure_modules() for word, _ in spoken(module)} | set(
        configured_words()
    )

    assert all(entry["reason"] for entry in EXEMPT.values())
    assert [word for word in EXEMPT if word not in vocabulary()] == []
    assert [
        (word, path)
        for word, entry in EXEMPT.items()
        for path in entry.get("only_in", [""])
        if not any(word == w and path in {"", p} for w, p in used)
    ] == []


def built_texts(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Texts that are put together: f-strings, `+`, `%`, format, join and replace."""
    for node in module.nodes():
        is_built = (
            isinstance(node, ast.JoinedStr)
            or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod))
            or (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"format", "join", "replace", "format_map"}
            )
        )
        if is_built:
            parts = (
                c.value
                for c in ast.walk(node)
                if isinstance(c, ast.Constant) and isinstance(c.value, str)
            )
            yield node, " ".join(parts)


def executed(module: Module) -> Iterator[ast.expr]:
    """What is given to a connection to run."""
    for node in module.nodes():
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"execute", "executemany", "sql", "query"}
            and node.args
        ):
            yield node.args[0]


def built_sql(module: Module) -> list[str]:
    texts = [module.where(node) for node, text in built_texts(module) if SQL.search(text)]
    built = ast.JoinedStr | ast.BinOp | ast.Call
    return texts + [module.where(node) for node in executed(module) if isinstance(node, built)]


def test_no_sql_is_built_from_strings():
    assert [
        found
        for module in modules()
        if module.path not in MAY_BUILD_SQL
        for found in built_sql(module)
    ] == []


def test_the_bench_builds_the_head_of_a_table_and_nothing_else():
    (bench,) = (module for module in modules() if module.path == "workbench.py")

    heads = {text.strip() for _, text in built_texts(bench) if SQL.search(text)}
    assert heads == {"create or replace table   as"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("q = f'select * from {table}'", id="an f-string"),
        pytest.param("q = 'insert into ' + table", id="concatenation"),
        pytest.param("q = 'delete from %s' % table", id="percent"),
        pytest.param("q = 'update {} set a = 1'.format(table)", id="format"),
        pytest.param("q = 'CREATE TEMP TABLE x as select'.replace('x', name)", id="replace"),
        pytest.param("con.execute(' '.join(parts))", id="joined where it is run"),
        pytest.param("con.sql(head + step.statement)", id="added where it is run"),
        pytest.param("con.execute(f'{verb} x')", id="formatted where it is run"),
    ],
)
def test_built_sql_would_be_found(text: str):
    assert built_sql(parse_module("story.py", text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("con.execute('select $a', {'a': 1})", id="bound values"),
        pytest.param("con.execute(step.statement, values)", id="a statement from a file"),
        pytest.param("m = f'{n} rows were selected'", id="a message"),
    ],
)
def test_sql_that_is_written_out_is_fine(text: str):
    assert built_sql(parse_module("story.py", text)) == []
