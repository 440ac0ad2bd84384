"""Virtual time: what happens when, the clock that processes read, and chance; all of it from one seed."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)


def chance(seed: int, what: str) -> Random:
    """Return a source of chance of its own for one part of the simulation, the same for the same seed."""
    return Random(f"{seed}/{what}")


class Agenda:
    """What will happen, by time; things due at one instant happen in the order in which they were noted."""

    def __init__(self) -> None:
        self.now = 0.0
        self.happened = 0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, instant: float, do: Callable[[], None]) -> None:
        """Do something at an instant (now, if that has passed)."""
        self._count += 1
        heapq.heappush(self._heap, (max(instant, self.now), self._count, do))

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something after a while."""
        self.at(self.now + seconds, do)

    def go_on(self) -> bool:
        """Do the next thing; False if there is none."""
        if not self._heap:
            return False
        self.now, _, do = heapq.heappop(self._heap)
        self.happened += 1
        do()
        return True


class VirtualClock:
    """A `Clock` that follows the agenda; its wall time can be moved, its monotonic time can't."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._shift = timedelta(0)

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self._agenda.now) + self._shift

    def monotonic(self) -> float:
        return self._agenda.now

    def jump(self, by: timedelta) -> None:
        """Move the wall time, as an operator or a time server does."""
        self._shift += by


class Ids:
    """An `IdSource` whose ids say in which order they were given."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0

    def new_id(self) -> str:
        self._count += 1
        return f"{self._prefix}{self._count:05}"


class SeededJitter:
    """A `Jitter` from the seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def spread(self) -> float:
        return self._random.uniform(-1, 1)
