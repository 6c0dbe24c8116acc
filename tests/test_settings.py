"""Where a choice comes from: command line, environment, app.yaml of the home, the shipped one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.contracts import load_yaml
from pipeline.errors import SettingsError, UsageError
from pipeline.settings import Settings, assets_root, load_settings
from tests.conftest import ROOT, Call


def settings_of(
    home: Path, *, lens: str | None = None, mode: str | None = None, **environ: str
) -> Settings:
    return load_settings(lens=lens, mode=mode, environ={"SIGHTLINE_HOME": str(home)} | environ)


def write_app(home: Path, text: str) -> None:
    (home / "app.yaml").write_text(text, "utf-8")


def test_a_fresh_clone_replays_the_shipped_lens(tmp_path: Path):
    settings = settings_of(tmp_path)

    assert (settings.mode, settings.lens) == ("replay", "edinburgh_finds")
    assert settings.app.orchestration.target_entity_count == 100
    assert settings.app.orchestration.budget_usd == Decimal("1.00")


def test_app_yaml_of_the_home_wins_over_the_shipped_one(tmp_path: Path):
    write_app(tmp_path, "default_lens: cafes\nmode: auto\n")

    settings = settings_of(tmp_path)

    assert (settings.mode, settings.lens) == ("auto", "cafes")


def test_the_environment_wins_over_app_yaml(tmp_path: Path):
    write_app(tmp_path, "default_lens: cafes\nmode: auto\n")

    settings = settings_of(tmp_path, SIGHTLINE_LENS="parks", SIGHTLINE_MODE="live")

    assert (settings.mode, settings.lens) == ("live", "parks")


def test_the_command_line_wins_over_the_environment(tmp_path: Path):
    write_app(tmp_path, "default_lens: cafes\nmode: auto\n")

    settings = settings_of(
        tmp_path, lens="museums", mode="replay", SIGHTLINE_LENS="parks", SIGHTLINE_MODE="live"
    )

    assert (settings.mode, settings.lens) == ("replay", "museums")


def test_an_empty_variable_says_nothing(tmp_path: Path):
    settings = settings_of(tmp_path, SIGHTLINE_LENS="", SIGHTLINE_MODE="")

    assert (settings.mode, settings.lens) == ("replay", "edinburgh_finds")


def test_what_the_own_app_yaml_leaves_out_comes_from_the_shipped_one(tmp_path: Path):
    write_app(tmp_path, "mode: live\norchestration: {target_entity_count: 5}\n")

    settings = settings_of(tmp_path)

    assert (settings.mode, settings.lens) == ("live", "edinburgh_finds")
    assert settings.app.orchestration.target_entity_count == 5
    assert settings.app.orchestration.min_confidence == 0.8


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param({"mode": "lvie"}, id="command line"),
        pytest.param({"SIGHTLINE_MODE": "lvie"}, id="environment"),
    ],
)
def test_an_unknown_mode_is_a_usage_error(tmp_path: Path, chosen: dict[str, str]):
    with pytest.raises(
        UsageError, match=r"mode is 'lvie', expected one of \['auto', 'live', 'replay'\]"
    ):
        settings_of(tmp_path, **chosen)


def test_an_unknown_mode_in_the_environment_ends_a_command_with_2(
    home: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SIGHTLINE_MODE", "lvie")

    called = sightline("run", "anything")

    assert called.code == 2
    assert "mode is 'lvie'" in called.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("default_lens: [unclosed", "cannot be read", id="no YAML"),
        pytest.param("mode: 2024-13-45", "cannot be read", id="a date that is none"),
        pytest.param(
            "mode: !!python/object:os.system x", "cannot be read", id="a tag that runs code"
        ),
        pytest.param("", "the file is None", id="empty file"),
        pytest.param("- mode: live", "the file is", id="a list"),
        pytest.param("modus: live", "modus is 'live'", id="unknown key"),
        pytest.param("mode: lvie", "mode is 'lvie'", id="unknown mode"),
        pytest.param("mode: 3", "mode is 3", id="a number for a word"),
        pytest.param("default_lens: [a]", "default_lens is ['a']", id="a list for a word"),
        pytest.param(
            "lake: {max_payload_mb: much}",
            "lake.max_payload_mb is 'much'",
            id="a word for a number",
        ),
        pytest.param(
            "lake: {max_payload: 1}", "lake.max_payload is 1", id="unknown key of a section"
        ),
        pytest.param("lake: 512", "lake is 512", id="a number for a section"),
        pytest.param("mode: live\nmode: replay", "the key 'mode' stands twice", id="a key twice"),
        pytest.param(
            "orchestration: {budget_usd: 1e400}",
            "orchestration.budget_usd is",
            id="more money than JSON can say",
        ),
        pytest.param(
            "orchestration: {min_confidence: 80}",
            "orchestration.min_confidence is 80",
            id="out of range",
        ),
        pytest.param(
            "engine: {lock_wait_seconds: -1}",
            "engine.lock_wait_seconds is -1",
            id="negative patience",
        ),
    ],
)
def test_a_broken_app_yaml_is_named_with_its_key(home: Path, sightline: Call, text: str, told: str):
    write_app(home, text)

    called = sightline("run", "anything")

    assert called.code == 10
    assert told in called.err
    assert str(home / "app.yaml") in called.err


def test_every_complaint_of_app_yaml_is_told_at_once(tmp_path: Path):
    write_app(tmp_path, "mode: lvie\nlake: {max_payload_mb: 0}\n")

    with pytest.raises(SettingsError, match=r"mode is 'lvie'.*lake\.max_payload_mb is 0"):
        settings_of(tmp_path)


def test_bytes_that_are_no_text_are_a_settings_error(tmp_path: Path):
    (tmp_path / "app.yaml").write_bytes(b"mode: \xff\xfe\n")

    with pytest.raises(SettingsError, match="cannot be read"):
        settings_of(tmp_path)


def test_a_home_that_is_a_file_is_a_settings_error(
    tmp_path: Path, sightline: Call, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "home"
    file.write_text("not a folder", "utf-8")
    monkeypatch.setenv("SIGHTLINE_HOME", str(file))

    called = sightline("run", "anything")

    assert called.code == 10
    assert "SIGHTLINE_HOME" in called.err
    assert "expected a folder" in called.err


def test_a_home_that_does_not_exist_yet_may_be_named(tmp_path: Path):
    settings = settings_of(tmp_path / "later")

    assert settings.home == tmp_path / "later"
    assert not settings.home.exists()


def test_all_that_a_home_holds_lies_under_its_data_folder(tmp_path: Path):
    settings = settings_of(tmp_path)

    assert settings.lake == tmp_path / "data" / "lake" / "raw"
    assert settings.warehouse == tmp_path / "data" / "warehouse.duckdb"
    assert settings.scratch.parent == settings.cache.parent == tmp_path / "data"


def test_the_homes_own_lenses_are_looked_for_first(tmp_path: Path):
    assert settings_of(tmp_path).lens_folders() == [tmp_path / "lenses", ROOT / "lenses"]


def test_a_tilde_in_the_home_is_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    assert settings_of(Path("~/sightline")).home == tmp_path / "sightline"


def test_without_a_home_the_checkout_is_it():
    assert load_settings(environ={}).home == ROOT == assets_root()


def test_a_yaml_file_that_is_not_there_is_a_settings_error(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"gone\.yaml: cannot be read"):
        load_yaml(tmp_path / "gone.yaml")
