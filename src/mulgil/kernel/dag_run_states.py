"""The state table of dag runs.

    queued → running → success | failed
      │         ↑          │
      └→ failed └──────────┘  (cleared or marked: the run goes on)

A run ends when every task instance has finished *and* no attempt is alive any more. A run that was
cancelled or timed out has its verdict in `reason` at once and stays `running` until the last process
that it had killed is gone; so whatever waits for the end of a run never overlaps with it.
"""

from enum import StrEnum

from mulgil.kernel.transition import follow
from mulgil.model import DagRunState as State


class RunCause(StrEnum):
    """Why a dag run changes its state."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DOOMED = "doomed"
    REOPENED = "reopened"


TRANSITIONS: dict[State, dict[RunCause, State]] = {
    State.QUEUED: {RunCause.STARTED: State.RUNNING, RunCause.DOOMED: State.FAILED},
    State.RUNNING: {
        RunCause.SUCCEEDED: State.SUCCESS,
        RunCause.FAILED: State.FAILED,
        RunCause.DOOMED: State.RUNNING,
        RunCause.REOPENED: State.RUNNING,
    },
    State.SUCCESS: {RunCause.REOPENED: State.RUNNING},
    State.FAILED: {RunCause.REOPENED: State.RUNNING},
}


def next_run_state(state: State, cause: RunCause) -> State:
    """Return the state that `cause` leads to.

    Raises:
        ImpossibleTransitionError: The table has no such way.
    """
    return follow(TRANSITIONS, state, cause, what="dag run")
