"""Instants as integers: microseconds since 1970-01-01 UTC, exact in both directions."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_PER_DAY = 86_400
_MICROSECONDS = 1_000_000


def to_microseconds(instant: datetime) -> int:
    """Return the microseconds from the epoch to `instant`, which must be aware."""
    since = instant - _EPOCH
    return (since.days * _SECONDS_PER_DAY + since.seconds) * _MICROSECONDS + since.microseconds


def from_microseconds(microseconds: int) -> datetime:
    """Return the instant, in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)
