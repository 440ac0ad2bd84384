"""Clocks that can be waited for: the real one, one that skips what would be waited, a virtual one.

A run without a server has nobody to wait for but the clock: retry delays and the end of a run's timeout.
"""

from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Protocol

from mulgil.ports import Clock

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


class WaitingClock(Clock, Protocol):
    """A clock, and the way to a later instant."""

    def wait_until(self, instant: datetime) -> None:
        """Return when it is `instant`."""
        ...


class RealWait:
    """Waits as long as it takes."""

    def __init__(self, clock: Clock) -> None:
        """Wait by `clock`."""
        self._clock = clock
        self._never = Event()

    def now(self) -> datetime:
        """Return the current instant."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start."""
        return self._clock.monotonic()

    def wait_until(self, instant: datetime) -> None:
        """Sleep until then; Ctrl-C gets through."""
        while (left := (instant - self._clock.now()) / _SECOND) > 0:
            self._never.wait(min(left, 3600.0))


class SkippingWait:
    """A clock that goes on as another one does, and jumps where somebody would wait."""

    def __init__(self, clock: Clock) -> None:
        """Follow `clock`."""
        self._clock = clock
        self._skipped = timedelta(0)

    def now(self) -> datetime:
        """Return the instant that it would be, had everything been waited for."""
        return self._clock.now() + self._skipped

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start."""
        return self._clock.monotonic() + self._skipped / _SECOND

    def wait_until(self, instant: datetime) -> None:
        """Be there at once."""
        self._skipped += max(instant - self.now(), timedelta(0))


class VirtualClock:
    """Time that stands still until somebody waits or something takes time: the same in every run."""

    def __init__(self, start: datetime | None = None) -> None:
        """Begin at `start`, by default at the first instant of 2026."""
        self._start = self._now = _EPOCH if start is None else start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the current instant."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds that have passed."""
        return (self._now - self._start) / _SECOND

    def wait_until(self, instant: datetime) -> None:
        """Make it `instant`; never goes back."""
        self._now = max(self._now, instant)

    def take(self, span: timedelta) -> None:
        """Let time pass."""
        self._now += span
