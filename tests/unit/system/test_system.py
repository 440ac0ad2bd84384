"""The real clock, ids and chance."""

import os
import time
from datetime import UTC, timedelta

import pytest

from mulgil.system import SystemClock, SystemIds, SystemJitter


def test_now_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
    assert abs(SystemClock().now().timestamp() - time.time()) < 5


def test_the_monotonic_clock_never_runs_backwards() -> None:
    clock = SystemClock()
    readings = [clock.monotonic() for _ in range(1000)]
    assert readings == sorted(readings)


def test_ids_are_unique_and_sort_in_the_order_in_which_they_were_given() -> None:
    ids = SystemIds()
    given = [ids.new_id() for _ in range(20_000)]
    assert len(set(given)) == len(given)
    assert given == sorted(given)
    assert {len(identity) for identity in given} == {26}
    assert all(identity.isalnum() and identity == identity.lower() for identity in given)


def test_ids_of_other_sources_sort_by_time_and_never_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 1_800_000_000_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: moment)
    early = {SystemIds().new_id() for _ in range(1000)}
    monkeypatch.setattr(time, "time_ns", lambda: moment + int(timedelta(milliseconds=1).total_seconds() * 1e9))
    late = {SystemIds().new_id() for _ in range(1000)}
    assert len(early | late) == 2000
    assert max(early) < min(late)


def test_ids_go_on_rising_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = SystemIds()
    moment = 1_800_000_000_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: moment)
    before = ids.new_id()
    monkeypatch.setattr(time, "time_ns", lambda: moment - 10**12)
    assert ids.new_id() > before


def test_a_forked_child_gives_other_ids_than_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = SystemIds()
    last = ids.new_id()
    parents_next = ids.new_id()
    # As after a fork just before `parents_next`: the state is copied, only the process differs.
    ids._last = int(_as_number(last))
    monkeypatch.setattr(os, "getpid", lambda: ids._pid + 1)
    assert ids.new_id() != parents_next


def _as_number(identity: str) -> int:
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    number = 0
    for character in identity:
        number = number << 5 | alphabet.index(character)
    return number


def test_spread_stays_within_one() -> None:
    spreads = [SystemJitter().spread() for _ in range(1000)]
    assert all(-1 <= spread <= 1 for spread in spreads)
    assert min(spreads) < 0 < max(spreads)
