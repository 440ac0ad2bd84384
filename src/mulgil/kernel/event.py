"""What happened to a run: the only things that change it. Past tense."""

from datetime import timedelta

import msgspec

from mulgil.i18n import Text
from mulgil.model import TaskInstanceState, TaskKey


class RunStarted(msgspec.Struct, frozen=True):
    """The run was let in (`max_active_runs`): its tasks may become ready."""


class TaskInstanceQueued(msgspec.Struct, frozen=True):
    """Admission gave a scheduled task instance its slots; it starts a try under this attempt id."""

    key: TaskKey
    attempt_id: str


class TaskInstanceStarted(msgspec.Struct, frozen=True):
    """The attempt's process runs."""

    key: TaskKey
    attempt_id: str


class TaskInstanceSucceeded(msgspec.Struct, frozen=True):
    """The attempt ended well; `branch` are the downstream task ids that a branching task chose."""

    key: TaskKey
    attempt_id: str
    branch: tuple[str, ...] | None = None


class TaskInstanceSkipped(msgspec.Struct, frozen=True):
    """The attempt asked to be skipped."""

    key: TaskKey
    attempt_id: str
    reason: Text | None = None


class TaskInstanceFailed(msgspec.Struct, frozen=True):
    """The attempt raised or its process died: the try is used up.

    `jitter` in [-1, 1] spreads the retry delay; the kernel draws no random numbers.
    """

    key: TaskKey
    attempt_id: str
    error: Text
    may_retry: bool = True
    jitter: float = 0.0


class AttemptLost(msgspec.Struct, frozen=True):
    """One of our own processes died and took the attempt along: no try is used up.

    `was_started` false: it never ran, and does not count towards the limit of lost attempts.
    """

    key: TaskKey
    attempt_id: str
    cause: Text
    was_started: bool = True


class AttemptCancelled(msgspec.Struct, frozen=True):
    """The worker ended the attempt because it was told to (a clear, a mark or a cancelled run)."""

    key: TaskKey
    attempt_id: str


class RetryDelayEnded(msgspec.Struct, frozen=True):
    """The instant at which a task instance may be tried again has come."""

    key: TaskKey


class ClockMoved(msgspec.Struct, frozen=True):
    """The wall clock was set: an instant that was ahead of it by a delay is now `by` later.

    Zero after a restart: nobody watched the clock, and a delay can only have become too long to be true.
    """

    by: timedelta


class TaskInstancesCleared(msgspec.Struct, frozen=True):
    """A person cleared these task instances: they are done anew; a finished run runs again."""

    keys: tuple[TaskKey, ...]
    by: str


class TaskInstancesMarked(msgspec.Struct, frozen=True):
    """A person set these task instances to success or failed."""

    keys: tuple[TaskKey, ...]
    state: TaskInstanceState
    by: str


class RunTakenUp(msgspec.Struct, frozen=True):
    """A backfill took up the run: a new one, or one that has ended, which runs again.

    What it cleared is done anew; of what has never run, what it passed over is skipped.
    """

    backfill_id: int
    cleared: tuple[TaskKey, ...] = ()
    passed_over: tuple[TaskKey, ...] = ()


class RunCancelled(msgspec.Struct, frozen=True):
    """A person ended the run."""

    by: str


class RunTimedOut(msgspec.Struct, frozen=True):
    """The run took longer than its dag's `dagrun_timeout`."""


RunEvent = (
    RunStarted
    | TaskInstanceQueued
    | TaskInstanceStarted
    | TaskInstanceSucceeded
    | TaskInstanceSkipped
    | TaskInstanceFailed
    | AttemptLost
    | AttemptCancelled
    | RetryDelayEnded
    | ClockMoved
    | TaskInstancesCleared
    | TaskInstancesMarked
    | RunTakenUp
    | RunCancelled
    | RunTimedOut
)
