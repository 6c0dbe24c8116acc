"""`just simulate` as somebody at a terminal runs it: started, waited for, and stopped by Ctrl-C."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulators.__main__ import PORT_VARIABLE
from tests.simulators.server import HOST
from tests.simulators.world import NAMES

ROOT = Path(__file__).parents[2]
_READY = "mode=live"  # the end of the greeting
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Terminal:
    """A terminal in which a recipe runs."""

    process: subprocess.Popen[bytes]
    output: Path
    environ: dict[str, str]

    def interrupt(self) -> int:
        """Press Ctrl-C: the signal goes to all that run there. Answers the exit code."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(_PATIENCE_S)

    def exports(self) -> dict[str, str]:
        """The variables that `eval "$(just simulate-env)"` sets."""
        lines = just("simulate-env", environ=self.environ).stdout.splitlines()
        words = [shlex.split(line) for line in lines]
        return dict(word.split("=", 1) for _, word in words)


def just(*words: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a recipe to its end."""
    return subprocess.run(
        ["just", *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


@contextmanager
def just_simulate(folder: Path, *flags: str) -> Iterator[Terminal]:
    """Run the simulators on ports of their own; interrupted at the end if they still run."""
    folder.mkdir(parents=True, exist_ok=True)
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = os.environ | {"PATH": search, PORT_VARIABLE: str(free_ports(len(NAMES)))}
    output = folder / "simulate.log"
    with output.open("wb") as target:
        process = subprocess.Popen(
            ["just", "simulate", *flags], cwd=ROOT, env=environ, stdout=target,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    terminal = Terminal(process, output, environ)
    try:
        _wait_for_greeting(terminal)
        yield terminal
    finally:
        terminal.interrupt()


def _wait_for_greeting(terminal: Terminal) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while _READY not in terminal.output.read_text("utf-8"):
        if terminal.process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"just simulate did not start: {terminal.output.read_text()}")
        time.sleep(0.02)


def free_ports(count: int) -> int:
    """The first of so many free ports in a row, below those that systems give away."""
    for first in range(20_000 + os.getpid() % 1000 * 10, 32_000, count):
        with ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.create_server((HOST, port)))
            except OSError:
                continue
            return first
    raise AssertionError("no free ports in a row")
