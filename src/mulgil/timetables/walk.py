"""Walking along boundaries from any instant, with an error in words at the ends of the calendar."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mulgil.timetables.errors import TimetableError

TICK = timedelta(microseconds=1)
NOTHING = timedelta(0)


def step(walk: Callable[[datetime], datetime], instant: datetime, shift: timedelta) -> datetime:
    """Return where `walk` leads from `instant + shift`.

    Raises:
        TimetableError: Out of the calendar.
    """
    try:
        return walk(instant + shift)
    except OverflowError:
        raise TimetableError("timetable.out_of_range", instant=instant.isoformat()) from None
