"""The evidence weights and thresholds of config/resolution.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import SettingsError
from pipeline.settings import describe_validation, load_yaml


class Thresholds(BaseModel):
    """Scores at which a pair is one thing, needs a look, or may never meet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match: float
    review: float
    contradiction: float


class Weights(BaseModel):
    """Log-odds per evidence and level."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prior: float
    thresholds: Thresholds
    evidence: dict[str, dict[str, float]]

    def as_frame(self) -> pl.DataFrame:
        """One row per evidence and level."""
        rows = [
            {"evidence": evidence, "level": level, "weight": weight}
            for evidence, levels in self.evidence.items()
            for level, weight in levels.items()
        ]
        return pl.DataFrame(
            rows,
            schema={"evidence": pl.String, "level": pl.String, "weight": pl.Float64},
        )


@cache
def load_weights() -> Weights:
    """The shipped weights. Raises SettingsError for a file that breaks its shape."""
    path = Path(__file__).parents[1] / "config" / "resolution.yaml"
    try:
        return Weights.model_validate(load_yaml(path))
    except ValidationError as error:
        raise SettingsError(f"{path.name}: {describe_validation(error)}") from error
