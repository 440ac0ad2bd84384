"""Errors of timetables.

MulgilError
└── TimetableError      a question that no timetable can answer: a naive or unreachable instant
    └── ScheduleError   a schedule that its author has to change: bad cron, unknown preset or time zone
"""

from mulgil.i18n import MulgilError


class TimetableError(MulgilError):
    """A timetable was asked about an impossible instant."""


class ScheduleError(TimetableError):
    """What the author wrote as a dag's schedule, time zone or dates can't be used."""
