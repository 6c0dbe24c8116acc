"""A world for runs of the control plane."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from pipeline.lens.compiled import CompiledLens
from tests.orchestration.world import WatchedApis, World


@pytest.fixture(scope="session")
def threaded_server() -> Iterator[HTTPServer]:
    """A server with a thread for each request; to stop one takes half a second."""
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture
def world(tmp_path: Path, lens: CompiledLens, threaded_server: HTTPServer) -> Iterator[World]:
    """Watched APIs, and a home without answers whose owner may keep whatever they are."""
    (tmp_path / "app.yaml").write_text("lake: {own_terms: [google_places]}\n")
    yield World(WatchedApis(threaded_server), tmp_path, lens)
    threaded_server.clear()
