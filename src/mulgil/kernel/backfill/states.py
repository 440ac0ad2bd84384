"""The state tables of backfills and of their intervals.

    running ⇄ paused
       │        │
       ├────────┴→ cancelling → cancelled
       └→ success | failed

A paused backfill takes up nothing more; what it has under way goes on, and may be its end. A cancelled one
waits (`cancelling`) until the last run that it had killed is gone.

    waiting → running → success | failed | cancelled
      │  ↑       │
      │  └───────┘                  (another's run that was waited for left something to do)
      └→ skipped | failed | cancelled
"""

from enum import StrEnum

from mulgil.kernel.transition import follow
from mulgil.model import BackfillRunState as RunState
from mulgil.model import BackfillState as State


class BackfillCause(StrEnum):
    """Why a backfill changes its state."""

    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    ALL_GONE = "all_gone"
    ALL_DONE = "all_done"
    SOME_FAILED = "some_failed"


class BackfillRunCause(StrEnum):
    """Why an interval of a backfill changes its state."""

    TAKEN_UP = "taken_up"
    PASSED_OVER = "passed_over"
    HANDED_BACK = "handed_back"
    RUN_SUCCEEDED = "run_succeeded"
    RUN_FAILED = "run_failed"
    CANCELLED = "cancelled"


_ENDS = {BackfillCause.ALL_DONE: State.SUCCESS, BackfillCause.SOME_FAILED: State.FAILED}

TRANSITIONS: dict[State, dict[BackfillCause, State]] = {
    State.RUNNING: {BackfillCause.PAUSED: State.PAUSED, BackfillCause.CANCELLED: State.CANCELLING, **_ENDS},
    State.PAUSED: {BackfillCause.RESUMED: State.RUNNING, BackfillCause.CANCELLED: State.CANCELLING, **_ENDS},
    State.CANCELLING: {BackfillCause.ALL_GONE: State.CANCELLED},
    State.CANCELLED: {},
    State.SUCCESS: {},
    State.FAILED: {},
}

RUN_TRANSITIONS: dict[RunState, dict[BackfillRunCause, RunState]] = {
    RunState.WAITING: {
        BackfillRunCause.TAKEN_UP: RunState.RUNNING,
        BackfillRunCause.PASSED_OVER: RunState.SKIPPED,
        BackfillRunCause.RUN_FAILED: RunState.FAILED,
        BackfillRunCause.CANCELLED: RunState.CANCELLED,
    },
    RunState.RUNNING: {
        BackfillRunCause.HANDED_BACK: RunState.WAITING,
        BackfillRunCause.RUN_SUCCEEDED: RunState.SUCCESS,
        BackfillRunCause.RUN_FAILED: RunState.FAILED,
        BackfillRunCause.CANCELLED: RunState.CANCELLED,
    },
    RunState.SUCCESS: {},
    RunState.FAILED: {},
    RunState.SKIPPED: {},
    RunState.CANCELLED: {},
}


def next_backfill_state(state: State, cause: BackfillCause) -> State:
    """Return the state that `cause` leads a backfill to.

    Raises:
        ImpossibleTransitionError: The table has no such way.
    """
    return follow(TRANSITIONS, state, cause, what="backfill")


def next_backfill_run_state(state: RunState, cause: BackfillRunCause) -> RunState:
    """Return the state that `cause` leads an interval of a backfill to.

    Raises:
        ImpossibleTransitionError: The table has no such way.
    """
    return follow(RUN_TRANSITIONS, state, cause, what="backfill run")
