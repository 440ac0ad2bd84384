"""Timetables as authors name them in `schedule=`; the dag's dates and zone make them data.

AuthoredTimetable
├── CronDataIntervalTimetable     what a cron expression alone means: contiguous data intervals
├── DeltaDataIntervalTimetable    what a timedelta alone means
├── CronTriggerTimetable          a run at each fire, for the fire or for a span that ends there
├── MultipleCronTriggerTimetable  the same for several expressions
├── DeltaTriggerTimetable         a run every so often
└── EventsTimetable               a run at each of the listed instants
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta

from mulgil.model import timetable as data
from mulgil.timetables.errors import ScheduleError
from mulgil.timetables.instant import as_utc
from mulgil.timetables.schedule_words import cron_of, delta_and_anchor
from mulgil.timetables.zone import load_zone

_NOTHING = timedelta(0)


class AuthoredTimetable(ABC):
    """A timetable that an author has named. Wrong arguments are refused where it is written."""

    @abstractmethod
    def to_spec(self, *, timezone: str, start_date: datetime | None) -> data.TimetableSpec:
        """Return it as data, for a dag of this time zone and start date.

        Raises:
            ScheduleError: It needs a start date, and there is none.
        """


class CronDataIntervalTimetable(AuthoredTimetable):
    """Contiguous data intervals between the fires of a cron expression, each run at its interval's end."""

    def __init__(self, cron: str, timezone: str | None = None) -> None:
        """Take a cron expression or preset, and its zone unless it is the dag's.

        Raises:
            ScheduleError: The expression or the zone can't be used.
        """
        self._cron = cron_of(cron)
        self._timezone = _known_zone(timezone)

    def to_spec(self, *, timezone: str, start_date: datetime | None) -> data.CronTimetable:
        """See `AuthoredTimetable.to_spec`."""
        return data.CronTimetable(self._cron, self._timezone or timezone)


class DeltaDataIntervalTimetable(AuthoredTimetable):
    """Contiguous data intervals of one length, from the dag's start date on, each run at its interval's end."""

    def __init__(self, delta: timedelta) -> None:
        """Take the length."""
        self._delta = delta

    def to_spec(self, *, timezone: str, start_date: datetime | None) -> data.DeltaTimetable:
        """See `AuthoredTimetable.to_spec`."""
        return data.DeltaTimetable(*delta_and_anchor(self._delta, start_date))


class MultipleCronTriggerTimetable(AuthoredTimetable):
    """A run at each fire of any of several cron expressions; fires on one instant count once."""

    def __init__(self, *crons: str, timezone: str | None = None, interval: timedelta = _NOTHING) -> None:
        """Take cron expressions or presets, their zone unless it is the dag's, and how much data a run is for.

        Raises:
            ScheduleError: There is no expression, or an argument can't be used.
        """
        if not crons:
            raise ScheduleError("timetable.no_cron")
        # Twice the same one fires once anyway.
        self._crons = tuple(dict.fromkeys(cron_of(cron) for cron in crons))
        self._timezone = _known_zone(timezone)
        self._interval = _checked_interval(interval)

    def to_spec(self, *, timezone: str, start_date: datetime | None) -> data.CronTriggerTimetable:
        """See `AuthoredTimetable.to_spec`."""
        return data.CronTriggerTimetable(self._crons, self._timezone or timezone, self._interval)


class CronTriggerTimetable(MultipleCronTriggerTimetable):
    """A run at each fire of a cron expression, for that instant or for a span of fixed length that ends there."""

    def __init__(self, cron: str, timezone: str | None = None, *, interval: timedelta = _NOTHING) -> None:
        """Take a cron expression or preset, its zone unless it is the dag's, and how much data a run is for.

        Raises:
            ScheduleError: An argument can't be used.
        """
        super().__init__(cron, timezone=timezone, interval=interval)


class DeltaTriggerTimetable(AuthoredTimetable):
    """A run every so often from the dag's start date on, for that instant or for a span that ends there."""

    def __init__(self, delta: timedelta, *, interval: timedelta = _NOTHING) -> None:
        """Take the distance of the runs and how much data a run is for.

        Raises:
            ScheduleError: The interval is less than nothing.
        """
        self._delta = delta
        self._interval = _checked_interval(interval)

    def to_spec(self, *, timezone: str, start_date: datetime | None) -> data.DeltaTriggerTimetable:
        """See `AuthoredTimetable.to_spec`."""
        return data.DeltaTriggerTimetable(*delta_and_anchor(self._delta, start_date), self._interval)


class EventsTimetable(AuthoredTimetable):
    """A run at each of the listed instants."""

    def __init__(self, event_dates: Iterable[datetime], *, restrict_to_events: bool = False) -> None:
        """Take the instants in any order; restricted, a run for another date is that of the event before it.

        Raises:
            ScheduleError: There is none.
            TimetableError: One of them has no time zone.
        """
        self._events = tuple(sorted({as_utc(event) for event in event_dates}))
        self._is_restricted = restrict_to_events
        if not self._events:
            raise ScheduleError("timetable.no_events")

    def to_spec(self, *, timezone: str, start_date: datetime | None) -> data.EventsTimetable:
        """See `AuthoredTimetable.to_spec`."""
        return data.EventsTimetable(self._events, self._is_restricted)


def _known_zone(name: str | None) -> str | None:
    if name is not None:
        load_zone(name)
    return name


def _checked_interval(interval: timedelta) -> timedelta:
    if interval < _NOTHING:
        raise ScheduleError("timetable.negative_interval", interval=str(interval))
    return interval
