"""`run --box` and `--near`: where to look, besides what the words say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Call

BOX = "expected south,west,north,east in degrees, such as 55.93,-3.25,55.96,-3.15"
NEAR = "expected latitude,longitude in degrees and perhaps metres, such as 55.95,-3.19,500"


@pytest.fixture
def football(sample_home: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch):
    """The slugs that `run football` finds with these words."""

    def find(*words: str) -> list[str]:
        report = sightline("run", "football", *words, "--no-persist", "--json").json()
        return [entity["slug"] for entity in report["entities"]]

    return find


def test_only_what_lies_there_is_found(football):
    assert football("--near", "55.9566,-3.1179,500") == ["powerleague-portobello"]
    assert football("near=55.9566,-3.1179") == ["powerleague-portobello"]
    assert football("--box", "55.95,-3.13,55.96,-3.10") == ["powerleague-portobello"]
    assert football("box=55.90,-3.30,55.905,-3.295") == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["--box=1,2,3"], f"box is '1,2,3', {BOX}", id="three numbers"),
        pytest.param(["--box=2,2,1,3"], f"box is '2,2,1,3', {BOX}", id="north of its north"),
        pytest.param(["--box=1,2,95,3"], f"box is '1,2,95,3', {BOX}", id="no degrees"),
        pytest.param(["--box=1,2,nan,3"], f"box is '1,2,nan,3', {BOX}", id="no number"),
        pytest.param(["--near=55.9"], f"near is '55.9', {NEAR}", id="one number"),
        pytest.param(["--near=95,0"], f"near is '95,0', {NEAR}", id="beyond the pole"),
        pytest.param(["--near=0,0,0"], f"near is '0,0,0', {NEAR}", id="no distance"),
        pytest.param(["--near=here"], f"near is 'here', {NEAR}", id="a word"),
        pytest.param(["near="], "near is empty, expected a value or nothing at all", id="nothing"),
        pytest.param(["box=1,2,3,4", "near=1,2"], "expected one of them", id="both"),
        pytest.param(["--one", "discover=3"], "expected one of them", id="one and many"),
    ],
)
def test_what_is_no_place_is_refused(
    sample_home: Path, sightline: Call, words: list[str], told: str
):
    called = sightline("run", "football", *words)

    assert called.code == 2
    assert told in called.err
