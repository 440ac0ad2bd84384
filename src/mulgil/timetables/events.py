"""Runs at instants that were listed one by one."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime

from mulgil.model import DataInterval
from mulgil.timetables.instant import as_utc


class Events:
    """A timetable with an empty interval at each event, and none after the last one."""

    def __init__(
        self,
        event_dates: Sequence[datetime],
        *,
        is_restricted: bool,
        start_date: datetime | None,
        end_date: datetime | None,
    ) -> None:
        """Take at least one event; restricted, runs of other dates are those of the event before."""
        self._events = sorted({as_utc(event) for event in event_dates})
        self._is_restricted = is_restricted
        self._start_date = None if start_date is None else as_utc(start_date)
        self._end_date = None if end_date is None else as_utc(end_date)

    @property
    def has_empty_intervals(self) -> bool:
        """True: an event is an instant."""
        return True

    @property
    def is_recurring(self) -> bool:
        """True: events follow one another."""
        return True

    def next_interval(self, after: DataInterval | None, *, not_before: datetime | None = None) -> DataInterval | None:
        """Return the first event after `after.end`, within the dates."""
        limits = [as_utc(limit) for limit in (self._start_date, not_before) if limit is not None]
        if after is None and not limits:
            return None
        first = 0 if after is None else bisect_right(self._events, as_utc(after.end))
        if limits:
            first = max(first, bisect_left(self._events, max(limits)))
        if first == len(self._events) or (self._end_date is not None and self._events[first] > self._end_date):
            return None
        return DataInterval.at(self._events[first])

    def latest_complete_interval(self, now: datetime) -> DataInterval | None:
        """Return the last event until `now`, within the dates."""
        until = as_utc(now) if self._end_date is None else min(as_utc(now), self._end_date)
        count = bisect_right(self._events, until)
        if not count or (self._start_date is not None and self._events[count - 1] < self._start_date):
            return None
        return DataInterval.at(self._events[count - 1])

    def interval_at(self, instant: datetime) -> DataInterval:
        """Return the instant itself; restricted, the last event until then, or the first one before all."""
        at = as_utc(instant)
        if self._is_restricted:
            at = self._events[max(0, bisect_right(self._events, at) - 1)]
        return DataInterval.at(at)

    def intervals_between(self, start: datetime, end: datetime) -> Iterator[DataInterval]:
        """See `Timetable.intervals_between`."""
        first, last = bisect_left(self._events, as_utc(start)), bisect_left(self._events, as_utc(end))
        return map(DataInterval.at, self._events[first:last])
