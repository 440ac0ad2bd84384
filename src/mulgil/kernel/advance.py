"""The only way a run changes: an event comes in, decisions come out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mulgil.i18n import Text
from mulgil.kernel import attempts, interventions
from mulgil.kernel import event as events
from mulgil.kernel.decision import CancelAttempt, Decision, OfferTaskInstance, RetryAt
from mulgil.kernel.event import RunEvent
from mulgil.kernel.run_end import end_run_if_over
from mulgil.kernel.run_state import RunState
from mulgil.kernel.step import Step
from mulgil.model import TaskInstanceState

_HANDLERS: dict[type[RunEvent], Callable[[Step, Any], None]] = {
    events.RunStarted: interventions.on_run_started,
    events.TaskInstanceQueued: attempts.on_queued,
    events.TaskInstanceStarted: attempts.on_started,
    events.TaskInstanceSucceeded: attempts.on_succeeded,
    events.TaskInstanceSkipped: attempts.on_skipped,
    events.TaskInstanceFailed: attempts.on_failed,
    events.AttemptLost: attempts.on_lost,
    events.AttemptCancelled: attempts.on_cancelled,
    events.RetryDelayEnded: attempts.on_retry_delay_ended,
    events.ClockMoved: attempts.on_clock_moved,
    events.TaskInstancesCleared: interventions.on_cleared,
    events.TaskInstancesMarked: interventions.on_marked,
    events.RunTakenUp: interventions.on_run_taken_up,
    events.RunCancelled: interventions.on_run_cancelled,
    events.RunTimedOut: interventions.on_run_timed_out,
}


def advance(run: RunState, event: RunEvent, now: datetime) -> tuple[Decision, ...]:
    """Apply an event to a run and return what follows from it, in the order in which it is to be written.

    Same run, event and instant: same decisions in the same order. An event that is stale (its attempt is
    not the current one, the run has ended, the delay was for an earlier try) changes nothing.

    Raises:
        UnknownTaskInstanceError: The event names a task instance that the run hasn't; nothing has changed.
        KernelError: A mark with a state that can't be marked; nothing has changed.
    """
    step = Step(run, now)
    _HANDLERS[type(event)](step, event)
    step.settle()
    end_run_if_over(step)
    return tuple(step.decisions)


def resume(run: RunState) -> tuple[Decision, ...]:
    """Return what the shell must take up again for a run that was loaded after a restart.

    Scheduled instances are offered anew, retry delays timed anew, and attempts that were to be killed are
    cancelled once more. Queued and running attempts stay as they are; no row changes.
    """
    decisions: list[Decision] = []
    for row in run.instances():
        if row.state is TaskInstanceState.SCHEDULED:
            decisions.append(OfferTaskInstance(row.key))
        elif row.state is TaskInstanceState.UP_FOR_RETRY and row.retry_at is not None:
            decisions.append(RetryAt(row.key, row.retry_at))
        elif row.attempt_id is not None and row.state not in (TaskInstanceState.QUEUED, TaskInstanceState.RUNNING):
            decisions.append(CancelAttempt(row.key, row.attempt_id, row.reason or Text("reason.attempt_cancelled")))
    return tuple(decisions)
