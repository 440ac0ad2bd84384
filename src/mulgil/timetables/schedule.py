"""From what an author writes as `schedule=` to a timetable as data."""

from datetime import datetime, timedelta

from mulgil.model import CronTimetable, DeltaTimetable, ManualTimetable, OnceTimetable, TimetableSpec
from mulgil.timetables.authored import AuthoredTimetable
from mulgil.timetables.errors import ScheduleError
from mulgil.timetables.schedule_words import ONCE, cron_of, delta_and_anchor
from mulgil.timetables.zone import load_zone


def parse_schedule(
    schedule: str | timedelta | AuthoredTimetable | None,
    *,
    timezone: str,
    start_date: datetime | None = None,
    end_date: datetime | None = None,
) -> TimetableSpec:
    """Return the timetable that `schedule` means: a preset, a cron expression, a length of time, one by name or None.

    Cron is read in `timezone`; a timedelta counts elapsed time from `start_date`.

    Raises:
        ScheduleError: Any of the four can't be used; the message says which and what to write instead.
    """
    load_zone(timezone)
    _check_dates(start_date, end_date)
    if schedule is None:
        return ManualTimetable()
    if isinstance(schedule, AuthoredTimetable):
        return schedule.to_spec(timezone=timezone, start_date=start_date)
    if isinstance(schedule, timedelta):
        return DeltaTimetable(*delta_and_anchor(schedule, start_date))
    if schedule.strip() == ONCE:
        return OnceTimetable()
    return CronTimetable(cron_of(schedule), timezone)


def _check_dates(start_date: datetime | None, end_date: datetime | None) -> None:
    for name, value in (("start_date", start_date), ("end_date", end_date)):
        if value is not None and value.utcoffset() is None:
            raise ScheduleError("timetable.naive_date", name=name, value=value.isoformat(sep=" "))
    if start_date is not None and end_date is not None and end_date < start_date:
        raise ScheduleError(
            "timetable.end_before_start", start_date=start_date.isoformat(), end_date=end_date.isoformat()
        )
