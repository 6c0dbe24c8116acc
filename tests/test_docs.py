"""Every command and every YAML shown in the docs works as it stands, and reference pages are whole."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from pipeline.cli import build_parser
from pipeline.conditions import Operator, parse_condition
from pipeline.connectors.registry import Connector, load_connectors
from pipeline.fields import universal_fields
from pipeline.lens.contract import (
    ConditionTrigger,
    ConnectorRule,
    Contract,
    FieldRule,
    MappingRule,
    RuleCondition,
    Trigger,
)
from pipeline.lens.extractors import AnyExtractor
from pipeline.lens.normalizers import NormalizerName
from pipeline.lens.paths import known_paths
from pipeline.records.examples import Example
from pipeline.report import STAGE_NAMES
from pipeline.settings import AppConfig
from tests import test_sql_cases as sql_cases
from tests.conftest import ROOT, Call
from tests.simulators.__main__ import build_parser as simulate_parser
from tests.simulators.faults import faults_of
from tests.simulators.process import Terminal, just_simulate
from tests.simulators.world import APIS
from tests.test_architecture import LAYERS

connection = sql_cases.connection  # the fixture: macros and an empty warehouse
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    *sorted(DOCS.glob("**/*.md")),
    ROOT / "sql" / "README.md",
    *sorted((ROOT / "lenses").glob("*/README.md")),
]
BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
# Started by .ci/run in a fresh virtual environment, or opening a window.
ELSEWHERE = (
    "pip install",
    "uv run",
    "source .venv/bin/activate",
    "just edit",
    "just bench",
    "just sample",
    "just test",
)

# Run until Ctrl-C in a terminal of its own, while the commands after them run in another.
SIMULATE = re.compile(r"(?:uv run )?just simulate(?P<flags>( .*)?)")
SIMULATE_ENV = re.compile(r"eval \"\$\((?:uv run )?just simulate-env\)\"")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def blocks(page: Path, kind: str) -> list[str]:
    return [m["text"] for m in BLOCK.finditer(page.read_text("utf-8")) if m["kind"] == kind]


def commands(page: Path) -> list[str]:
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    return [re.split(r"\s+# ", line)[0].strip() for line in lines if line.strip()]


def not_named(words: Iterator[str] | list[str], text: str) -> list[str]:
    """The words that do not stand in backticks anywhere in the text."""
    return sorted(word for word in words if f"`{word}`" not in text)


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=name_of)
def test_every_command_of_a_page_runs(
    page: Path, sample_home: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(sample_home)
    shutil.copytree(ROOT / "lenses", sample_home / "lenses")
    (sample_home / "answer.json").write_text(
        json.dumps({"version": 0.6, "elements": [{"type": "node", "id": 1, "lat": 55.9, "lon": -3.2,
                                                  "tags": {"name": "Example", "leisure": "pitch"}}]})
    )  # fmt: skip
    if "sightline run" not in " ".join(commands(page)):
        sightline("run", "Powerleague Portobello")

    with ExitStack() as terminals:
        simulated: list[Terminal] = []
        for shown in commands(page):
            command = re.sub(r"^(?:uv run )?just run", "sightline run", shown)
            if start := SIMULATE.fullmatch(command):
                flags = shlex.split(start["flags"])
                simulated.append(terminals.enter_context(just_simulate(sample_home, *flags)))
            elif SIMULATE_ENV.fullmatch(command):
                for name, value in simulated[-1].exports().items():
                    monkeypatch.setenv(name, value)
            elif command == "export SIGHTLINE_HOME=$(mktemp -d)":
                elsewhere = sample_home / "elsewhere"
                elsewhere.mkdir()
                monkeypatch.setenv("SIGHTLINE_HOME", str(elsewhere))
            elif command != "just" and not command.startswith(ELSEWHERE):
                program, *arguments = shlex.split(command)
                assert program == "sightline", command
                called = sightline(*arguments)
                assert called.code == 0, f"{command}: {called.err}"
    for terminal in simulated:  # the requests came, and Ctrl-C ended it
        assert " → 200" in terminal.output.read_text("utf-8")
        assert terminal.process.returncode in {0, 130}


def test_every_recipe_named_in_the_docs_is_there():
    recipes = re.findall(
        r"^(\w[\w-]*)[^:\n]*:(?!=)", (ROOT / "justfile").read_text("utf-8"), re.MULTILINE
    )

    named = {
        name for page in PAGES for name in re.findall(r"\bjust (\w[\w-]*)", page.read_text("utf-8"))
    }
    assert named - {"uv"} <= set(recipes), named - set(recipes)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))

    missing = [target for target in targets if not (page.parent / target).exists()]

    assert missing == []


def test_every_page_is_listed():
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", text_of("README.md")))

    assert listed == {page.name for page in DOCS.glob("*.md")} - {"README.md"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_named_in_code_marks_is_there(page: Path):
    named = re.findall(
        r"`((?:pipeline|sql|tests|docs|notebooks|data/sample)/[\w./-]*)`", page.read_text("utf-8")
    )

    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_yaml_of_the_lens_page_fits_the_contract():
    mapping, field, trigger, examples = map(yaml.safe_load, blocks(DOCS / "lens.md", "yaml"))

    assert MappingRule.model_validate(mapping[0]).value == "padel"
    assert FieldRule.model_validate(field[0]).extractor.type == "numeric_parser"
    read = TypeAdapter(Trigger).validate_python(trigger)
    assert [leaf.path for leaf in parse_condition(read.when).nodes] == [
        "record.entity_class",
        "record.canonical_roles",
    ]
    assert Example.model_validate(examples["examples"][0]).id == "osm-padel-court"


def test_the_yaml_of_the_page_on_runs_is_a_rule_a_lens_may_have():
    (document,) = map(yaml.safe_load, blocks(DOCS / "runs.md", "yaml"))
    ((name, raw),) = document["connector_rules"].items()
    rule = ConnectorRule.model_validate(raw)

    assert name in load_connectors()["google_places"].node_names
    (trigger,) = rule.triggers
    assert isinstance(trigger, ConditionTrigger)
    assert trigger.when["path"] in known_paths("connector_rules")


def test_the_page_on_runs_names_every_path_and_status():
    roots = {path.split(".")[0] for path in known_paths("connector_rules")}
    context = {path.split(".")[1] for path in known_paths("connector_rules") if "context." in path}
    statuses = ["running", "succeeded", "partial", "budget_stopped", "failed", "interrupted"]

    assert not_named([*roots, *context, *statuses], text_of("runs.md")) == []


def test_the_lens_page_names_the_whole_contract():
    triggers = [variant.model_fields["type"] for variant in get_args(get_args(Trigger)[0])]
    extractors = [variant.model_fields["type"] for variant in get_args(AnyExtractor)]
    conditions = RuleCondition.model_fields["type"]
    words = [
        *Contract.model_fields,
        *get_args(NormalizerName),
        *(
            word
            for kind in (*triggers, *extractors, conditions)
            for word in get_args(kind.annotation)
        ),
    ]

    assert not_named(words, text_of("lens.md")) == []
    assert [name for name in Operator if str(name) not in text_of("lens.md")] == []


def test_the_merging_page_agrees_with_entity_yaml():
    rules, _, _ = text_of("merging.md").partition("## A worked example")
    rows = re.findall(r"^\| (\w+) \| ([^|]*) \|", rules, re.MULTILINE)
    shown = {group: re.findall(r"`(\w+)`", fields) for group, fields in rows}

    for name, field in universal_fields().items():
        assert name in shown[field.group], f"{name} is of group {field.group}"
    named = [name for fields in shown.values() for name in fields]
    assert sorted(named) == sorted(universal_fields())


def test_the_settings_page_names_every_variable_and_key(connectors: dict[str, Connector]):
    page = text_of("settings.md")
    code = "".join(path.read_text("utf-8") for path in (ROOT / "pipeline").glob("*.py"))
    variables = set(re.findall(r"\"(SIGHTLINE_\w+)\"", code)) | {"SIGHTLINE_REAL_DATA"}

    assert not_named([*variables, *keys_of(AppConfig)], page) == []
    for name, connector in connectors.items():
        api = connector.spec.api
        assert api.base_url_variable == f"SIGHTLINE_{name.upper()}_URL"
        if api.key_variable:
            assert api.key_variable == f"SIGHTLINE_{name.upper()}_KEY"
            assert f"`{name}`" in page


def keys_of(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """The dotted keys of a configuration file."""
    for name, field in model.model_fields.items():
        inner: Any = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys_of(inner, f"{above}{name}.")
        else:
            yield above + name


def test_the_command_line_page_names_every_command_and_option():
    page = text_of("command-line.md")

    for words, parser in leaves(build_parser(), "sightline"):
        assert f"`{words}" in page, words
        options = {name for action in parser._actions for name in action.option_strings}
        missing = [o for o in options - {"-h", "--help", "--version"} if o not in page]
        assert missing == [], words


def test_the_command_line_page_names_every_stage():
    assert not_named(list(STAGE_NAMES), text_of("command-line.md")) == []


def leaves(
    parser: argparse.ArgumentParser, words: str
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, with its words."""
    inner = [a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not inner:
        yield words, parser
    for name, child in inner[0].items() if inner else ():
        yield from leaves(child, f"{words} {name}")


def test_the_engine_page_names_every_unit():
    named = {name.rstrip("/") for name in re.findall(r"`(\w+/?)`", text_of("engine.md"))}

    assert set(LAYERS) - named <= {"__init__", "__main__"}


def test_the_case_of_the_testing_page_is_one(tmp_path: Path, connection: duckdb.DuckDBPyConnection):
    (case,) = blocks(DOCS / "testing.md", "yaml")
    folder = tmp_path / "contact_choice"
    folder.mkdir()
    (folder / "of_the_page.yaml").write_text(case, "utf-8")

    sql_cases.test_a_step_answers_its_case(folder / "of_the_page.yaml", connection)

    keys = re.findall(r"^\| `(\w+)` \|", text_of("testing.md"), re.MULTILINE)
    assert sorted(keys) == sorted(sql_cases.Case.__dataclass_fields__)


def test_the_testing_page_names_every_flag_and_common_fault_of_the_simulators():
    page = text_of("testing.md")
    flags = {name for action in simulate_parser()._actions for name in action.option_strings}
    shared = set.intersection(*(set(faults_of(api([]))) for api in APIS))

    assert [flag for flag in flags - {"-h", "--help", "--env"} if f"`{flag}" not in page] == []
    assert not_named(list(shared), page) == []


def test_the_example_of_the_testing_page_runs():
    (example,) = blocks(DOCS / "testing.md", "python")
    names: dict[str, Any] = {}

    exec(example, names)

    assert "SIGHTLINE_SERPER_KEY" in names["environ"]


def test_the_map_of_sql_names_every_folder():
    folders = {path.parent.name + "/" for path in (ROOT / "sql").glob("*/*.sql")}

    assert not_named(list(folders), (ROOT / "sql" / "README.md").read_text("utf-8")) == []
