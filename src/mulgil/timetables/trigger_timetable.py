"""Runs at the ticks of a schedule: each for its tick alone, or for a span of fixed length that ends there."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mulgil.model import DataInterval
from mulgil.timetables.boundaries import Boundaries
from mulgil.timetables.errors import TimetableError
from mulgil.timetables.instant import as_utc
from mulgil.timetables.walk import NOTHING, TICK, step


class AnyOf:
    """The boundaries of several schedules as one sequence; what falls on one instant counts once."""

    def __init__(self, *parts: Boundaries) -> None:
        """Join at least one."""
        self._parts = parts

    def after(self, instant: datetime) -> datetime:
        """Return the first boundary later than `instant`."""
        return min(part.after(instant) for part in self._parts)

    def before(self, instant: datetime) -> datetime:
        """Return the last boundary earlier than `instant`."""
        return max(part.before(instant) for part in self._parts)


class TriggerTimetable:
    """A timetable whose runs are due at ticks. Start and end date limit the ticks.

    Intervals have one length, which needs not be the distance of the ticks: they may leave gaps, overlap
    or be empty. Their order is that of their ticks, and none comes twice.
    """

    def __init__(
        self, ticks: Boundaries, *, interval: timedelta, start_date: datetime | None, end_date: datetime | None
    ) -> None:
        """Give every tick of `ticks` an interval of this length."""
        self._ticks = ticks
        self._interval = interval
        self._start_date = None if start_date is None else as_utc(start_date)
        self._end_date = None if end_date is None else as_utc(end_date)

    @property
    def has_empty_intervals(self) -> bool:
        """Whether runs are for their tick alone."""
        return not self._interval

    @property
    def is_recurring(self) -> bool:
        """True: ticks follow one another."""
        return True

    def next_interval(self, after: DataInterval | None, *, not_before: datetime | None = None) -> DataInterval | None:
        """Return the interval of the first tick after `after.end`, within the dates."""
        limits = [as_utc(limit) for limit in (self._start_date, not_before) if limit is not None]
        earliest = max(limits, default=None)
        tick = None if after is None else step(self._ticks.after, as_utc(after.end), NOTHING)
        if earliest is not None and (tick is None or tick < earliest):
            tick = step(self._ticks.after, earliest, -TICK)
        if tick is None or (self._end_date is not None and tick > self._end_date):
            return None
        return self._ending(tick)

    def latest_complete_interval(self, now: datetime) -> DataInterval | None:
        """Return the interval of the last tick until `now`, within the dates."""
        until = as_utc(now) if self._end_date is None else min(as_utc(now), self._end_date)
        tick = step(self._ticks.before, until, TICK)
        if self._start_date is not None and tick < self._start_date:
            return None
        return self._ending(tick)

    def interval_at(self, instant: datetime) -> DataInterval:
        """Return the last interval that starts until `instant`, whether it still contains it or not."""
        return self._ending(step(self._ticks.before, as_utc(instant), self._interval + TICK))

    def intervals_between(self, start: datetime, end: datetime) -> Iterator[DataInterval]:
        """See `Timetable.intervals_between`."""
        last = as_utc(end)
        interval = self._ending(step(self._ticks.after, as_utc(start), self._interval - TICK))
        while interval.start < last:
            yield interval
            interval = self._ending(step(self._ticks.after, interval.end, NOTHING))

    def _ending(self, tick: datetime) -> DataInterval:
        try:
            return DataInterval(tick - self._interval, tick)
        except OverflowError:
            raise TimetableError("timetable.out_of_range", instant=tick.isoformat()) from None
