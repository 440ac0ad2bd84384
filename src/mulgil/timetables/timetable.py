"""What every timetable can answer."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from mulgil.model import DataInterval


class Timetable(Protocol):
    """The data intervals of one dag. Immutable and pure; all instants are aware, all answers UTC.

    Laws of timetables that have intervals: intervals are contiguous (`end == next.start`), never
    empty and strictly ordered; asking from any point of the sequence resumes the same sequence. The
    run of an interval is due at the interval's `end`.
    """

    @property
    def has_empty_intervals(self) -> bool:
        """Whether runs stand for no span of time (start == end): `@once` and `schedule=None`."""
        ...

    def next_interval(self, after: DataInterval | None, *, not_before: datetime | None = None) -> DataInterval | None:
        """Return the interval that follows `after`, or the first one where `after` is None.

        The first one starts at or after the dag's start date and `not_before`, whichever is later;
        with neither of them known there is no first one. Where the schedule was changed since
        `after`, the answer is the interval of the new schedule that contains `after.end`, so that no
        span of time is left out. None once the dag's end date has passed: the last interval is the
        one that contains the end date or starts on it.
        """
        ...

    def latest_complete_interval(self, now: datetime) -> DataInterval | None:
        """Return the last interval that has ended at `now`, within the dag's start and end dates.

        That is what a manual run without a date is for. None when no interval is complete yet;
        for timetables with empty intervals always the empty interval at `now`.
        """
        ...

    def interval_at(self, instant: datetime) -> DataInterval:
        """Return the interval that starts at `instant` or contains it; start and end date don't limit it."""
        ...

    def intervals_between(self, start: datetime, end: datetime) -> Iterator[DataInterval]:
        """Yield, lazily and in order, the intervals that start in `[start, end)`.

        Start and end date don't limit them: whoever names a range means it. Timetables with empty
        intervals yield nothing.
        """
        ...
