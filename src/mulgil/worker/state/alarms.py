"""Timers of the state table: at most one per key, taken when due, in the order of their times."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
_SPARE = 64


class Alarms(Generic[KeyT]):
    """A heap in which an alarm that was cleared or moved is passed over when it comes up."""

    def __init__(self) -> None:
        """Start with none."""
        self._heap: list[tuple[float, int, KeyT]] = []
        self._current: dict[KeyT, int] = {}
        self._count = 0

    def set(self, key: KeyT, at: float) -> None:
        """Set `key`'s alarm to `at`, instead of what it was."""
        self._count += 1
        self._current[key] = self._count
        heappush(self._heap, (at, self._count, key))
        if len(self._heap) > _SPARE + 4 * len(self._current):
            # Far alarms that were cleared would stay for hours otherwise.
            self._heap = [entry for entry in self._heap if self._current.get(entry[2]) == entry[1]]
            heapify(self._heap)

    def clear(self, key: KeyT) -> None:
        """Take back `key`'s alarm, if it has one."""
        self._current.pop(key, None)

    def __contains__(self, key: KeyT) -> bool:
        """Whether `key` has an alarm."""
        return key in self._current

    @property
    def next(self) -> float | None:
        """When the earliest alarm is due."""
        while self._heap:
            at, count, key = self._heap[0]
            if self._current.get(key) == count:
                return at
            heappop(self._heap)
        return None

    def take_due(self, now: float) -> Iterator[KeyT]:
        """Yield the keys that are due and remove their alarms; ones that are set meanwhile included."""
        while (at := self.next) is not None and at <= now:
            key = heappop(self._heap)[2]
            del self._current[key]
            yield key
