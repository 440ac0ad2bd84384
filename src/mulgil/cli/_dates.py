"""What is written on the command line as a date or as JSON."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from mulgil.cli.errors import ArgumentError

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


def instant(text: str, zone: str) -> datetime:
    """Read a date or a date-time; without an offset it is in the dag's time zone.

    Raises:
        ArgumentError: It is neither, or UTC can't hold it.
    """
    return _as_utc(_read(text)[0], text, zone)


def day_end(text: str, zone: str) -> datetime:
    """Read the end of a range, which belongs to it: return the first instant that doesn't.

    Raises:
        ArgumentError: It is neither a date nor a date-time, or UTC can't hold it.
    """
    found, is_day = _read(text)
    try:
        return _as_utc(found + (_DAY if is_day else _TICK), text, zone)
    except OverflowError:
        raise ArgumentError("cli.bad_date", value=text) from None


def json_object(text: str | None) -> dict[str, Any] | None:
    """Read a JSON object.

    Raises:
        ArgumentError: It is none.
    """
    if text is None:
        return None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ArgumentError("cli.bad_conf", why=str(error)) from None
    if not isinstance(value, dict):
        raise ArgumentError("cli.bad_conf_type", found=type(value).__name__)
    return value


def _read(text: str) -> tuple[datetime, bool]:
    """Return what was written, and whether it is a whole day."""
    try:
        return datetime.combine(date.fromisoformat(text), time()), True
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text), False
    except ValueError:
        raise ArgumentError("cli.bad_date", value=text) from None


def _as_utc(found: datetime, text: str, zone: str) -> datetime:
    from zoneinfo import ZoneInfo

    try:
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except OverflowError:
        raise ArgumentError("cli.bad_date", value=text) from None
