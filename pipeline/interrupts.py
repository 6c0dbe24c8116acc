"""Ctrl-C, whoever notices it first."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a slow import that only runs should pay
    import asyncio

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
        interrupt_heard()
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGALRM, before[1])


def interrupt_heard() -> None:
    """Raise it no more: whoever caught it has something to finish."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def run_stoppable(
    work: Coroutine[Any, Any, None],
    stopping: asyncio.Event,
    waits: Callable[[], bool],
    patience_seconds: float,
) -> None:
    """Run a coroutine that ends soon after `stopping` is set.

    While it `waits` for others, the first Ctrl-C sets `stopping`; what is under way then has
    `patience_seconds` to end. At any other time, and the second time, Ctrl-C ends it at once.
    Raises KeyboardInterrupt after either.
    """
    import asyncio

    begun: list[Callable[[], object]] = []

    async def watched() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work)

        def stop() -> None:
            stopping.set()
            loop.call_later(patience_seconds, task.cancel)

        begun.append(partial(loop.call_soon_threadsafe, stop))
        await task

    def note(_number: int, _frame: FrameType | None) -> None:
        if not begun or stopping.is_set() or not waits():
            raise KeyboardInterrupt
        begun[0]()

    # The handler is set from without, or asyncio would put one of its own.
    with _told_as_interrupt(stopping), _handled(note):
        asyncio.run(watched())


@contextmanager
def _told_as_interrupt(stopping: asyncio.Event) -> Iterator[None]:
    """However work ends that was told to stop, it was interrupted."""
    from asyncio import CancelledError

    try:
        yield
    except (Exception, CancelledError) as error:
        if stopping.is_set():
            raise KeyboardInterrupt from error
        raise
    if stopping.is_set():
        raise KeyboardInterrupt


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let a handler have SIGINT; only the main thread gets signals at all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
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
