"""Time zones: loading them by name, and what their clocks show around DST changes.

Where clocks go forward, local times in the *gap* never occur; where they go back, local times in the
*overlap* occur twice (first and second pass). `datetime.fold` tells the passes apart; in a gap the
two folds give the offsets before and after the change (PEP 495).
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mulgil.timetables.errors import ScheduleError

_SECOND = timedelta(seconds=1)


def load_zone(name: str) -> ZoneInfo:
    """Return the IANA time zone `name`.

    Raises:
        ScheduleError: There is no such zone; the message names the nearest one.
    """
    try:
        return ZoneInfo(name)
    # Names that escape the folder are ValueErrors; "America" is a folder: an OSError on some systems.
    except (KeyError, ValueError, OSError):
        pass
    suggestion = _nearest_name(name)
    if suggestion is None:
        raise ScheduleError("timetable.unknown_timezone", timezone=name)
    raise ScheduleError("timetable.unknown_timezone_near", timezone=name, suggestion=suggestion)


def _nearest_name(name: str) -> str | None:
    """Find the zone meant by `seoul`, `asia/soeul` or `New York`."""
    # Only a mistake needs these, and every process imports this module.
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    wanted = name.strip().replace(" ", "_").lower()
    zones = {zone.lower(): zone for zone in sorted(available_timezones())}
    cities = {zone.rpartition("/")[2]: zone for zone in reversed(zones)}
    if wanted in cities:
        return zones[cities[wanted]]
    near = get_close_matches(wanted, list(zones), n=1, cutoff=0.7)
    if near:
        return zones[near[0]]
    near = get_close_matches(wanted, list(cities), n=1, cutoff=0.7)
    return zones[cities[near[0]]] if near else None


def occurrences(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the instants at which the zone's clocks show `local` (naive): none, one or two, in order."""
    first = _offset(local.replace(tzinfo=zone, fold=0))
    second = _offset(local.replace(tzinfo=zone, fold=1))
    if first == second:
        return (_instant(local, first),)
    if first < second:
        return ()
    return (_instant(local, first), _instant(local, second))


def gap_end(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant after the gap that swallows `local` (naive)."""
    before = _offset(local.replace(tzinfo=zone, fold=0))
    after = _offset(local.replace(tzinfo=zone, fold=1))
    return _change_between(_instant(local, after), _instant(local, before), zone)


def overlap_around(instant: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """Return the local span `[start, end)` (naive) that clocks show twice and that `instant` is in.

    None when what the clocks show at `instant` is unambiguous.
    """
    local = instant.astimezone(zone)
    length = _offset(local.replace(fold=0)) - _offset(local.replace(fold=1))
    if length <= timedelta(0):
        return None
    first_pass = instant - length if local.fold else instant
    change = _change_between(first_pass, first_pass + length, zone)
    start = change.astimezone(zone).replace(tzinfo=None, fold=0)
    return start, start + length


def _change_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Find the first instant that has `high`'s offset; `low` is before the change, `high` not.

    Zones change on whole seconds; zoneinfo doesn't tell when, so this halves the span.
    """
    offset = _offset(high.astimezone(zone))
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if _offset(middle.astimezone(zone)) == offset:
            high = middle
        else:
            low = middle
    return high


def _offset(local: datetime) -> timedelta:
    offset = local.utcoffset()
    return timedelta(0) if offset is None else offset


def _instant(local: datetime, offset: timedelta) -> datetime:
    return (local - offset).replace(tzinfo=UTC, fold=0)
