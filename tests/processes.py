"""The command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(sys.executable).with_name("sightline")


def start(home: Path, *arguments: str, **environ: str) -> subprocess.Popen[str]:
    """The console script, with Ctrl-C as a terminal leaves it."""
    listen = "import os, signal, sys; signal.signal(2, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    return subprocess.Popen(
        [sys.executable, "-c", listen, str(SCRIPT), *arguments],
        env=os.environ | {"SIGHTLINE_HOME": str(home), "PYTHONUNBUFFERED": ""} | environ,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
