"""Decides when the API fails or answers wrongly, so that it does both as an outside system would, yet reproducibly.

`FaultPlan` is what every client has to bear: now and then a 503 or a reset connection. A fault depends only on the
seed, the page and how often that page was asked for, not on time or on other requests, and the request that follows a
fault is served; so a client that tries again gets everything, and the same client meets the same faults each time.

`BadInput` is what no client may accept: answers that arrive whole and are wrong. It is off unless a test names a date.
"""

import hashlib
import threading
from dataclasses import dataclass
from datetime import date
from enum import Enum


class Fault(Enum):
    """How a request fails."""

    UNAVAILABLE = "503, try again at once"
    BUSY = "503, try again after a second"
    RESET = "connection reset in the middle of the page"


class FaultPlan:
    """The faults of one server.

    Thread-safe. Counts requests from its making: a new server begins the same sequence again.

    Args:
        seed: Chooses the sequence.
        unavailable_rate: Share of the requests that get a 503.
        reset_rate: Share of the requests whose connection is reset.
    """

    def __init__(self, *, seed: int, unavailable_rate: float, reset_rate: float) -> None:
        self._seed = seed
        self._unavailable_rate = unavailable_rate
        self._reset_rate = reset_rate
        self._lock = threading.Lock()
        self._requests: dict[str, int] = {}
        self._failed: set[str] = set()

    def next_fault(self, page: str) -> Fault | None:
        """Counts a request for a page and says how it fails, if it does."""
        with self._lock:
            number = self._requests.get(page, 0) + 1
            self._requests[page] = number
            fault = None if page in self._failed else self._drawn(page, number)
            if fault is None:
                self._failed.discard(page)
            else:
                self._failed.add(page)
            return fault

    def _drawn(self, page: str, number: int) -> Fault | None:
        digest = hashlib.blake2b(f"{self._seed} {page} {number}".encode(), digest_size=9).digest()
        drawn = int.from_bytes(digest[:8]) / 2**64
        if drawn < self._unavailable_rate:
            # Mostly an immediate retry is invited: waiting for a second each time would only make the example slow.
            return Fault.BUSY if digest[8] % 4 == 0 else Fault.UNAVAILABLE
        if drawn < self._unavailable_rate + self._reset_rate:
            return Fault.RESET
        return None


@dataclass(frozen=True, kw_only=True)
class BadInput:
    """The dates on which `/flights` answers wrongly.

    Attributes:
        leak_next_day: The last page ends with a flight of the next day, and `total` counts it.
        wrong_shape: The last page is `{"date", "results"}` instead of the usual object, as after a careless release.
        changing_total: `total` on the pages after the first is greater by one, as if a flight had come in between.
    """

    leak_next_day: frozenset[date] = frozenset()
    wrong_shape: frozenset[date] = frozenset()
    changing_total: frozenset[date] = frozenset()
