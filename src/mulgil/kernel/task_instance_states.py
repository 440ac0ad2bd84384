"""The state table of task instances: the only place that says which state follows which.

A cause leads from a state to the next one; what is not in the table can't happen and raises. Docs
diagrams are drawn from this table. Life in short:

    none → scheduled → queued → running → success | failed | skipped
      ↑        │          │        ├→ up_for_retry → scheduled
      │        │          └────────┴→ none             (its attempt was lost: no try is used up)
      │        └→ none                                 (an upstream task was cleared meanwhile)
      ├→ skipped | upstream_failed                     (a readiness rule says never)
      └─ restarting ←─ queued | running                (cleared while alive: killed, then anew)

A row's `attempt_id` is set from `queued` until that attempt has ended, and null otherwise, whatever the
state has become by then: an instance that was marked success while it ran is `success` with an attempt that is being
killed. Cleared in that moment it goes through `restarting` too, so two attempts never overlap.

A run that ended and is run again with another version of its dag leaves `removed` what that version hasn't.

`up_for_reschedule`, `deferred` and `awaiting_input` are named in the vocabulary; no cause leads there yet.
"""

from enum import StrEnum

from mulgil.kernel.transition import follow
from mulgil.model import TaskInstanceState as State


class Cause(StrEnum):
    """Why a task instance changes its state."""

    BECAME_READY = "became_ready"
    BECAME_UNREADY = "became_unready"
    RULED_OUT = "ruled_out"
    UPSTREAM_FAILED = "upstream_failed"
    QUEUED = "queued"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"
    FAILED = "failed"
    FAILED_WITH_TRIES_LEFT = "failed_with_tries_left"
    ATTEMPT_LOST = "attempt_lost"
    ATTEMPT_ENDED = "attempt_ended"
    CLEARED = "cleared"
    CLEARED_WHILE_ALIVE = "cleared_while_alive"
    MARKED_SUCCESS = "marked_success"
    MARKED_FAILED = "marked_failed"
    RUN_CANCELLED = "run_cancelled"
    RUN_TIMED_OUT = "run_timed_out"
    TASK_REMOVED = "task_removed"
    TASK_RESTORED = "task_restored"
    CLOCK_MOVED = "clock_moved"


_MARKED = {Cause.MARKED_SUCCESS: State.SUCCESS, Cause.MARKED_FAILED: State.FAILED}
_WAITING_ENDS = {**_MARKED, Cause.RUN_CANCELLED: State.FAILED, Cause.RUN_TIMED_OUT: State.SKIPPED}
_ALIVE_ENDS = {**_MARKED, Cause.RUN_CANCELLED: State.FAILED, Cause.RUN_TIMED_OUT: State.FAILED}
_RULED = {Cause.RULED_OUT: State.SKIPPED, Cause.UPSTREAM_FAILED: State.UPSTREAM_FAILED}
_OUTCOMES = {
    Cause.SUCCEEDED: State.SUCCESS,
    Cause.SKIPPED: State.SKIPPED,
    Cause.FAILED: State.FAILED,
    Cause.FAILED_WITH_TRIES_LEFT: State.UP_FOR_RETRY,
    Cause.ATTEMPT_LOST: State.NONE,
    Cause.CLEARED_WHILE_ALIVE: State.RESTARTING,
}
_AFTER_END = {
    Cause.CLEARED: State.NONE,
    Cause.CLEARED_WHILE_ALIVE: State.RESTARTING,
    Cause.TASK_REMOVED: State.REMOVED,
    **_MARKED,
}

TRANSITIONS: dict[State, dict[Cause, State]] = {
    State.NONE: {
        Cause.BECAME_READY: State.SCHEDULED,
        Cause.CLEARED: State.NONE,
        **_RULED,
        **_WAITING_ENDS,
    },
    State.SCHEDULED: {
        Cause.QUEUED: State.QUEUED,
        Cause.BECAME_UNREADY: State.NONE,
        Cause.CLEARED: State.NONE,
        **_RULED,
        **_WAITING_ENDS,
    },
    State.QUEUED: {Cause.STARTED: State.RUNNING, **_OUTCOMES, **_ALIVE_ENDS},
    State.RUNNING: {**_OUTCOMES, **_ALIVE_ENDS},
    State.RESTARTING: {
        Cause.ATTEMPT_ENDED: State.NONE,
        Cause.CLEARED_WHILE_ALIVE: State.RESTARTING,
        **_ALIVE_ENDS,
    },
    State.UP_FOR_RETRY: {
        Cause.BECAME_READY: State.SCHEDULED,
        Cause.CLOCK_MOVED: State.UP_FOR_RETRY,
        Cause.CLEARED: State.NONE,
        **_RULED,
        **_WAITING_ENDS,
    },
    State.SUCCESS: {Cause.ATTEMPT_ENDED: State.SUCCESS, **_AFTER_END},
    State.FAILED: {Cause.ATTEMPT_ENDED: State.FAILED, **_AFTER_END},
    State.SKIPPED: _AFTER_END,
    State.UPSTREAM_FAILED: _AFTER_END,
    State.REMOVED: {Cause.TASK_RESTORED: State.NONE},
    State.UP_FOR_RESCHEDULE: {},
    State.DEFERRED: {},
    State.AWAITING_INPUT: {},
}


def next_state(state: State, cause: Cause) -> State:
    """Return the state that `cause` leads to.

    Raises:
        ImpossibleTransitionError: The table has no such way.
    """
    return follow(TRANSITIONS, state, cause, what="task instance")
