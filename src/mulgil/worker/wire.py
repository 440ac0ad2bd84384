"""What a daemon, its nursery, its zygotes and their attempts say to one another; never leaves the host.

daemon → nursery:           StartZygote | StartAttempt, each with one end of a new socket pair
daemon → zygote:            StartAttempt, likewise
nursery, zygote → daemon:   ChildExited | ChildRefused
zygote → daemon:            ZygoteUp, then once ZygoteReady | ZygoteUnfit | ZygoteFailed
daemon → attempt:           Begin, then Answer
attempt → daemon:           AttemptUp, then AttemptStarted | Ask | Progress | Publishing | Finished
"""

from enum import StrEnum
from typing import get_args

import msgspec

from mulgil.i18n import Text
from mulgil.messages import Answer, Ask, Assignment, AttemptStarted, Finished, MessageKinds, Progress, Publishing

# What an attempt's process leaves with when its task has closed the socket that it was to report by.
EXIT_CUT_OFF = 71


class DagFile(msgspec.Struct, frozen=True):
    """The code that a zygote holds: a file of a bundle as it was in one snapshot."""

    bundle: str
    snapshot: str
    file: str

    @classmethod
    def of(cls, assignment: Assignment) -> "DagFile":
        """Return the file that an assignment's task stands in."""
        return cls(assignment.bundle, assignment.snapshot, assignment.file)


class Mode(StrEnum):
    """What an attempt's process is there for."""

    RUN = "run"
    # Ask the target, changing nothing, whether the attempt had committed before it died.
    RESOLVE = "resolve"


class StartZygote(msgspec.Struct, frozen=True, tag="start_zygote"):
    """Fork a process that imports `dag_file` and then forks attempts."""

    zygote_id: int
    dag_file: DagFile


class StartAttempt(msgspec.Struct, frozen=True, tag="start_attempt", omit_defaults=True):
    """Start an attempt's process: a zygote forks it (after importing `preload`), a nursery spawns it."""

    attempt_id: str
    preload: tuple[str, ...] = ()


class ChildExited(msgspec.Struct, frozen=True, tag="child_exited"):
    """A child is gone, and its process group with it. A negative status is the number of a signal."""

    child: str | int
    pid: int
    status: int


class ChildRefused(msgspec.Struct, frozen=True, tag="child_refused"):
    """The system gave no process for a child."""

    child: str | int
    why: str


class ZygoteUp(msgspec.Struct, frozen=True, tag="zygote_up"):
    """The zygote's process exists and begins to import."""

    pid: int


class ZygoteReady(msgspec.Struct, frozen=True, tag="zygote_ready"):
    """The import is done; `memory_bytes` is the zygote's share of memory (PSS)."""

    memory_bytes: int


class ZygoteUnfit(msgspec.Struct, frozen=True, tag="zygote_unfit"):
    """The import left something that can't be forked; attempts of this file must be spawned."""

    reason: Text


class ZygoteFailed(msgspec.Struct, frozen=True, tag="zygote_failed"):
    """The import raised."""

    error: Text
    traceback: str


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """What the attempt's process is to do."""

    assignment: Assignment
    mode: Mode
    # The file of the try's log; its folder need not exist.
    log: str


class AttemptUp(msgspec.Struct, frozen=True, tag="attempt_up"):
    """The attempt's process exists and leads its process group."""

    pid: int


ToServer = StartZygote | StartAttempt
FromServer = ChildExited | ChildRefused | ZygoteUp | ZygoteReady | ZygoteUnfit | ZygoteFailed
ToAttempt = Begin | Answer
FromAttempt = AttemptUp | AttemptStarted | Ask | Progress | Publishing | Finished
TO_NURSERY: MessageKinds[ToServer] = MessageKinds(*get_args(ToServer))
TO_ZYGOTE = MessageKinds(StartAttempt)
FROM_SERVER: MessageKinds[FromServer] = MessageKinds(*get_args(FromServer))
TO_ATTEMPT: MessageKinds[ToAttempt] = MessageKinds(*get_args(ToAttempt))
FROM_ATTEMPT: MessageKinds[FromAttempt] = MessageKinds(*get_args(FromAttempt))
