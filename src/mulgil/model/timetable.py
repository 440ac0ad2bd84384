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


class CronTriggerTimetable(msgspec.Struct, frozen=True, tag="cron_trigger"):
    """A run at each fire of any of the cron expressions, with an interval of fixed length that ends at the fire."""

    expressions: tuple[str, ...]
    timezone: str
    interval: timedelta = timedelta(0)


class DeltaTriggerTimetable(msgspec.Struct, frozen=True, tag="delta_trigger"):
    """A run every so often, counted from the dag's start date, with an interval that ends there."""

    delta: timedelta
    anchor: datetime
    interval: timedelta = timedelta(0)


class EventsTimetable(msgspec.Struct, frozen=True, tag="events"):
    """A run with an empty interval at each of these instants, which are in order and none twice."""

    event_dates: tuple[datetime, ...]
    restrict_to_events: bool = False


TimetableSpec = (
    CronTimetable
    | DeltaTimetable
    | OnceTimetable
    | ManualTimetable
    | CronTriggerTimetable
    | DeltaTriggerTimetable
    | EventsTimetable
)
