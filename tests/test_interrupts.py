"""Ctrl-C while a run waits for others: once is patient, twice is not."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable

import pytest

from pipeline.interrupts import interrupt_heard, interrupts_raised, run_stoppable

AN_HOUR = 3600.0


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


class Work:
    """Something under way that hangs until it is released or cancelled, and tells its end."""

    def __init__(self, *, obeys: bool = False) -> None:
        self.stopping = asyncio.Event()
        self.obeys = obeys
        self.ended = ""

    async def run(self, ready: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(ready)
        try:
            if self.obeys:
                await self.stopping.wait()
            else:
                await asyncio.Event().wait()
            self.ended = "by itself"
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise

    def until_interrupted(
        self, ready: Callable[[], None], *, waits: bool = True, patience: float = AN_HOUR
    ) -> None:
        before = signal.getsignal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            run_stoppable(self.run(ready), self.stopping, lambda: waits, patience)
        assert signal.getsignal(signal.SIGINT) is before


def test_what_is_under_way_may_end_by_itself():
    work = Work(obeys=True)

    work.until_interrupted(ctrl_c)

    assert work.stopping.is_set()
    assert work.ended == "by itself"


def test_what_hangs_is_not_waited_for_beyond_patience():
    work = Work()

    work.until_interrupted(ctrl_c, patience=0.01)

    assert work.ended == "cancelled"


def test_the_second_time_ends_at_once_however_patient_the_first_was():
    work = Work()

    def twice() -> None:
        ctrl_c()
        asyncio.get_running_loop().call_later(0.05, ctrl_c)

    work.until_interrupted(twice)

    assert work.stopping.is_set()
    assert work.ended == "cancelled"


def test_where_nobody_is_waited_for_the_first_time_ends_at_once():
    work = Work()

    work.until_interrupted(ctrl_c, waits=False)

    assert not work.stopping.is_set()
    assert work.ended == "cancelled"


def test_without_ctrl_c_work_ends_as_it_likes():
    async def well() -> None:
        pass

    async def badly() -> None:
        raise LookupError("nothing there")

    run_stoppable(well(), asyncio.Event(), lambda: True, AN_HOUR)
    with pytest.raises(LookupError, match="nothing there"):
        run_stoppable(badly(), asyncio.Event(), lambda: True, AN_HOUR)


def test_in_another_thread_work_runs_without_signals():
    done = []

    async def work() -> None:
        done.append(threading.current_thread().name)

    def run() -> None:
        with interrupts_raised():
            run_stoppable(work(), asyncio.Event(), lambda: True, AN_HOUR)

    thread = threading.Thread(target=run, name="another")
    thread.start()
    thread.join()

    assert done == ["another"]


def test_an_interrupt_that_was_heard_is_not_raised_again():
    """A library may swallow an interrupt, so it comes again, unless somebody has heard it."""
    with interrupts_raised():
        try:
            ctrl_c()
        except KeyboardInterrupt:
            again, _ = signal.getitimer(signal.ITIMER_REAL)
            interrupt_heard()
            silent, _ = signal.getitimer(signal.ITIMER_REAL)

    assert again > 0
    assert silent == 0
