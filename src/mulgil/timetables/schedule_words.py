"""The parts of a schedule as an author writes them: cron expressions, presets and lengths of time, checked."""

from datetime import datetime, timedelta
from types import MappingProxyType

from mulgil.timetables.cron_expression import normalize_cron
from mulgil.timetables.errors import ScheduleError
from mulgil.timetables.instant import as_utc

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


def cron_of(text: str) -> str:
    """Return the cron expression that `text` is or, as a preset, stands for.

    Raises:
        ScheduleError: It is neither.
    """
    words = " ".join(text.split())
    if words.startswith("@"):
        return _expand_preset(words)
    # The author's own words are kept for reading; behaviour normalises them again.
    normalize_cron(words)
    return words


def delta_and_anchor(delta: timedelta, start_date: datetime | None) -> tuple[timedelta, datetime]:
    """Return a length of time and the instant that it counts from.

    Raises:
        ScheduleError: It is too short, or there is no start date.
    """
    if delta < _SHORTEST_DELTA:
        raise ScheduleError("timetable.delta_too_short", delta=str(delta))
    if start_date is None:
        raise ScheduleError("timetable.delta_needs_start_date", delta=str(delta))
    return delta, as_utc(start_date)


def _expand_preset(name: str) -> str:
    try:
        return PRESETS[name.lower()]
    except KeyError:
        presets = ", ".join([*PRESETS, ONCE])
        raise ScheduleError("timetable.unknown_preset", schedule=name, presets=presets) from None
