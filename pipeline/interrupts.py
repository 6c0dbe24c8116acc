"""Ctrl-C, whoever notices it first."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN_SECONDS = 2.0


@contextmanager
def interrupts_raised() -> Iterator[None]:
    """Raise KeyboardInterrupt whatever a library made of it.

    DuckDB answers an interrupt with a RuntimeError or an error of its own, Polars may panic:
    so whatever is raised after the signal came is the interrupt. A library may also swallow it
    (DuckDB does, while it looks for optional modules): so it is raised again until it is heard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread alone
        return
    came = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal came
        came = True
        signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note), signal.signal(signal.SIGALRM, note)
    try:
        yield
    except BaseException as error:
        if came and not isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGALRM, before[1])


@contextmanager
def interrupts_cancel() -> Iterator[None]:
    """Leave Ctrl-C to asyncio, which cancels its tasks and then raises KeyboardInterrupt.

    It does so only where it finds the interpreter's own handler.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interrupts_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` from a thread of its own when a signal comes.

    A library that waits inside the main thread keeps Python's handlers from running; once
    `stop` has made it return, they run and raise KeyboardInterrupt.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = socket.socketpair()
    writer.setblocking(False)  # as set_wakeup_fd asks
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def watch() -> None:
        while reader.recv(1):  # nothing comes any more when the writer is closed
            stop()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        writer.close()
        watcher.join()
        reader.close()
