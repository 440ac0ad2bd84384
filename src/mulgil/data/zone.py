"""Local days, months and years of a time zone as instants."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mulgil.data.errors import DeclarationError

_SEARCH = timedelta(days=2)
_MICROSECOND = timedelta(microseconds=1)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone called `name`.

    Raises:
        DeclarationError: There is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise DeclarationError("data.timezone_unknown", timezone=name) from None


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, whose local date in `zone` is `day` or later.

    Midnight may not exist (the clock jumps over it) or the whole day may not (Samoa, 30 December
    2011): the answer is then the instant of the jump.
    """
    guess = datetime.combine(day, time(), zone).astimezone(UTC)
    if _local_date(guess, zone) >= day and _local_date(guess - _MICROSECOND, zone) < day:
        return guess
    low, high = guess - _SEARCH, guess + _SEARCH
    while high - low > _MICROSECOND:
        middle = low + (high - low) // 2
        if _local_date(middle, zone) >= day:
            high = middle
        else:
            low = middle
    return high


def has_date(day: date, zone: ZoneInfo) -> bool:
    """Whether any instant of `zone` falls on `day`."""
    return _local_date(first_instant(day, zone), zone) == day


def _local_date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
