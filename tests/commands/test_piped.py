"""What a pipe gets: one line per row, nothing cut, no colours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Call


def test_a_runs_report_has_every_part_and_one_line_per_row(asked: Path, sightline: Call):
    text = sightline("run", "Powerleague Portobello", "--no-persist").out

    assert "\x1b" not in text
    for part in ("Connectors", "Pipeline Stages", "Extracted Entities", "Merged Entities",
                 "Final Entities"):  # fmt: skip
        assert part in text
    first_words = [line.split()[0] for line in text.splitlines() if line.split()]
    for name in ("openstreetmap", "google_places", "serper", "sport_scotland",
                 "edinburgh_council", "open_charge_map"):  # fmt: skip
        assert first_words.count(name) == 2  # what it did, and why
    reasons = [line.rstrip() for line in text.splitlines() if "no trigger matched" in line]
    assert len(reasons) == 1
    assert reasons[0].endswith("'electric car', 'electric vehicle'])")


@pytest.mark.parametrize(
    ("command", "part"),
    [
        (
            ["explain", "powerleague-portobello"],
            "https://www.powerleague.com/padel-portobello-edinburgh",
        ),
        (["explain", "powerleague-portobello", "--links", "--raw"], "sport_scotland:fp-"),
        (["entities"], "powerleague-portobello  Powerleague Portobello"),
        (["connectors"], "SIGHTLINE_OPEN_CHARGE_MAP_KEY not set"),
        (["lake", "ls"], "sport_scotland"),
        (["sql", "SELECT slug, modules FROM entity"], '{"surface": ["3g"], "total": 8}'),
    ],
    ids=["explain", "explain --links --raw", "entities", "connectors", "lake ls", "sql"],
)
def test_no_command_colours_a_pipe_or_breaks_a_line(
    asked: Path, sightline: Call, command: list[str], part: str
):
    text = sightline(*command).out

    assert "\x1b" not in text
    assert "…" not in text
    assert part in text
