"""Cron expressions: checking what an author wrote and bringing it to the form that cronsim takes.

Five fields in Debian cron's language, with names (`MON`, `JAN`), lists, steps, `L` (last day), `LW`
(last weekday), `FRI#2` (second Friday) and `5L` (last Friday). Ranges may wrap around (`22-2`,
`FRI-MON`); cronsim refuses those, so they are written out here.
"""

import re
from datetime import datetime

import msgspec
from cronsim import CronSim, CronSimError

from mulgil.timetables.errors import ScheduleError

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_RANGE = re.compile(r"(?P<low>[A-Z]+|\d{1,2})-(?P<high>[A-Z]+|\d{1,2})(?:/(?P<step>\d{1,2}))?", re.ASCII)
# Longer ones are mistakes, and int() itself refuses very long digits.
_MAX_FIELD_LENGTH = 200
# A leap year from which cronsim looks 50 years ahead: enough for every date that exists.
_CHECKED_FROM = datetime(2000, 1, 1)  # noqa: DTZ001 - a calendar date, no instant


class _Field(msgspec.Struct, frozen=True):
    """One field: its name in messages, its bounds without aliases, and its symbolic names."""

    name: str
    low: int
    high: int
    symbols: tuple[str, ...] = ()

    def number(self, word: str) -> int | None:
        """Return the value of a number or name, or None when the field has no such value."""
        if word in self.symbols:
            return self.low + self.symbols.index(word)
        if not word.isdigit():
            return None
        value = int(word)
        if self.symbols is _WEEKDAYS and value == len(_WEEKDAYS):
            return 0
        return value if self.low <= value <= self.high else None


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day-of-month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day-of-week", 0, 6, _WEEKDAYS),
)


def normalize_cron(expression: str) -> str:
    """Return `expression` as cronsim takes it, checked.

    Raises:
        ScheduleError: Not five fields, a field that can't be read (named), `W`, or a date that never
            comes.
    """
    words = expression.split()
    if len(words) == len(_FIELDS) + 1:
        raise ScheduleError("timetable.cron_seconds", expression=expression)
    if len(words) != len(_FIELDS):
        raise ScheduleError("timetable.cron_field_count", expression=expression, count=len(words))
    normalized = " ".join(_normalize_field(field, word, expression) for field, word in zip(_FIELDS, words, strict=True))
    try:
        next(CronSim(normalized, _CHECKED_FROM))
    except (CronSimError, StopIteration):
        raise ScheduleError("timetable.cron_never_fires", expression=expression) from None
    return normalized


def _normalize_field(field: _Field, word: str, expression: str) -> str:
    if len(word) > _MAX_FIELD_LENGTH:
        raise _bad_field(field, word, expression)
    terms = word.upper().split(",")
    if field.name == "day-of-month" and any("W" in term and term != "LW" for term in terms):
        raise ScheduleError("timetable.cron_nearest_weekday", expression=expression, value=word)
    normalized = ",".join(_unwrap(field, term) for term in terms)
    alone = " ".join(normalized if other is field else "*" for other in _FIELDS)
    try:
        CronSim(alone, _CHECKED_FROM)
    except CronSimError:
        raise _bad_field(field, word, expression) from None
    return normalized


def _bad_field(field: _Field, word: str, expression: str) -> ScheduleError:
    allowed = f"{field.low}-{field.high}"
    if field.symbols:
        allowed = f"{allowed}, {field.symbols[0]}-{field.symbols[-1]}"
    return ScheduleError(
        "timetable.cron_bad_field", expression=expression, field=field.name, value=word, allowed=allowed
    )


def _unwrap(field: _Field, term: str) -> str:
    """Write a range that wraps around as ascending ones: `22-2` is `22-23,0-2`, `22-2/2` is `22,0,2`."""
    match = _RANGE.fullmatch(term)
    if match is None:
        return term
    if field.symbols is _WEEKDAYS and match["low"] == "7":
        # Both 0 and 7 are Sunday; it starts a range as 0 (`7-2`) and ends one as 7 (`MON-SUN`).
        return f"0{term[1:]}"
    low, high = field.number(match["low"]), field.number(match["high"])
    if low is None or high is None or low <= high:
        return term
    if field.symbols is _WEEKDAYS and high == 0:
        return f"{term[: match.start('high')]}7{term[match.end('high') :]}"
    if match["step"] is None:
        return f"{low}-{field.high},{field.low}-{high}"
    values = [*range(low, field.high + 1), *range(field.low, high + 1)]
    step = int(match["step"])
    return ",".join(map(str, values[::step])) if step else term
