"""Which interval gets a run next: catch-up from the stored high-water mark.

The mark says how far the schedule has come; the presence of runs is never looked at, so deleting old
runs creates none anew.
"""

from datetime import datetime

from msgspec.structs import replace

from mulgil.model import DagSchedule, DataInterval
from mulgil.timetables.timetable import Timetable


def interval_to_schedule(
    timetable: Timetable, mark: DagSchedule, *, now: datetime, catchup: bool
) -> DataInterval | None:
    """Return the interval whose run is to be created next; it is due when `interval.end <= now`.

    A later `end` says when to ask again; None means never again. With catch-up, intervals follow one
    another from the mark (a new dag: from its start date). Without, everything but the latest
    complete interval is passed over; also at a new dag without a start date, which has no first
    interval to catch up from. Pass the mark through `advance_mark` once the run is created.
    """
    if not timetable.is_recurring:
        return None if mark.has_run_once else timetable.next_interval(None, not_before=now)
    until = mark.scheduled_until
    following = timetable.next_interval(None if until is None else DataInterval.at(until))
    if catchup and following is not None:
        return following
    latest = timetable.latest_complete_interval(now)
    if latest is not None and (until is None or latest.end > until):
        return latest
    return following


def advance_mark(mark: DagSchedule, interval: DataInterval, timetable: Timetable) -> DagSchedule:
    """Return the mark after the run of `interval` was created. It never goes back."""
    until = interval.end if mark.scheduled_until is None else max(mark.scheduled_until, interval.end)
    return replace(mark, scheduled_until=until, has_run_once=mark.has_run_once or not timetable.is_recurring)
