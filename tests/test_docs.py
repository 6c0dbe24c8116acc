"""Every command and every YAML shown in the docs works as it stands."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from pipeline.cli import build_parser
from pipeline.lens.contract import FieldRule, MappingRule, Trigger
from pipeline.records.examples import Example
from tests.conftest import ROOT, Call

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
# Started by .ci/run in a fresh virtual environment, or opening a window.
ELSEWHERE = (
    "pip install",
    "uv run",
    "source .venv/bin/activate",
    "just edit",
    "just bench",
    "just sample",
)


def blocks(page: Path, kind: str) -> list[str]:
    return [m["text"] for m in BLOCK.finditer(page.read_text("utf-8")) if m["kind"] == kind]


def commands(page: Path) -> list[str]:
    lines = [line for block in blocks(page, "sh") for line in block.splitlines()]
    return [re.split(r"\s+# ", line)[0].strip() for line in lines if line.strip()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
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

    for shown in commands(page):
        command = shown.replace("uv run just run", "sightline run")
        if command.startswith(ELSEWHERE):
            continue
        program, *arguments = shlex.split(command)
        assert program == "sightline", command
        called = sightline(*arguments)
        assert called.code == 0, f"{command}: {called.err}"


def test_every_recipe_named_in_the_docs_is_there():
    recipes = re.findall(
        r"^(\w[\w-]*)[^:\n]*:(?!=)", (ROOT / "justfile").read_text("utf-8"), re.MULTILINE
    )

    named = {
        name
        for page in PAGES
        for name in re.findall(r"\bjust (\w[\w-]*)", page.read_text("utf-8"))
        if page.name != "CHANGELOG.md"
    }
    assert named - {"uv"} <= set(recipes), named - set(recipes)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))

    missing = [target for target in targets if not (page.parent / target).exists()]

    assert missing == []


def test_the_yaml_of_the_lens_page_fits_the_contract():
    mapping, field, trigger, examples = map(
        yaml.safe_load, blocks(ROOT / "docs" / "lens.md", "yaml")
    )

    assert MappingRule.model_validate(mapping[0]).value == "padel"
    assert FieldRule.model_validate(field[0]).extractor.type == "numeric_parser"
    assert trigger["type"] == "condition"
    assert Trigger is not None
    assert Example.model_validate(examples["examples"][0]).id == "osm-padel-court"


def test_every_command_of_the_program_is_in_the_docs():
    shown = " ".join(line for page in PAGES for line in commands(page))
    text = " ".join(page.read_text("utf-8") for page in PAGES)

    parser = build_parser()
    names = next(action.choices for action in parser._actions if isinstance(action.choices, dict))

    missing = [name for name in names if f"sightline {name}" not in shown + text]
    assert missing == []
