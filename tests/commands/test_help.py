"""The command line teaches itself, at once, and complains in one line."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli import build_parser
from tests.conftest import ROOT, Call

HEAVY = {"polars", "duckdb", "pyarrow", "pydantic", "httpx", "rich", "yaml", "asyncio"}


def commands(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Every command and group of commands: `()`, `(run,)`, `(lake,)`, `(lake, import)`."""
    yield path
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from commands(inner, (*path, name))


COMMANDS = list(commands(build_parser()))


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "sightline")
def test_help_says_what_it_is_for_and_shows_how(path: tuple[str, ...], sightline: Call):
    called = sightline(*path, "--help")

    name = " ".join(("sightline", *path))
    assert called.code == 0
    assert called.out.startswith(f"usage: {name}")
    is_group = any(other[: len(path)] == path for other in COMMANDS if len(other) > len(path))
    if is_group:
        assert "actions:" in called.out or "commands:" in called.out or "targets:" in called.out
    else:
        assert f"examples:\n  {name}" in called.out


def parser_of(path: tuple[str, ...]) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = build_parser()
    for name in path:
        groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        parser = groups[0].choices[name]
    return parser


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "sightline")
def test_every_option_says_what_it_does(path: tuple[str, ...]):
    actions = [a for a in parser_of(path)._actions if not isinstance(a, argparse._SubParsersAction)]

    assert [action.dest for action in actions if not action.help] == []


def test_help_costs_no_heavy_import():
    script = (
        "import json, sys\n"
        "from pipeline.cli import main\n"
        "for path in json.loads(sys.argv[1]):\n"
        "    try: main([*path, '--help'])\n"
        "    except SystemExit: pass\n"
        "print('\\n' + json.dumps(sorted(sys.modules)))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(COMMANDS)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "pipeline.cli" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["runn"], "invalid choice: 'runn' (choose from 'run', 'lake'", id="command"),
        pytest.param(["lake", "list"], "invalid choice: 'list' (choose from 'import', 'ls'",
                     id="action"),
        pytest.param([], "the following arguments are required: COMMAND", id="no command"),
        pytest.param(["lake"], "the following arguments are required: ACTION", id="no action"),
        pytest.param(["run"], "the following arguments are required: QUERY", id="no query"),
        pytest.param(["run", "padel", "--foo"], "unrecognized arguments: --foo", id="option"),
        pytest.param(["sql", "SELECT 1", "SELECT 2"], "unrecognized arguments: SELECT 2", id="word"),
        pytest.param(["run", "padel", "--js"], "unrecognized arguments: --js", id="half an option"),
        pytest.param(["run", "padel", "--mode"], "argument --mode: expected one argument",
                     id="option without its value"),
        pytest.param(["run", "padel", "--one", "--discover", "3"],
                     "argument --discover: not allowed with argument --one", id="one and many"),
        pytest.param(["run", "padel", "--one", "discover=3"],
                     "--one looks for one thing, discover for many", id="one and many as a word"),
        pytest.param(["run", "padel", "--mode", "liv"],
                     "mode is 'liv', expected one of ['auto', 'live', 'replay']", id="mode"),
        pytest.param(["lake", "import", "--source", "openstreetmaps", "x.json"],
                     "did you mean 'openstreetmap'?", id="source"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_exit_code_2(
    home: Path, sightline: Call, arguments: list[str], message: str
):
    called = sightline(*arguments)

    assert called.code == 2
    assert called.out == ""
    assert message in called.err
    assert len(called.err.splitlines()) == 1
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        ["run", "padel"],
        ["rebuild"],
        ["entities"],
        ["explain", "x"],
        ["export", "parquet"],
    ],
    ids=lambda command: command[0],
)
def test_an_unknown_lens_is_told_by_every_command_that_takes_one(
    sample_home: Path, sightline: Call, command: list[str]
):
    called = sightline(*command, "--lens", "edinburgh_find")

    assert called.code == 10
    assert called.err == (
        "sightline: lens is 'edinburgh_find', expected one of ['edinburgh_finds']; "
        "did you mean 'edinburgh_finds'?\n"
    )


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [("SIGHTLINE_MODE", "liv", 2), ("SIGHTLINE_LENS", "nosuch", 10)],
)
def test_a_mistake_in_the_environment_is_told_alike(
    sample_home: Path,
    sightline: Call,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    code: int,
):
    monkeypatch.setenv(variable, value)

    called = sightline("run", "padel")

    assert called.code == code
    assert f"is {value!r}, expected one of" in called.err
