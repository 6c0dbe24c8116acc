"""Where real open data is, if it is: nothing of it is in the project.

`../shared/data` from the repository's root, or the folder SIGHTLINE_REAL_DATA names.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
REAL_DATA = Path(os.environ.get("SIGHTLINE_REAL_DATA") or _ROOT.parent / "shared" / "data")


def real_file(name: str) -> Path:
    """A file of real data; skips the test with a plain message where it is not there."""
    path = find_real_file(name)
    if path is None:
        pytest.skip(f"real data is not here: {name} (set SIGHTLINE_REAL_DATA to its folder)")
    return path


def find_real_file(name: str) -> Path | None:
    """A file of real data, or None where it is not there."""
    path = REAL_DATA / name
    return path if path.is_file() else None
