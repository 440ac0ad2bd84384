"""Timetables without intervals: one run, or none but those that people and assets start."""

from collections.abc import Iterator
from datetime import datetime

from mulgil.model import DataInterval
from mulgil.timetables.instant import as_utc


class _EmptyIntervals:
    """What both have in common: a run stands for an instant."""

    @property
    def has_empty_intervals(self) -> bool:
        """True: a run's interval is empty and lies at its logical date."""
        return True

    @property
    def is_recurring(self) -> bool:
        """False: there is one run at most."""
        return False

    def latest_complete_interval(self, now: datetime) -> DataInterval | None:
        """Return the empty interval at `now`."""
        return DataInterval.at(as_utc(now))

    def interval_at(self, instant: datetime) -> DataInterval:
        """Return the empty interval at `instant`."""
        return DataInterval.at(as_utc(instant))

    def intervals_between(self, start: datetime, end: datetime) -> Iterator[DataInterval]:
        """Yield nothing: no interval lies between any two instants."""
        return iter(())


class SingleRun(_EmptyIntervals):
    """`@once`: one run at the start date, or at once for a dag without one."""

    def __init__(self, *, start_date: datetime | None, end_date: datetime | None) -> None:
        """Place the run."""
        self._start_date = None if start_date is None else as_utc(start_date)
        self._end_date = None if end_date is None else as_utc(end_date)

    def next_interval(self, after: DataInterval | None, *, not_before: datetime | None = None) -> DataInterval | None:
        """Return the one interval: at the start date, else at `not_before`; None after it."""
        at = self._start_date or not_before
        if after is not None or at is None or (self._end_date is not None and as_utc(at) > self._end_date):
            return None
        return DataInterval.at(as_utc(at))


class NoSchedule(_EmptyIntervals):
    """`schedule=None`: nothing is ever due by itself."""

    def next_interval(self, after: DataInterval | None, *, not_before: datetime | None = None) -> DataInterval | None:
        """Return None."""
        return None
