"""The evidence weights and thresholds of config/resolution.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

from pipeline.contracts import StrictModel, load_contract


class Thresholds(StrictModel):
    """Scores at which a pair is one thing, needs a look, or may never meet."""

    match: float
    review: float
    contradiction: float


class Weights(StrictModel):
    """Log-odds per evidence and level."""

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
    return load_contract(path, Weights)
