"""The simulators at a terminal: what they print, how they end, and what goes wrong."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest

from tests.simulators import NAMES
from tests.simulators.process import just, just_simulate


def test_two_terminals_meet_and_ctrl_c_ends_even_a_hanging_answer(tmp_path: Path):
    with just_simulate(tmp_path, "--fault", "food_hygiene=hang") as terminal:
        env = terminal.exports()
        found = httpx.post(
            env["SIGHTLINE_SERPER_URL"] + "/search",
            json={"q": "padel"},
            headers={"X-API-KEY": env["SIGHTLINE_SERPER_KEY"]},
        )
        hanging = threading.Thread(target=_ask, args=[env["SIGHTLINE_FOOD_HYGIENE_URL"]])
        hanging.start()
        code = terminal.interrupt()
        hanging.join()

    printed = terminal.output.read_text("utf-8")
    assert found.status_code == 200
    assert code in {0, 130}
    assert "Traceback" not in printed
    assert "serper POST /search q=padel → 200" in printed
    for name, value in env.items():
        assert f"export {name}={value}" in printed
    assert {name.split("_URL")[0] for name in env if name.endswith("_URL")} == {
        f"SIGHTLINE_{name.upper()}" for name in NAMES
    }


def _ask(url: str) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(url, timeout=30)


def test_a_taken_port_is_told_plainly(tmp_path: Path):
    with just_simulate(tmp_path) as terminal:
        second = just("simulate", environ=terminal.environ)

    assert second.returncode == 1
    assert "is in use, perhaps by another `just simulate`" in second.stderr
    assert "Traceback" not in second.stderr


def test_no_log_line_holds_a_key(tmp_path: Path):
    with just_simulate(tmp_path) as terminal:
        url = terminal.exports()["SIGHTLINE_SPORT_SCOTLAND_URL"]
        httpx.get(url, params={"authkey": "planted-key", "typeNames": "ext_spf:pub_spfp"})
        terminal.interrupt()

    printed = terminal.output.read_text("utf-8")
    assert "sport_scotland GET" in printed
    assert "planted-key" not in printed


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        pytest.param(["--fault", "serper=gone"], "fault is 'gone', expected one of", id="a fault"),
        pytest.param(["--fault", "nobody=html"], "API is 'nobody', expected one of", id="an API"),
        pytest.param(["--crowd", "9999"], "a crowd of 9999 has no names", id="a crowd too large"),
    ],
)
def test_a_wrong_flag_is_told_plainly(flags: list[str], told: str, capsys):
    from tests.simulators.__main__ import main

    assert main(flags) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--delay", "-1"], "argument --delay: '-1', expected a number from 0 to"),
        (["--misbehave", "2"], "argument --misbehave: '2', expected a number from 0 to 1"),
        (["--misbehave", "nan"], "argument --misbehave: 'nan', expected a number from"),
        (["--port", "70000"], "argument --port: '70000', expected a number from 1 to"),
        (["--port", "x"], "argument --port: 'x', expected a number from 1 to"),
    ],
)
def test_a_number_that_makes_no_sense_is_told(flags: list[str], told: str, capsys):
    from tests.simulators.__main__ import main

    with pytest.raises(SystemExit):
        main(["--env", *flags])

    assert told in capsys.readouterr().err


def test_a_first_port_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, capsys):
    from tests.simulators.__main__ import main

    monkeypatch.setenv("SIGHTLINE_SIMULATORS_PORT", "abc")

    with pytest.raises(SystemExit):
        main(["--env"])

    assert "argument --port: 'abc', expected a number" in capsys.readouterr().err
