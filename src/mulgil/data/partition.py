"""Partitions: their keys, and which values of the partition column belong to each.

A partition's key is its name in the ledger, for ever:

    year    2013                     local
    month   2013-01                  local
    day     2013-01-05               local
    hour    2013-01-05T06Z           the UTC start
    value   canonical JSON of the value, NFC; above 200 bytes its sha256

*Local* is the table's zone, and without one the dag's. A partition of a calendar grain knows both its
dates `[first_date, end_date)`, which a DATE column is compared with, and its instants `[start, end)`,
which a timestamp column is compared with.
"""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import msgspec

from mulgil.data.errors import DeclarationError, GrainMismatchError
from mulgil.data.table_spec import Grain
from mulgil.data.zone import first_instant, has_date, zone_of
from mulgil.model import DataInterval

PartitionValue = str | int | float | bool | date | datetime
PARTITION_SCOPE = "p:"
_HOUR = timedelta(hours=1)
_LONGEST_VALUE_KEY = 200


class Partition(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a table; either its bounds are set or, for grain `value`, its value."""

    key: str
    first_date: date | None = None
    end_date: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    value: str | int | float | bool | None = None

    @property
    def scope(self) -> str:
        """This partition's scope in the ledger."""
        return PARTITION_SCOPE + self.key


def partitions_of_interval(interval: DataInterval, *, grain: Grain, timezone: str) -> tuple[Partition, ...]:
    """Return the partitions that `interval` covers, in order.

    Raises:
        GrainMismatchError: The interval is empty or not a whole number of grains.
        DeclarationError: The grain is `value`, which no interval names.
    """
    if grain is Grain.VALUE:
        raise DeclarationError("data.partition_value_required", grain=grain.value)
    found = _hours(interval) if grain is Grain.HOUR else _calendar(interval, grain, zone_of(timezone))
    if not found or found[0].start != interval.start or found[-1].end != interval.end:
        raise GrainMismatchError(
            "data.interval_not_whole_grains",
            start=interval.start.isoformat(),
            end=interval.end.isoformat(),
            grain=grain.value,
            timezone="UTC" if grain is Grain.HOUR else timezone,
        )
    return found


def parse_partitions(
    given: PartitionValue | Iterable[PartitionValue], *, grain: Grain, timezone: str
) -> tuple[Partition, ...]:
    """Return the partitions that an author named, sorted by scope, each once.

    Raises:
        DeclarationError: A value names no partition of this grain.
    """
    is_one = isinstance(given, str | int | float | bool | date)
    values: Iterable[PartitionValue] = [given] if is_one else given  # type: ignore[assignment,list-item]
    found = {part.key: part for part in (_parse(value, grain, timezone) for value in values)}
    if not found:
        raise DeclarationError("data.partition_unreadable", partition="[]", grain=grain.value)
    return tuple(found[key] for key in sorted(found))


def calendar_partition(day: date, *, grain: Grain, timezone: str) -> Partition:
    """Return the day, month or year that starts on `day`."""
    return _calendar_partition(day, grain, zone_of(timezone))


def _parse(value: PartitionValue, grain: Grain, timezone: str) -> Partition:
    try:
        match grain:
            case Grain.VALUE:
                return value_partition(value)
            case Grain.HOUR:
                return _hour_partition(_parse_hour(value))
            case _:
                return calendar_partition(_parse_date(value, grain, timezone), grain=grain, timezone=timezone)
    except (ValueError, TypeError):
        raise DeclarationError("data.partition_unreadable", partition=str(value), grain=grain.value) from None


def _parse_hour(value: PartitionValue) -> datetime:
    if isinstance(value, str):
        value = datetime.strptime(value, "%Y-%m-%dT%HZ").replace(tzinfo=UTC)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(value)
    instant = value.astimezone(UTC)
    if instant != instant.replace(minute=0, second=0, microsecond=0):
        raise ValueError(value)
    return instant


def _parse_date(value: PartitionValue, grain: Grain, timezone: str) -> date:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(value)
        value = value.astimezone(zone_of(timezone)).date()
    if isinstance(value, str | int) and not isinstance(value, bool):
        missing = {Grain.YEAR: "-01-01", Grain.MONTH: "-01"}.get(grain, "")
        value = date.fromisoformat(f"{value}{missing}")
    if not isinstance(value, date) or value != _floor(value, grain):
        raise ValueError(value)
    return value


def _hours(interval: DataInterval) -> tuple[Partition, ...]:
    start = interval.start.replace(minute=0, second=0, microsecond=0)
    count = -((start - interval.end) // _HOUR)
    return tuple(_hour_partition(start + index * _HOUR) for index in range(count))


def _calendar(interval: DataInterval, grain: Grain, zone: ZoneInfo) -> tuple[Partition, ...]:
    day = _floor(interval.start.astimezone(zone).date(), grain)
    found: list[Partition] = []
    while first_instant(day, zone) < interval.end:
        if grain is not Grain.DAY or has_date(day, zone):
            found.append(_calendar_partition(day, grain, zone))
        day = _next(day, grain)
    return tuple(found)


def _calendar_partition(day: date, grain: Grain, zone: ZoneInfo) -> Partition:
    end = _next(day, grain)
    key = day.isoformat()[: {Grain.YEAR: 4, Grain.MONTH: 7}.get(grain, 10)]
    return Partition(
        key=key, first_date=day, end_date=end, start=first_instant(day, zone), end=first_instant(end, zone)
    )


def _hour_partition(start: datetime) -> Partition:
    return Partition(key=start.strftime("%Y-%m-%dT%HZ"), start=start, end=start + _HOUR)


def value_partition(value: PartitionValue) -> Partition:
    """Return the partition of one value; its key is the value as JSON."""
    plain = value.isoformat() if isinstance(value, date) else value
    if isinstance(plain, str):
        plain = unicodedata.normalize("NFC", plain)
    key = msgspec.json.encode(plain).decode()
    if len(key.encode()) > _LONGEST_VALUE_KEY:
        key = "sha256:" + sha256(key.encode()).hexdigest()
    return Partition(key=key, value=plain)


def _floor(day: date, grain: Grain) -> date:
    match grain:
        case Grain.YEAR:
            return day.replace(month=1, day=1)
        case Grain.MONTH:
            return day.replace(day=1)
        case _:
            return day


def _next(day: date, grain: Grain) -> date:
    match grain:
        case Grain.YEAR:
            return day.replace(year=day.year + 1)
        case Grain.MONTH:
            return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        case _:
            return day + timedelta(days=1)
