"""Pin what the project was tested with: constraints.txt for pip, pyproject.toml for uv.

No lock file is kept: lock files carry the address of a registry on every line.
`python tools/pins.py --check` only tells whether the two agree.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
PYPROJECT = ROOT / "pyproject.toml"
_BLOCK = re.compile(r"constraint-dependencies = \[.*?^\]", re.DOTALL | re.MULTILINE)


def read_constraints() -> list[str]:
    """The pins of constraints.txt, without comments."""
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def read_pyproject() -> list[str]:
    """The pins that uv obeys."""
    return list(
        tomllib.loads(PYPROJECT.read_text("utf-8"))["tool"]["uv"]["constraint-dependencies"]
    )


def resolve() -> list[str]:
    """What the newest allowed versions are, for every platform."""
    command = ["uv", "pip", "compile", str(PYPROJECT), "--group", "dev", "--universal",
               "--no-header", "--no-annotate", "--quiet"]  # fmt: skip
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return found.splitlines()


def write(pins: list[str]) -> None:
    """Put the pins into both files."""
    head = "# Tested versions, made by `just pins`; use with pip install -c constraints.txt\n"
    CONSTRAINTS.write_text(head + "\n".join(pins) + "\n", "utf-8")
    quoted = "\n".join(f'    "{pin}",' for pin in pins)
    text = PYPROJECT.read_text("utf-8")
    PYPROJECT.write_text(_BLOCK.sub(f"constraint-dependencies = [\n{quoted}\n]", text), "utf-8")


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if read_constraints() == read_pyproject() else "pins disagree: run just pins")
    PYPROJECT.write_text(
        _BLOCK.sub("constraint-dependencies = [\n]", PYPROJECT.read_text("utf-8")),
        "utf-8",
    )
    write(resolve())
