"""What every process of a worker is given by the one that it comes from."""

from dataclasses import dataclass

from mulgil.config import Home
from mulgil.ports import Clock


@dataclass(frozen=True, kw_only=True)
class WorkerContext:
    """Where the worker works, and by what clock.

    `lifeline` is the reading end of a pipe whose writing end only the daemon holds: its end means that
    the daemon is gone. `faults` arms fault points of the write path; empty where nobody tests.
    """

    home: Home
    clock: Clock
    lifeline: int
    faults: str = ""
