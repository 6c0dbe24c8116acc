"""Where things are and what was chosen: command line, environment, app.yaml, fallback."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field

from pipeline.contracts import StrictModel, load_yaml, validated
from pipeline.errors import SettingsError, UsageError

Mode = Literal["replay", "live", "auto"]
MOST_BUDGET_USD = 1_000_000  # a sum that every number format of a report can hold
_PACKAGE = Path(__file__).resolve().parent


def assets_root() -> Path:
    """The folder that holds `sql/` and `lenses/`: inside a wheel, else the checkout."""
    packed = _PACKAGE / "_assets"
    return packed if packed.is_dir() else _PACKAGE.parent


class OrchestrationConfig(StrictModel):
    """Defaults of a request that names no others."""

    target_entity_count: int = Field(100, ge=1, description="entities a DISCOVER_MANY run seeks")
    min_confidence: float = Field(0.8, ge=0, le=1, description="confidence that ends a search")
    budget_usd: Decimal = Field(
        Decimal("1.00"), ge=0, le=MOST_BUDGET_USD, description="US dollars a run may spend"
    )


class LakeConfig(StrictModel):
    """Limits of what may enter the lake."""

    max_payload_mb: int = Field(512, ge=1, description="largest single payload, unpacked")
    own_terms: tuple[str, ...] = Field(
        (), description="sources whose answers an agreement of your own allows to keep whole"
    )


class EngineConfig(StrictModel):
    """Bounds of the embedded engine, set explicitly because its defaults fit a server."""

    memory_limit: str = Field("4GB", description="DuckDB's memory_limit")
    lock_wait_seconds: float = Field(10.0, ge=0, description="patience for the warehouse lock")


class AppConfig(StrictModel):
    """app.yaml."""

    default_lens: str = Field(description="the lens of a command that names none")
    mode: Mode = Field("replay", description="replay, live or auto")
    log_level: Literal["debug", "info", "warning", "error"] = "error"
    orchestration: OrchestrationConfig = OrchestrationConfig()
    lake: LakeConfig = LakeConfig()
    engine: EngineConfig = EngineConfig()
    apis: dict[str, dict[str, Any]] = Field({}, description="limits by source, as in spec.yaml")


@dataclass(frozen=True)
class Settings:
    """The choices of one command, made once."""

    home: Path
    lens: str
    mode: Mode
    app: AppConfig

    @property
    def lake(self) -> Path:
        """The folder of raw payloads."""
        return self.home / "data" / "lake" / "raw"

    @property
    def warehouse(self) -> Path:
        return self.home / "data" / "warehouse.duckdb"

    @property
    def scratch(self) -> Path:
        """Where the engine spills what does not fit in memory."""
        return self.home / "data" / ".scratch"

    @property
    def cache(self) -> Path:
        """What can be made again at any time."""
        return self.home / "data" / ".cache"

    def lens_folders(self) -> list[Path]:
        """Folders that hold lenses, the user's own first."""
        return [self.home / "lenses", assets_root() / "lenses"]


def load_settings(
    *,
    lens: str | None = None,
    mode: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Settings of a command: its options, else the environment, else app.yaml.

    Raises UsageError for an unknown mode, SettingsError for a file that cannot be used.
    """
    env = os.environ if environ is None else environ
    home = _home(env)
    app = _app_config(home)
    chosen_mode = mode or env.get("SIGHTLINE_MODE") or app.mode
    if chosen_mode not in get_args(Mode):
        raise UsageError(f"mode is {chosen_mode!r}, expected one of {sorted(get_args(Mode))}")
    return Settings(
        home=home,
        lens=lens or env.get("SIGHTLINE_LENS") or app.default_lens,
        mode=chosen_mode,  # type: ignore[arg-type]  # checked against the literal above
        app=app,
    )


def _home(env: Mapping[str, str]) -> Path:
    named = env.get("SIGHTLINE_HOME")
    if named:
        home = Path(named).expanduser().resolve()
        if home.exists() and not home.is_dir():
            raise SettingsError(f"SIGHTLINE_HOME is {named!r}, expected a folder")
        return home
    installed = (_PACKAGE / "_assets").is_dir()
    return Path.cwd() if installed else _PACKAGE.parent


def _app_config(home: Path) -> AppConfig:
    """The user's own app.yaml; what it does not say, the shipped one says."""
    path = _PACKAGE / "config" / "app.yaml"
    chosen = load_yaml(path)
    if (home / "app.yaml").is_file():
        path = home / "app.yaml"
        chosen = _overlaid(chosen, load_yaml(path))
    return validated(AppConfig, chosen, str(path))


def _overlaid(shipped: Any, own: Any) -> Any:
    """The own value, a mapping filled up key by key with what is shipped."""
    if not (isinstance(shipped, dict) and isinstance(own, dict)):
        return own
    return shipped | {key: _overlaid(shipped.get(key), value) for key, value in own.items()}
