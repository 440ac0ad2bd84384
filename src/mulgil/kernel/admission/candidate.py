"""What admission knows of a task instance that is ready."""

from datetime import datetime

import msgspec

from mulgil.kernel.run_state import RunState
from mulgil.model import TaskKey


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A ready task instance with everything that ranks and limits it.

    `weight` is the author's own `priority_weight`, `priority` the effective one (with the tasks that wait
    for it); `max_active_tasks` limits the run.
    """

    dag_id: str
    run_id: str
    key: TaskKey
    pool: str
    pool_slots: int
    weight: int
    priority: int
    interval_start: datetime
    max_active_tasks: int

    @property
    def run_key(self) -> tuple[str, str]:
        """Which run it belongs to."""
        return self.dag_id, self.run_id


def candidate_for(run: RunState, key: TaskKey) -> Candidate:
    """Return the candidate that stands for a task instance of `run`."""
    number, _ = run.locate(key)
    task = run.graph.tasks[number]
    return Candidate(
        dag_id=run.run.dag_id,
        run_id=run.run.run_id,
        key=key,
        pool=task.pool,
        pool_slots=task.pool_slots,
        weight=task.priority_weight,
        priority=run.graph.priorities[number],
        interval_start=run.run.data_interval.start,
        max_active_tasks=run.graph.spec.max_active_tasks,
    )
