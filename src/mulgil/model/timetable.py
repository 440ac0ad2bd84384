"""What a dag's schedule is, as data. `mulgil.timetables` gives these their behaviour."""

from datetime import datetime, timedelta

import msgspec


class CronTimetable(msgspec.Struct, frozen=True, tag="cron"):
    """Contiguous data intervals between the fire times of a cron expression, in the dag's time zone."""

    expression: str
    timezone: str


class DeltaTimetable(msgspec.Struct, frozen=True, tag="delta"):
    """Contiguous data intervals of a fixed elapsed length, counted from the dag's start date."""

    delta: timedelta
    anchor: datetime


class OnceTimetable(msgspec.Struct, frozen=True, tag="once"):
    """One run, with an empty interval at the dag's start date."""


class ManualTimetable(msgspec.Struct, frozen=True, tag="manual"):
    """No scheduled runs (`schedule=None`): only people, backfills of other dags and assets start it."""


TimetableSpec = CronTimetable | DeltaTimetable | OnceTimetable | ManualTimetable
