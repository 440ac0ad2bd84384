"""Boundaries a fixed elapsed time apart."""

from datetime import datetime, timedelta


class DeltaBoundaries:
    """`anchor + k * delta` for every integer k. Exact: integer arithmetic, no drift, no DST."""

    def __init__(self, delta: timedelta, *, anchor: datetime) -> None:
        """Take a positive `delta` and a UTC `anchor`."""
        self._delta = delta
        self._anchor = anchor

    def after(self, instant: datetime) -> datetime:
        """Return the first boundary later than `instant`."""
        return self._anchor + ((instant - self._anchor) // self._delta + 1) * self._delta

    def before(self, instant: datetime) -> datetime:
        """Return the last boundary earlier than `instant`."""
        return self._anchor - ((self._anchor - instant) // self._delta + 1) * self._delta
