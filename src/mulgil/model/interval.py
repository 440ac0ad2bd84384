"""The data interval: the half-open span of time that a dag run is for."""

from datetime import datetime, timedelta

import msgspec

from mulgil.model.errors import ModelError


class DataInterval(msgspec.Struct, frozen=True, order=True):
    """`[start, end)` in UTC. An *empty* interval (start == end) stands for "no interval" and is never null.

    Raises:
        ModelError: A bound is naive or the end precedes the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse what would silently shift or invert a run's data."""
        if self.start.utcoffset() != timedelta(0) or self.end.utcoffset() != timedelta(0):
            raise ModelError("model.interval_not_utc", start=str(self.start), end=str(self.end))
        if self.end < self.start:
            raise ModelError("model.interval_inverted", start=str(self.start), end=str(self.end))

    @property
    def is_empty(self) -> bool:
        """Whether the interval has no extent."""
        return self.start == self.end

    @classmethod
    def at(cls, instant: datetime) -> "DataInterval":
        """The empty interval at `instant`."""
        return cls(instant, instant)
