"""How a run ends: when nothing is left to do the leaves decide, as in Airflow.

A run fails when a leaf failed or couldn't run for an upstream failure, else it succeeds; one that was
cancelled or timed out fails whatever its leaves are.
"""

from mulgil.i18n import Text
from mulgil.kernel.dag_run_states import RunCause
from mulgil.kernel.run_state import RunState
from mulgil.kernel.step import Step
from mulgil.model import DagRun, DagRunState, TaskInstanceState

_FAILURES = (TaskInstanceState.FAILED, TaskInstanceState.UPSTREAM_FAILED)
_DOOMS = frozenset({"reason.cancelled", "reason.run_timed_out"})


def is_doomed(run: DagRun) -> bool:
    """Whether a run's verdict has fallen although processes of it may still be alive."""
    return run.state is DagRunState.RUNNING and run.reason is not None and run.reason.code in _DOOMS


def end_run_if_over(step: Step) -> None:
    """End the run if every task instance has finished and no attempt is alive."""
    run = step.run
    if run.run.state is not DagRunState.RUNNING or not run.has_ended:
        return
    if is_doomed(run.run):
        step.change_run(RunCause.FAILED, ended_at=step.now)
        return
    culprit = _culprit(run)
    if culprit is None:
        step.change_run(RunCause.SUCCEEDED, reason=None, ended_at=step.now)
    else:
        step.change_run(RunCause.FAILED, reason=Text("reason.task_failed", {"task": culprit}), ended_at=step.now)


def _culprit(run: RunState) -> str | None:
    """Return the task whose failure made the first failed leaf fail; None if no leaf failed."""
    for state in _FAILURES:
        for leaf in run.graph.leaves:
            if any(row.state is state for row in run.rows_of(leaf)):
                return _origin(run, run.graph.tasks[leaf].task_id)
    return None


def _origin(run: RunState, task_id: str) -> str:
    """Follow a failure up to a task that failed itself."""
    while True:
        task = run.graph.numbers[task_id]
        if any(row.state is TaskInstanceState.FAILED for row in run.rows_of(task)):
            return task_id
        above = run.first_upstream(task, _FAILURES)
        if above is None:
            return task_id
        task_id = above
