"""What people, backfills and limits do to a run: clear, mark, take up, cancel, time out; and its start."""

from collections.abc import Iterable

from mulgil.i18n import Text
from mulgil.kernel.dag_run_states import RunCause
from mulgil.kernel.decision import CancelAttempt
from mulgil.kernel.errors import KernelError
from mulgil.kernel.event import (
    RunCancelled,
    RunStarted,
    RunTakenUp,
    RunTimedOut,
    TaskInstancesCleared,
    TaskInstancesMarked,
)
from mulgil.kernel.run_end import is_doomed
from mulgil.kernel.run_state import Place, RunState
from mulgil.kernel.step import Step
from mulgil.kernel.task_instance_states import Cause
from mulgil.model import DagRunState, TaskInstanceState, TaskKey

_MARKS = {TaskInstanceState.SUCCESS: Cause.MARKED_SUCCESS, TaskInstanceState.FAILED: Cause.MARKED_FAILED}
_RESUMED_BY_SUCCESS = (TaskInstanceState.FAILED, TaskInstanceState.UPSTREAM_FAILED)


def on_run_started(step: Step, event: RunStarted) -> None:
    """Let the run's first tasks become ready."""
    if step.run.run.state is DagRunState.QUEUED:
        step.change_run(RunCause.STARTED, started_at=step.now, ended_at=None)
        step.touch_all()


def on_cleared(step: Step, event: TaskInstancesCleared) -> None:
    """Have task instances done anew, with a full set of tries; a finished run runs again."""
    reason = Text("reason.cleared", {"by": event.by})
    if _clear(step, _places(step.run, event.keys), reason):
        _reopen(step, reason, is_new_start=True)


def on_marked(step: Step, event: TaskInstancesMarked) -> None:
    """Set task instances to success or failed.

    Success lets what failed or couldn't run downstream of them run again, as in Airflow.
    """
    cause = _MARKS.get(event.state)
    if cause is None:
        raise KernelError("kernel.cannot_mark", state=event.state.value)
    reason = Text("reason.marked", {"by": event.by, "state": event.state.value})
    places = _places(step.run, event.keys)
    has_changed = False
    for place in places:
        if step.run.row(place).state is not event.state:
            _end_by_force(step, place, cause, reason)
            has_changed = True
    if not has_changed:
        return
    resumed = _failed_below(step.run, places) if event.state is TaskInstanceState.SUCCESS else []
    is_new_start = _clear(step, resumed, Text("reason.cleared", {"by": event.by}))
    _reopen(step, reason, is_new_start=is_new_start)


def on_run_taken_up(step: Step, event: RunTakenUp) -> None:
    """Have a new run leave out what isn't wanted, or a finished one run again with what is."""
    reason = Text("reason.backfill", {"backfill_id": event.backfill_id})
    not_selected = Text("reason.not_selected", {"backfill_id": event.backfill_id})
    for place in _places(step.run, event.passed_over):
        if step.run.row(place).state is TaskInstanceState.NONE:
            step.change(place, Cause.RULED_OUT, reason=not_selected, ended_at=step.now)
    if step.run.run.state.is_finished:
        _clear(step, _places(step.run, event.cleared), reason)
        step.change_run(RunCause.REOPENED, reason=reason, started_at=step.now, ended_at=None)
        step.touch_all()


def on_run_cancelled(step: Step, event: RunCancelled) -> None:
    """End the run: what is alive is killed, what waits doesn't start, and all of it has failed."""
    if not step.run.run.state.is_finished:
        _doom(step, Cause.RUN_CANCELLED, Text("reason.cancelled", {"by": event.by}))


def on_run_timed_out(step: Step, event: RunTimedOut) -> None:
    """End the run: what is alive is killed and has failed, what waits is skipped."""
    if step.run.run.state is DagRunState.RUNNING:
        _doom(step, Cause.RUN_TIMED_OUT, Text("reason.run_timed_out"))


def _places(run: RunState, keys: Iterable[TaskKey]) -> list[Place]:
    """Return the places of `keys`, each once, in the run's own order."""
    return sorted({run.locate(key) for key in keys})


def _clear(step: Step, places: Iterable[Place], reason: Text) -> bool:
    """Clear task instances; True if any of them had anything to clear."""
    has_changed = False
    for place in places:
        row = step.run.row(place)
        if row.state is TaskInstanceState.NONE and not row.try_number:
            continue
        is_alive = row.attempt_id is not None
        retries = step.run.graph.tasks[place[0]].retry.retries
        has_changed = True
        step.change(
            place,
            Cause.CLEARED_WHILE_ALIVE if is_alive else Cause.CLEARED,
            clear_number=row.clear_number + 1,
            max_tries=row.try_number + retries + 1,
            lost_count=0,
            reason=reason,
            scheduled_at=None,
            queued_at=row.queued_at if is_alive else None,
            started_at=row.started_at if is_alive else None,
            ended_at=None,
            retry_at=None,
        )
        if row.attempt_id is not None and row.state.is_live and row.state is not TaskInstanceState.RESTARTING:
            step.decisions.append(CancelAttempt(row.key, row.attempt_id, reason))
        step.touch(place)
    return has_changed


def _end_by_force(step: Step, place: Place, cause: Cause, reason: Text) -> None:
    """End a task instance whatever it does; an attempt that is alive is killed and no longer counts."""
    row = step.run.row(place)
    step.change(place, cause, reason=reason, ended_at=step.now, retry_at=None)
    if row.attempt_id is not None and row.state.is_live and row.state is not TaskInstanceState.RESTARTING:
        step.decisions.append(CancelAttempt(row.key, row.attempt_id, reason))


def _failed_below(run: RunState, places: Iterable[Place]) -> list[Place]:
    marked = set(places)
    below = run.graph.below({task for task, _ in marked})
    return [
        (task, position)
        for task in sorted(below)
        for position, row in enumerate(run.rows_of(task))
        if row.state in _RESUMED_BY_SUCCESS and (task, position) not in marked
    ]


def _doom(step: Step, cause: Cause, reason: Text) -> None:
    for task in range(len(step.run.graph.tasks)):
        for position, row in enumerate(step.run.rows_of(task)):
            if not row.state.is_finished:
                _end_by_force(step, (task, position), cause, reason)
    if is_doomed(step.run.run):
        return
    is_queued = step.run.run.state is DagRunState.QUEUED
    step.change_run(RunCause.DOOMED, reason=reason, ended_at=step.now if is_queued else None)


def _reopen(step: Step, reason: Text, *, is_new_start: bool) -> None:
    """Let a finished run go on, and one whose verdict has fallen live."""
    run = step.run.run
    if run.state.is_finished or (is_new_start and is_doomed(run)):
        started_at = step.now if is_new_start else run.started_at
        step.change_run(RunCause.REOPENED, reason=reason, started_at=started_at, ended_at=None)
