"""What is due when: a heap whose entries may be moved and dropped."""

import heapq
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from mulgil.model import TaskKey


class RetryTimer(msgspec.Struct, frozen=True):
    """A task instance's retry delay ends."""

    dag_id: str
    run_id: str
    key: TaskKey


class TimeoutTimer(msgspec.Struct, frozen=True):
    """A run has taken as long as its dag allows."""

    dag_id: str
    run_id: str


class ScheduleTimer(msgspec.Struct, frozen=True):
    """A dag's next data interval is complete."""

    dag_id: str


TimerKey = RetryTimer | TimeoutTimer | ScheduleTimer
KeyT = TypeVar("KeyT")


class Timers(Generic[KeyT]):
    """One instant for each key; setting a key again moves it. Keys due at one instant come in the order set."""

    def __init__(self) -> None:
        """Start without timers."""
        self._at: dict[KeyT, tuple[datetime, int]] = {}
        self._heap: list[tuple[datetime, int, KeyT]] = []
        self._count = 0

    def set(self, key: KeyT, at: datetime) -> None:
        """Let `key` be due at `at`, and at no other instant."""
        known = self._at.get(key)
        if known is not None and known[0] == at:
            return
        self._count += 1
        self._at[key] = (at, self._count)
        heapq.heappush(self._heap, (at, self._count, key))

    def clear(self, key: KeyT) -> None:
        """Drop a key; unknown ones are ignored."""
        self._at.pop(key, None)

    @property
    def next(self) -> datetime | None:
        """The earliest instant at which something is due."""
        while self._heap:
            at, number, key = self._heap[0]
            if self._at.get(key) == (at, number):
                return at
            heapq.heappop(self._heap)
        return None

    def due(self, now: datetime, *, limit: int) -> tuple[KeyT, ...]:
        """Take out and return what is due, the earliest first, at most `limit`."""
        keys: list[KeyT] = []
        while len(keys) < limit:
            at = self.next
            if at is None or at > now:
                break
            _, _, key = heapq.heappop(self._heap)
            del self._at[key]
            keys.append(key)
        return tuple(keys)
