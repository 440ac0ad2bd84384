"""What follows from an event: what the shell must write and do. Imperative.

`advance` has already applied `Set…` decisions to the `RunState` it was given; the shell writes the same
rows in one transaction with their events, and acts (timers, cancels) only after that commit.
"""

from datetime import datetime

import msgspec

from mulgil.i18n import Text
from mulgil.model import DagRun, TaskInstance, TaskInstanceState, TaskKey
from mulgil.model.states import DagRunState


class SetTaskInstance(msgspec.Struct, frozen=True):
    """Write this row; `previous` is the state that it leaves.

    It is the same as the row's where only other fields change, as when a killed attempt is gone.
    """

    instance: TaskInstance
    previous: TaskInstanceState


class SetDagRun(msgspec.Struct, frozen=True):
    """Write this row; `previous` is the state that it leaves, or keeps (a cancelled run that waits for its end)."""

    run: DagRun
    previous: DagRunState


class OfferTaskInstance(msgspec.Struct, frozen=True):
    """This task instance is ready (its row is `scheduled`): let admission queue it when slots allow."""

    key: TaskKey


class WithdrawTaskInstance(msgspec.Struct, frozen=True):
    """This task instance is ready no longer (cleared, marked, cancelled before it was queued)."""

    key: TaskKey


class RetryAt(msgspec.Struct, frozen=True):
    """Send `RetryDelayEnded` for this task instance at `at`."""

    key: TaskKey
    at: datetime


class CancelAttempt(msgspec.Struct, frozen=True):
    """Tell the worker to end this attempt. Its end must come back as an event, even if it was never sent."""

    key: TaskKey
    attempt_id: str
    reason: Text


class ReleaseAttempt(msgspec.Struct, frozen=True):
    """This attempt holds its slots no longer: it has ended or was lost, or it came too late to start.

    An attempt that is to be killed keeps its slots until its end is known.
    """

    key: TaskKey
    attempt_id: str


Decision = (
    SetTaskInstance | SetDagRun | OfferTaskInstance | WithdrawTaskInstance | RetryAt | CancelAttempt | ReleaseAttempt
)
