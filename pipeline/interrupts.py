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

    While it `waits` for others, the first Ctrl-C sets `stopping` and leaves what is under way
    `patience_seconds`. At any other time, and the second time, it ends the coroutine at once.
    """
    import asyncio

    stop_soon: Callable[[], object] | None = None

    async def watched() -> None:
        nonlocal stop_soon
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work)
        stop_soon = partial(loop.call_soon_threadsafe, stopping.set)
        ends = asyncio.ensure_future(_cancel_late(task, stopping, patience_seconds))
        try:
            await task
        finally:
            ends.cancel()

    def note(_number: int, _frame: FrameType | None) -> None:
        if stop_soon is None or stopping.is_set() or not waits():
            raise KeyboardInterrupt
        stop_soon()

    try:
        with _handled(note):  # from without, or asyncio would put a handler of its own
            asyncio.run(watched())
    except (Exception, asyncio.CancelledError) as error:
        if stopping.is_set():
            raise KeyboardInterrupt from error
        raise
    if stopping.is_set():
        raise KeyboardInterrupt


async def _cancel_late(
    task: asyncio.Future[None], stopping: asyncio.Event, patience_seconds: float
) -> None:
    import asyncio

    await stopping.wait()
    await asyncio.sleep(patience_seconds)
    task.cancel()


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
