"""A wall clock that is ahead, as Python code that is imported meanwhile sees it."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mulgil.proving.wall_clock import ShiftedClock, wall_clock_ahead
from mulgil.system import SystemClock

AHEAD = timedelta(days=3)
SOURCE = """
import time
import datetime as module
from datetime import UTC, date, datetime, timedelta
"""


@pytest.fixture
def author() -> Iterator[dict[str, Any]]:
    """The names of an author's module that was imported while the clock was ahead."""
    names: dict[str, Any] = {}
    with wall_clock_ahead(AHEAD):
        exec(SOURCE, names)
        yield names


def test_every_way_to_ask_for_the_time_is_ahead(author: dict[str, Any]) -> None:
    today = SystemClock().now().date()
    soon = [today + AHEAD, today + AHEAD + timedelta(days=1)]
    said = eval(
        "[datetime.now(UTC).date(), datetime.utcnow().date(), date.today(), module.datetime.now(UTC).date(),"
        " datetime.fromtimestamp(time.time(), UTC).date(), datetime(*time.gmtime()[:3]).date(),"
        " date.fromisoformat(time.strftime('%Y-%m-%d'))]",
        author,
    )
    assert [day for day in said if day not in soon] == []
    assert abs(author["time"].time_ns() / 1e9 - author["time"].time()) < 5


def test_what_is_made_is_the_real_thing(author: dict[str, Any]) -> None:
    made = eval("[datetime(2026, 1, 5), date(2026, 1, 5), datetime.fromisoformat('2026-01-05')]", author)
    assert [type(value) for value in made] == [datetime, date, datetime]
    assert eval("isinstance(date(2026, 1, 5), date) and isinstance(datetime.now(UTC), date)", author)
    assert not eval("isinstance(1, datetime)", author)
    assert eval("issubclass(datetime, date)", author)


def test_it_ends(author: dict[str, Any]) -> None:
    with wall_clock_ahead(timedelta(0)):
        pass
    before = time.time
    with wall_clock_ahead(AHEAD):
        assert time.time is not before
    assert time.time is before


def test_a_shifted_clock() -> None:
    clock = ShiftedClock(SystemClock(), AHEAD)
    assert timedelta(0) <= clock.now() - AHEAD - SystemClock().now().astimezone(UTC) + timedelta(seconds=30)
    assert clock.monotonic() <= SystemClock().monotonic()
