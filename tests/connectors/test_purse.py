"""What a connector may spend is never exceeded, whatever becomes of its calls."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.connectors.purse import Purse
from pipeline.errors import EmptyPurseError

CENT = Decimal("0.01")


def test_a_call_takes_its_worst_case_and_its_true_cost_replaces_it():
    purse = Purse(dollars=Decimal("0.05"))

    purse.take(2 * CENT)
    assert purse.spent == 2 * CENT
    purse.settle(2 * CENT, CENT)

    assert (purse.spent, purse.calls) == (CENT, 1)


def test_a_call_that_may_cost_more_than_is_left_is_not_made():
    purse = Purse(dollars=Decimal("0.03"))
    purse.take(2 * CENT)

    with pytest.raises(
        EmptyPurseError, match=r"a call may cost \$0\.02, and \$0\.01 of what was reserved is left"
    ):
        purse.take(2 * CENT)

    assert (purse.spent, purse.calls) == (2 * CENT, 1)


def test_the_calls_of_the_lens_bound_free_sources_too():
    purse = Purse(most_calls=2)
    purse.take(Decimal(0))
    purse.take(Decimal(0))

    with pytest.raises(EmptyPurseError, match="stopped at the lens's 2 calls"):
        purse.take(Decimal(0))


def test_nothing_reserved_bears_free_calls_alone():
    purse = Purse(dollars=Decimal(0))

    purse.take(Decimal(0))

    assert purse.bears(Decimal(0)) is None
    assert purse.bears(CENT) == 0


# What becomes of a call: the provider's bill for it, in units, at most two; None: nobody knows.
BILLS = st.lists(st.sampled_from([0, 1, 2, None]), max_size=40)


@given(
    bills=BILLS,
    dollars=st.integers(0, 40),
    most_calls=st.none() | st.integers(0, 20),
    order=st.randoms(use_true_random=False),
)
def test_neither_dollars_nor_calls_are_ever_exceeded(
    bills: list[int | None], dollars: int, most_calls: int | None, order
):
    """Calls start and end in any order; one that is never told of may have cost its worst case."""
    purse = Purse(dollars * CENT, most_calls)
    worst, true_cost, made = 2 * CENT, Decimal(0), 0

    async def call(bill: int | None) -> None:
        nonlocal true_cost, made
        await asyncio.sleep(0)
        try:
            purse.take(worst)
        except EmptyPurseError:
            return
        made += 1
        true_cost += worst if bill is None else bill * CENT  # what the provider takes at worst
        assert purse.spent <= dollars * CENT
        for _ in range(order.randrange(4)):
            await asyncio.sleep(0)
        if bill is not None:
            purse.settle(worst, bill * CENT)

    async def run() -> None:
        await asyncio.gather(*map(call, bills))

    asyncio.run(run())

    assert purse.spent == true_cost <= dollars * CENT
    assert purse.calls == made
    assert most_calls is None or made <= most_calls
