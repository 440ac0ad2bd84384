"""Timetables: which data intervals a dag has, and when their runs are due. Pure functions of the schedule.

A schedule that an author writes becomes a `TimetableSpec` (data, stored with the dag) by
`parse_schedule`; `timetable_for` gives such a spec its behaviour, and `interval_to_schedule` says
which interval gets a run next.
"""

from mulgil.timetables.authored import (
    AuthoredTimetable,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    MultipleCronTriggerTimetable,
)
from mulgil.timetables.catchup import advance_mark, interval_to_schedule
from mulgil.timetables.errors import ScheduleError, TimetableError
from mulgil.timetables.factory import timetable_for
from mulgil.timetables.schedule import parse_schedule
from mulgil.timetables.schedule_text import schedule_text
from mulgil.timetables.schedule_words import PRESETS
from mulgil.timetables.timetable import Timetable
from mulgil.timetables.zone import load_zone

__all__ = [
    "PRESETS",
    "AuthoredTimetable",
    "CronDataIntervalTimetable",
    "CronTriggerTimetable",
    "DeltaDataIntervalTimetable",
    "DeltaTriggerTimetable",
    "EventsTimetable",
    "MultipleCronTriggerTimetable",
    "ScheduleError",
    "Timetable",
    "TimetableError",
    "advance_mark",
    "interval_to_schedule",
    "load_zone",
    "parse_schedule",
    "schedule_text",
    "timetable_for",
]
