"""The budget: worst cases are reserved in order, true costs replace them."""

from __future__ import annotations

from decimal import Decimal

from pipeline.orchestration.budget import Budget


def dollars(*cents: int) -> list[tuple[str, Decimal]]:
    return [(f"source_{n}", Decimal(c) / 100) for n, c in enumerate(cents)]


def test_what_fits_is_reserved_in_order():
    budget = Budget(Decimal("1.00"))

    # 0.60 fits; 0.50 does not fit into the 0.40 left; 0.40 does, exactly.
    refused = budget.admit(dollars(60, 50, 40))

    assert list(refused) == ["source_1"]
    assert "$0.5" in refused["source_1"]


def test_what_was_spent_is_gone():
    budget = Budget(Decimal("1.00"), spent=Decimal("0.95"))

    assert list(budget.admit(dollars(10, 5))) == ["source_0"]


def test_free_sources_always_fit():
    assert Budget(Decimal(0)).admit(dollars(0, 0)) == {}
