"""Homes that commands only read, made once: a run and a rebuild of the sample."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from pathlib import Path

import pytest

from pipeline.cli import main
from tests.conftest import SAMPLE_LAKE


def make_home(folder: Path, *command: str) -> Path:
    """A home with the sample lake on which one command was run."""
    shutil.copytree(
        SAMPLE_LAKE, folder / "data" / "lake" / "raw",
        ignore=lambda _, names: [n for n in names if n.endswith(".parquet") and "sample-" not in n],
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        for name in [name for name in os.environ if name.startswith("SIGHTLINE_")]:
            patch.delenv(name)
        patch.setenv("SIGHTLINE_HOME", str(folder))
        assert main(command) == 0
    return folder


@pytest.fixture(scope="session")
def home_of_a_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("run"), "run", "Powerleague Portobello")


@pytest.fixture(scope="session")
def home_of_a_rebuild(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("rebuild"), "rebuild")


@pytest.fixture
def asked(home_of_a_run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose warehouse holds one entity; to be read only."""
    monkeypatch.setenv("SIGHTLINE_HOME", str(home_of_a_run))
    return home_of_a_run


@pytest.fixture
def built(home_of_a_rebuild: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose warehouse holds the whole sample; to be read only."""
    monkeypatch.setenv("SIGHTLINE_HOME", str(home_of_a_rebuild))
    return home_of_a_rebuild


@pytest.fixture
def built_copy(home_of_a_rebuild: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, for a test that writes."""
    copy = shutil.copytree(home_of_a_rebuild, tmp_path / "copy")
    monkeypatch.setenv("SIGHTLINE_HOME", str(copy))
    return copy
