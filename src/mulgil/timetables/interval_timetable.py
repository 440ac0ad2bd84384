"""Contiguous data intervals between the boundaries of a schedule."""

from collections.abc import Iterator
from datetime import datetime

from mulgil.model import DataInterval
from mulgil.timetables.boundaries import Boundaries
from mulgil.timetables.instant import as_utc
from mulgil.timetables.walk import NOTHING, TICK, step


class IntervalTimetable:
    """A timetable whose intervals are the spans between neighbouring boundaries."""

    def __init__(self, boundaries: Boundaries, *, start_date: datetime | None, end_date: datetime | None) -> None:
        """Limit the intervals of `boundaries` to those that start in `[start_date, end_date]`."""
        self._boundaries = boundaries
        self._start_date = None if start_date is None else as_utc(start_date)
        self._end_date = None if end_date is None else as_utc(end_date)

    @property
    def has_empty_intervals(self) -> bool:
        """False: every interval has an extent."""
        return False

    @property
    def is_recurring(self) -> bool:
        """True: intervals follow one another."""
        return True

    def next_interval(self, after: DataInterval | None, *, not_before: datetime | None = None) -> DataInterval | None:
        """See `Timetable.next_interval`."""
        limits = [as_utc(limit) for limit in (self._start_date, not_before) if limit is not None]
        earliest = max(limits, default=None)
        start = None if after is None else self._at_or_before(as_utc(after.end))
        if earliest is not None and (start is None or start < earliest):
            start = self._at_or_after(earliest)
        if start is None or (self._end_date is not None and start > self._end_date):
            return None
        return self._starting(start)

    def latest_complete_interval(self, now: datetime) -> DataInterval | None:
        """See `Timetable.latest_complete_interval`."""
        start = self._before(self._at_or_before(as_utc(now)))
        if self._end_date is not None and start > self._end_date:
            start = self._at_or_before(self._end_date)
        if self._start_date is not None and start < self._start_date:
            return None
        return self._starting(start)

    def interval_at(self, instant: datetime) -> DataInterval:
        """See `Timetable.interval_at`."""
        return self._starting(self._at_or_before(as_utc(instant)))

    def intervals_between(self, start: datetime, end: datetime) -> Iterator[DataInterval]:
        """See `Timetable.intervals_between`."""
        boundary, last = self._at_or_after(as_utc(start)), as_utc(end)
        while boundary < last:
            interval = self._starting(boundary)
            yield interval
            boundary = interval.end

    def _starting(self, boundary: datetime) -> DataInterval:
        return DataInterval(boundary, self._after(boundary))

    def _at_or_after(self, instant: datetime) -> datetime:
        return step(self._boundaries.after, instant, -TICK)

    def _at_or_before(self, instant: datetime) -> datetime:
        return step(self._boundaries.before, instant, TICK)

    def _after(self, instant: datetime) -> datetime:
        return step(self._boundaries.after, instant, NOTHING)

    def _before(self, instant: datetime) -> datetime:
        return step(self._boundaries.before, instant, NOTHING)
