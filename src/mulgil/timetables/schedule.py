"""From what an author writes as `schedule=` to a timetable as data."""

from datetime import datetime, timedelta
from types import MappingProxyType

from mulgil.model import CronTimetable, DeltaTimetable, ManualTimetable, OnceTimetable, TimetableSpec
from mulgil.timetables.cron_expression import normalize_cron
from mulgil.timetables.errors import ScheduleError
from mulgil.timetables.instant import as_utc
from mulgil.timetables.zone import load_zone

ONCE = "@once"
# Same meaning as in Airflow.
PRESETS = MappingProxyType(
    {
        "@hourly": "0 * * * *",
        "@daily": "0 0 * * *",
        "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
        "@quarterly": "0 0 1 */3 *",
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    }
)
_SHORTEST_DELTA = timedelta(seconds=1)


def parse_schedule(
    schedule: str | timedelta | None,
    *,
    timezone: str,
    start_date: datetime | None = None,
    end_date: datetime | None = None,
) -> TimetableSpec:
    """Return the timetable that `schedule` means: a preset, a cron expression, a length of time or None.

    Cron is read in `timezone`; a timedelta counts elapsed time from `start_date`.

    Raises:
        ScheduleError: Any of the four can't be used; the message says which and what to write instead.
    """
    load_zone(timezone)
    _check_dates(start_date, end_date)
    if schedule is None:
        return ManualTimetable()
    if isinstance(schedule, timedelta):
        return _parse_delta(schedule, start_date)
    text = " ".join(schedule.split())
    if text == ONCE:
        return OnceTimetable()
    if text.startswith("@"):
        return CronTimetable(_expand_preset(text), timezone)
    # The author's own words are kept for reading; behaviour normalises them again.
    normalize_cron(text)
    return CronTimetable(text, timezone)


def _check_dates(start_date: datetime | None, end_date: datetime | None) -> None:
    for name, value in (("start_date", start_date), ("end_date", end_date)):
        if value is not None and value.utcoffset() is None:
            raise ScheduleError("timetable.naive_date", name=name, value=value.isoformat(sep=" "))
    if start_date is not None and end_date is not None and end_date < start_date:
        raise ScheduleError(
            "timetable.end_before_start", start_date=start_date.isoformat(), end_date=end_date.isoformat()
        )


def _parse_delta(delta: timedelta, start_date: datetime | None) -> DeltaTimetable:
    if delta < _SHORTEST_DELTA:
        raise ScheduleError("timetable.delta_too_short", delta=str(delta))
    if start_date is None:
        raise ScheduleError("timetable.delta_needs_start_date", delta=str(delta))
    return DeltaTimetable(delta, as_utc(start_date))


def _expand_preset(name: str) -> str:
    try:
        return PRESETS[name.lower()]
    except KeyError:
        presets = ", ".join([*PRESETS, ONCE])
        raise ScheduleError("timetable.unknown_preset", schedule=name, presets=presets) from None
