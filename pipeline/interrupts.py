"""Ctrl-C, whoever notices it first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts_raised() -> Iterator[None]:
    """Raise KeyboardInterrupt whatever a library made of it.

    DuckDB answers an interrupt with a RuntimeError or an error of its own, Polars may panic:
    so whatever is raised after the signal came is the interrupt.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread alone
        return
    came = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    except BaseException as error:
        if came and not isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)
