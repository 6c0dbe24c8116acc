"""The wheel holds all that the program needs, and works where there is no checkout."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.conftest import ROOT


def build_command(target: Path) -> list[str]:
    """What builds a wheel here without asking the network; skips where nothing can."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "build", "--wheel", "--offline", "--out-dir", str(target), str(ROOT)]
    if importlib.util.find_spec("hatchling"):
        return [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    pytest.skip("neither uv nor hatchling is here to build a wheel")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    built = subprocess.run(
        build_command(target), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if built.returncode and "offline" in built.stderr.lower():
        pytest.skip("uv has no copy of the build backend and tests do not ask the network")
    assert built.returncode == 0, built.stderr
    (path,) = target.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what pip would install."""
    folder = tmp_path_factory.mktemp("site")
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def files_of(folder: str, *patterns: str) -> set[str]:
    """Files of the checkout that match, relative to its root."""
    return {
        str(path.relative_to(ROOT))
        for pattern in patterns
        for path in (ROOT / folder).rglob(pattern)
    }


def run_installed(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("SIGHTLINE_")
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment | {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_holds_every_source_file_and_setting(names: set[str]):
    expected = files_of("pipeline", "*.py", "*.yaml", "py.typed")

    assert "pipeline/config/app.yaml" in expected
    assert "pipeline/py.typed" in expected
    assert expected - names == set()


def test_the_wheel_holds_every_query_and_lens(names: set[str]):
    expected = files_of("sql", "*.sql") | files_of("lenses", "*.yaml")

    assert {f"pipeline/_assets/{path}" for path in expected} - names == set()


def test_the_wheel_holds_nothing_else(names: set[str]):
    strangers = [
        name
        for name in names
        if not name.startswith(("pipeline/", "sightline-")) or name.endswith((".lock", ".pyc"))
    ]

    assert strangers == []


def test_the_wheel_makes_the_command(installed: Path):
    (entry_points,) = installed.glob("sightline-*.dist-info/entry_points.txt")

    assert "sightline = pipeline.cli:main" in entry_points.read_text("utf-8")


def test_the_wheel_asks_for_no_development_tools(installed: Path):
    (metadata,) = installed.glob("sightline-*.dist-info/METADATA")

    required = [
        line
        for line in metadata.read_text("utf-8").splitlines()
        if line.startswith("Requires-Dist:")
    ]
    assert any("duckdb" in line for line in required)
    assert not [line for line in required if "pytest" in line or "ruff" in line]


def test_the_installed_program_is_the_one_that_runs(installed: Path, tmp_path: Path):
    ran = run_installed(installed, tmp_path, "-c", "import pipeline; print(pipeline.__file__)")

    assert Path(ran.stdout.strip()).is_relative_to(installed)


def test_the_installed_program_checks_the_lens_that_came_with_it(installed: Path, tmp_path: Path):
    ran = run_installed(installed, tmp_path, "-m", "pipeline", "lens", "check", "edinburgh_finds")

    assert ran.returncode == 0, ran.stderr
    assert "every gate passed" in ran.stdout


def test_the_installed_program_knows_its_sources(installed: Path, tmp_path: Path):
    ran = run_installed(installed, tmp_path, "-m", "pipeline", "connectors", "--json")

    assert ran.returncode == 0, ran.stderr
    known = {path.parent.name for path in ROOT.glob("pipeline/connectors/*/spec.yaml")}
    assert {connector["name"] for connector in json.loads(ran.stdout)} == known
