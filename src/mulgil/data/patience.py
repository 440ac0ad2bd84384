"""Waiting for something that others hold, with a limit, and saying once for whom."""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from mulgil.data.errors import TargetBusyError
from mulgil.ports import Clock

_Found = TypeVar("_Found")
_FIRST_PAUSE_SECONDS = 0.002
_LONGEST_PAUSE_SECONDS = 0.05
_SILENT_SECONDS = 1.0
_log = logging.getLogger("mulgil.data")


def pause(seconds: float) -> None:
    """Wait, interruptible by signals."""
    threading.Event().wait(seconds)


@dataclass(frozen=True)
class Patience:
    """How long to try. `wait` is what passes the time between two tries."""

    clock: Clock
    timeout_seconds: float = 600.0
    wait: Callable[[float], None] = field(default=pause)

    def until(self, attempt: Callable[[], _Found | None], *, target: str, holder: Callable[[], str]) -> _Found:
        """Return the first answer of `attempt` that isn't None; pauses grow and differ between processes.

        Raises:
            TargetBusyError: The time is over; `holder` says who was in the way.
        """
        started_at = self.clock.monotonic()
        length, has_said = _FIRST_PAUSE_SECONDS * (1 + os.getpid() % 97 / 97), False
        while True:
            found = attempt()
            if found is not None:
                return found
            waited = self.clock.monotonic() - started_at
            if waited >= self.timeout_seconds:
                raise TargetBusyError("data.target_busy", target=target, holder=holder(), seconds=round(waited))
            if waited >= _SILENT_SECONDS and not has_said:
                _log.info("Waiting for %s: %s", target, holder())
                has_said = True
            self.wait(min(length, max(self.timeout_seconds - waited, 0.0)))
            length = min(length * 1.5, _LONGEST_PAUSE_SECONDS)
