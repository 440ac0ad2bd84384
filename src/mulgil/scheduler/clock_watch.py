"""Notices that somebody set the wall clock, so that no delay becomes longer or shorter by it.

Deadlines are kept as instants, because only those mean anything after a restart. While a scheduler runs it has a
second clock, which nobody can set: as long as both advance alike, instants and elapsed time say the same. When the
distance between them changes, the wall clock was set (or the machine slept: what sleeps doesn't wait, either), and
what is left of every delay is counted from the new time. What is due at a time of day, a schedule, follows the wall
clock as it is set.
"""

from datetime import UTC, datetime, timedelta

from mulgil.ports import Clock

# Below it are the time between two looks at two clocks, and corrections that spare everybody.
_TOLERANCE = timedelta(seconds=1)
_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)


class ClockWatch:
    """Compares the wall clock with the monotonic one, from step to step."""

    def __init__(self, clock: Clock) -> None:
        """Take the clocks as they stand for right."""
        self._clock = clock
        self._distance = self._measured(clock.now())

    def moved(self, now: datetime) -> timedelta:
        """Return by how much the wall clock was set since it was last settled; zero where it wasn't."""
        by = self._measured(now) - self._distance
        return by if abs(by) >= _TOLERANCE else timedelta(0)

    def settle(self, by: timedelta) -> None:
        """Take note that everybody knows of a move."""
        self._distance += by

    def _measured(self, now: datetime) -> timedelta:
        # A distance between two unrelated clocks: only its changes mean something.
        return now - _ORIGIN - timedelta(seconds=self._clock.monotonic())
