"""The notebook that shows a run: checked, run headless, and seen in a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Call

NOTEBOOK = ROOT / "notebooks" / "run_report.py"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Each outgoing connection of the browser's own is switched off: the tests are on loopback.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "SIGHTLINE_HOME": str(home), "PYTHONPATH": str(ROOT)}


def script(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(NOTEBOOK), "--", *arguments],
        env=environment(home), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.py")), ids=lambda p: p.stem)
def test_every_notebook_passes_marimos_own_check(path: Path):
    checked = subprocess.run(
        [sys.executable, "-m", "marimo", "check", "--strict", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_it_runs_headless_on_a_run(sample_home: Path, sightline: Call):
    sightline("run", "padel edinburgh")

    ran = script(sample_home)

    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr


def test_it_runs_headless_on_a_rebuild(sample_home: Path, sightline: Call):
    sightline("rebuild")

    ran = script(sample_home)

    assert ran.returncode == 0, ran.stderr


def test_without_a_run_it_says_what_to_do(sample_home: Path):
    ran = script(sample_home)

    assert ran.returncode == 0, ran.stderr


def test_its_tables_show_the_run_in_its_own_order(sample_home: Path, sightline: Call):
    report = sightline("run", "padel edinburgh", "--json").json()
    from notebooks.run_report import connector_table, stage_table

    stages = stage_table(report)
    connectors = connector_table(report)

    assert stages["stage"][:2].to_list() == ["payloads", "extracted entities"]
    assert connectors.columns[:2] == ["name", "status"]
    assert connectors.filter(connectors["status"] == "skipped")["name"].to_list() == [
        "open_charge_map",
        "food_hygiene",
        "google_places.details",
    ]


@pytest.fixture
def chromium() -> str:
    """The system's browser; skips plainly where there is none."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium is installed: the notebook is not looked at")
    return path


@pytest.fixture
def page_url(chromium: str, sample_home: Path, sightline: Call) -> Iterator[str]:
    """The notebook served on loopback, over a warehouse with a run in it."""
    sightline("run", "padel edinburgh")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "marimo", "run", str(NOTEBOOK), "--headless", "--no-token",
         "--host", "127.0.0.1", "-p", str(port)],
        env=environment(sample_home), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url)
        yield url
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def wait_for(url: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"marimo did not start within {seconds:g} s")


@pytest.mark.browser
def test_a_person_sees_the_run_and_an_entitys_claims(chromium: str, page_url: str):
    from playwright.sync_api import sync_playwright

    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 2400})
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(page_url)
        page.get_by_role("heading", name="Barnton Park Lawn Tennis Club").wait_for(timeout=60_000)

        page.get_by_text("padel edinburgh", exact=True).first.wait_for()
        page.get_by_text("no trigger matched").first.wait_for()
        page.locator("canvas, svg.marks").first.wait_for()
        page.get_by_text("name-members-access").first.wait_for()
        internal = page.get_by_text("An internal error occurred").count()
        browser.close()

    assert errors == []
    assert internal == 0
