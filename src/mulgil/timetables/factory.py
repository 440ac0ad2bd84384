"""From a timetable as data to a timetable that answers."""

from datetime import datetime

from mulgil.model import (
    CronTimetable,
    CronTriggerTimetable,
    DeltaTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    ManualTimetable,
    OnceTimetable,
    TimetableSpec,
)
from mulgil.timetables.cron_boundaries import CronBoundaries
from mulgil.timetables.delta_boundaries import DeltaBoundaries
from mulgil.timetables.events import Events
from mulgil.timetables.instant import as_utc
from mulgil.timetables.interval_timetable import IntervalTimetable
from mulgil.timetables.timetable import Timetable
from mulgil.timetables.trigger_timetable import AnyOf, TriggerTimetable
from mulgil.timetables.unscheduled import NoSchedule, SingleRun
from mulgil.timetables.zone import load_zone


def timetable_for(spec: TimetableSpec, *, start_date: datetime | None, end_date: datetime | None) -> Timetable:
    """Return the behaviour of `spec` for a dag with these dates. Keep it: building it parses the cron.

    Raises:
        ScheduleError: The spec was not made by `parse_schedule` and can't be used, or this machine
            doesn't know its time zone.
        TimetableError: A date is naive.
    """
    match spec:
        case CronTimetable():
            cron = CronBoundaries(spec.expression, load_zone(spec.timezone))
            return IntervalTimetable(cron, start_date=start_date, end_date=end_date)
        case DeltaTimetable():
            steps = DeltaBoundaries(spec.delta, anchor=as_utc(spec.anchor))
            return IntervalTimetable(steps, start_date=start_date, end_date=end_date)
        case OnceTimetable():
            return SingleRun(start_date=start_date, end_date=end_date)
        case ManualTimetable():
            return NoSchedule()
        case CronTriggerTimetable():
            zone = load_zone(spec.timezone)
            fires = AnyOf(*(CronBoundaries(expression, zone) for expression in spec.expressions))
            return TriggerTimetable(fires, interval=spec.interval, start_date=start_date, end_date=end_date)
        case DeltaTriggerTimetable():
            steps = DeltaBoundaries(spec.delta, anchor=as_utc(spec.anchor))
            return TriggerTimetable(steps, interval=spec.interval, start_date=start_date, end_date=end_date)
        case EventsTimetable():
            return Events(
                spec.event_dates, is_restricted=spec.restrict_to_events, start_date=start_date, end_date=end_date
            )
