"""Instants: aware datetimes, always UTC inside this package."""

from datetime import UTC, datetime

from mulgil.timetables.errors import TimetableError


def as_utc(instant: datetime) -> datetime:
    """Return `instant` in UTC.

    Raises:
        TimetableError: It is naive; guessing a zone would shift a run's data silently.
    """
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise TimetableError("timetable.naive_instant", value=instant.isoformat(sep=" "))
    return instant.astimezone(UTC)
