"""Logs are one JSON object a line, with the run they belong to."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from pipeline import logs


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    token = logs.bound.set(())
    yield
    logs.bound.reset(token)
    project = logging.getLogger("pipeline")
    project.handlers.clear()
    project.setLevel(logging.NOTSET)
    project.propagate = True


def test_a_line_holds_the_message_its_run_and_its_own_fields(capsys: pytest.CaptureFixture[str]):
    logs.configure("info")
    logs.bind(run_id="run_1", correlation_id="c_1")

    logging.getLogger("pipeline.lake").info("read %d files", 3, extra={"duration_ms": 12})

    line = json.loads(capsys.readouterr().err)
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "pipeline.lake",
        "message": "read 3 files",
        "run_id": "run_1",
        "correlation_id": "c_1",
        "duration_ms": 12,
    }


def test_a_logged_error_stays_on_one_line(capsys: pytest.CaptureFixture[str]):
    logs.configure("error")

    try:
        raise ValueError("first\nsecond")
    except ValueError:
        logging.getLogger("pipeline").exception("it failed")

    (text,) = capsys.readouterr().err.splitlines()
    assert "ValueError: first\nsecond" in json.loads(text)["error"]


def test_what_lies_below_the_level_is_left_out(capsys: pytest.CaptureFixture[str]):
    logs.configure("warning")

    logging.getLogger("pipeline.x").info("unheard")

    assert capsys.readouterr().err == ""


def test_configuring_twice_writes_each_line_once(capsys: pytest.CaptureFixture[str]):
    logs.configure("info")
    logs.configure("info")

    logging.getLogger("pipeline").info("once")

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_nothing_is_written_to_standard_output(capsys: pytest.CaptureFixture[str]):
    logs.configure("debug")

    logging.getLogger("pipeline").debug("aside")

    assert capsys.readouterr().out == ""
