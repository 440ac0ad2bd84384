"""Faults are reproducible, as frequent as asked for, and always overcome by one more request."""

from collections import Counter
from itertools import pairwise

import pytest
from misbehaviour import Fault, FaultPlan


def plan(*, seed: int = 7, unavailable_rate: float = 0.2, reset_rate: float = 0.1) -> FaultPlan:
    return FaultPlan(seed=seed, unavailable_rate=unavailable_rate, reset_rate=reset_rate)


def test_same_seed_gives_the_same_faults() -> None:
    pages = [f"flights {number}" for number in range(100)]
    first, again, other = plan(), plan(), plan(seed=8)
    faults = [first.next_fault(page) for page in pages]
    assert faults == [again.next_fault(page) for page in pages]
    assert faults != [other.next_fault(page) for page in pages]


def test_fault_does_not_depend_on_other_pages() -> None:
    pages = [f"flights {number}" for number in range(100)]
    forwards, backwards = plan(), plan()
    faults = {page: forwards.next_fault(page) for page in pages}
    assert faults == {page: backwards.next_fault(page) for page in reversed(pages)}


@pytest.mark.parametrize("rate", [0.5, 1.0])
def test_request_after_a_fault_is_served(rate: float) -> None:
    always = plan(unavailable_rate=rate, reset_rate=0)
    faults = [always.next_fault("flights 1") for _ in range(50)]
    assert faults.count(None) < 50
    assert all(after is None for before, after in pairwise(faults) if before is not None)


def test_rates_are_kept() -> None:
    faults = plan()
    found = Counter(faults.next_fault(f"flights {number}") for number in range(4_000))
    assert 700 < found[Fault.UNAVAILABLE] + found[Fault.BUSY] < 900
    assert 320 < found[Fault.RESET] < 480
    assert found[Fault.UNAVAILABLE] > found[Fault.BUSY] > 0


def test_no_rates_no_faults() -> None:
    never = plan(unavailable_rate=0, reset_rate=0)
    assert {never.next_fault(f"flights {number}") for number in range(1_000)} == {None}
