"""Instants survive the database exactly, in order, whatever zone they were written in."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from mulgil.stores.sql.instants import from_microseconds, to_microseconds

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zones)  # noqa: DTZ001 - made aware


@given(instants)
def test_an_instant_is_read_back_in_utc(instant: datetime) -> None:
    found = from_microseconds(to_microseconds(instant))
    assert found == instant
    assert found.tzinfo is UTC


@given(instants, instants)
def test_integers_sort_as_instants_do(first: datetime, second: datetime) -> None:
    assert (to_microseconds(first) < to_microseconds(second)) == (first < second)
