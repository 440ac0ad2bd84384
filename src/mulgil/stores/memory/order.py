"""The orders in which rows are given, the same as the database's."""

from datetime import datetime

from mulgil.model import Attempt, AttemptState, DagRun, TaskInstance
from mulgil.ports import StoredBackfill
from mulgil.stores.memory.tables import Tables

_OVER = (AttemptState.ENDED, AttemptState.LOST)


def oldest_first(run: DagRun) -> tuple[datetime, str, str]:
    """Sort runs by their creation."""
    return run.created_at, run.dag_id, run.run_id


def newest_interval_first(run: DagRun) -> tuple[float, float, float, str, str]:
    """Sort runs by their data interval, the newest first."""
    start, end = run.data_interval.start, run.data_interval.end
    return -start.timestamp(), -end.timestamp(), -run.created_at.timestamp(), run.dag_id, run.run_id


def sorted_instances(tables: Tables, dag_id: str, run_id: str) -> tuple[TaskInstance, ...]:
    """Return a run's task instances by task id and map index."""
    instances = tables.instances.get((dag_id, run_id), {})
    return tuple(instances[key] for key in sorted(instances))


def sorted_attempts(tables: Tables, dag_id: str, run_id: str) -> tuple[Attempt, ...]:
    """Return a run's attempts in the order in which they were queued."""
    attempts = tables.attempts.get((dag_id, run_id), {}).values()
    return tuple(sorted(attempts, key=lambda attempt: (attempt.queued_at, attempt.attempt_id)))


def live_attempts_of(tables: Tables, dag_id: str, run_id: str) -> tuple[Attempt, ...]:
    """Return a run's attempts that haven't ended, in the order in which they were queued."""
    return tuple(attempt for attempt in sorted_attempts(tables, dag_id, run_id) if attempt.state not in _OVER)


def stored_backfill(tables: Tables, backfill_id: int) -> StoredBackfill | None:
    """Return a backfill with its intervals in their order."""
    backfill = tables.backfills.get(backfill_id)
    if backfill is None:
        return None
    runs = tables.backfill_runs.get(backfill_id, {})
    return StoredBackfill(backfill=backfill, runs=tuple(runs[position] for position in sorted(runs)))
