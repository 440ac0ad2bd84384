"""What every timetable can answer."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from mulgil.model import DataInterval


class Timetable(Protocol):
    """The data intervals of one dag. Immutable and pure; all instants are aware, all answers UTC.

    Laws of timetables that recur: intervals are strictly ordered, by their starts and by their ends;
    asking from any point of the sequence resumes the same sequence. The run of an interval is due at
    the interval's `end`. Those of cron strings and lengths of time are contiguous (`end == next.start`)
    and never empty; those of triggers have a fixed length, which may be nothing.
    """

    @property
    def has_empty_intervals(self) -> bool:
        """Whether runs stand for no span of time (start == end), so that no partitions follow from them."""
        ...

    @property
    def is_recurring(self) -> bool:
        """Whether runs follow one another, so that a range of time has its runs; not so `@once` and `schedule=None`."""
        ...

    def next_interval(self, after: DataInterval | None, *, not_before: datetime | None = None) -> DataInterval | None:
        """Return the interval that follows `after`, or the first one where `after` is None.

        The first one starts (that of a trigger: is due) at or after the dag's start date and `not_before`;
        with neither of them known there is no first one. Where the schedule was changed since
        `after`, the answer is the interval of the new schedule that contains `after.end`, so that no
        span of time is left out. None once the dag's end date has passed: the last interval is the
        one that contains the end date or starts on it.
        """
        ...

    def latest_complete_interval(self, now: datetime) -> DataInterval | None:
        """Return the last interval that has ended at `now`, within the dag's start and end dates.

        That is what a manual run without a date is for. None when no interval is complete yet;
        for timetables that don't recur always the empty interval at `now`.
        """
        ...

    def interval_at(self, instant: datetime) -> DataInterval:
        """Return the interval that starts at `instant` or contains it; start and end date don't limit it."""
        ...

    def intervals_between(self, start: datetime, end: datetime) -> Iterator[DataInterval]:
        """Yield, lazily and in order, the intervals that start in `[start, end)`.

        Start and end date don't limit them: whoever names a range means it. Timetables that don't recur
        yield nothing.
        """
        ...
