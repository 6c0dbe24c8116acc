"""Six loopback APIs for live runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.loopback import SampleApis


@pytest.fixture
def apis(httpserver: HTTPServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> SampleApis:
    """Six loopback APIs, all keys planted, and an empty home."""
    served = SampleApis(httpserver)
    for name, value in served.environ().items():
        monkeypatch.setenv(name, value)
    return served
