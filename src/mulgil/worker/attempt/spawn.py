"""Turning a forked process into a fresh interpreter that is an attempt's process."""

import os
import sys

import msgspec

from mulgil.worker.context import WorkerContext


class SpawnArguments(msgspec.Struct, frozen=True):
    """What a fresh interpreter is told by its command line."""

    descriptor: int
    lifeline: int
    home: str
    runtime_root: str
    faults: str


def become_interpreter(descriptor: int, context: WorkerContext) -> None:
    """Replace this process by one that has imported nothing; it keeps its pid, session and `descriptor`."""
    os.setsid()
    for kept in (descriptor, context.lifeline):
        os.set_inheritable(kept, True)
    home = context.home
    told = SpawnArguments(descriptor, context.lifeline, str(home.path), str(home.runtime_root), context.faults)
    command = [sys.executable, "-m", "mulgil.worker.attempt", msgspec.json.encode(told).decode()]
    os.execv(sys.executable, command)
