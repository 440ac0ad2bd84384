"""The part of the SQL store that shows runs and what came of them, to people and to attempts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from mulgil.model import Attempt, Backfill, BackfillRunState, DagRun, DagRunState, TaskInstance, XComValue
from mulgil.ports import NewAssetCommit, StoredBackfill, StoredRun
from mulgil.stores.sql.instants import to_microseconds
from mulgil.stores.sql.part import StorePart
from mulgil.stores.sql.rows import backfills, runs


class SqlReadStore(StorePart):
    """Runs, task instances, attempts, XComs, asset commits and backfills."""

    def runs(
        self, *, dag_id: str | None = None, state: DagRunState | None = None, limit: int = 100
    ) -> tuple[DagRun, ...]:
        """Return runs, newest interval first."""
        name = "runs"
        params: dict[str, str | int] = {"limit": limit}
        if dag_id is not None:
            name += "_of_dag"
            params["dag_id"] = dag_id
        if state is not None:
            name += "_in_state"
            params["state"] = state.value
        with self._database.read() as transaction:
            return tuple(map(runs.run_value, transaction.rows(name, params)))

    def run(self, dag_id: str, run_id: str) -> DagRun | None:
        """Return one run."""
        with self._database.read() as transaction:
            row = transaction.row("run_by_id", {"dag_id": dag_id, "run_id": run_id})
            return None if row is None else runs.run_value(row)

    def run_counts(self) -> dict[str, dict[DagRunState, int]]:
        """Return how many runs each dag has in each state."""
        counts: dict[str, dict[DagRunState, int]] = {}
        with self._database.read() as transaction:
            for dag_id, state, count in transaction.rows("run_counts"):
                counts.setdefault(dag_id, {})[DagRunState(state)] = count
        return counts

    def task_instances(self, dag_id: str, run_id: str) -> tuple[TaskInstance, ...]:
        """Return a run's task instances by task id and map index."""
        with self._database.read() as transaction:
            rows = transaction.rows("task_instances", {"dag_id": dag_id, "run_id": run_id})
            return tuple(map(runs.instance_value, rows))

    def attempts(self, dag_id: str, run_id: str, *, task_id: str | None = None) -> tuple[Attempt, ...]:
        """Return a run's attempts in the order in which they were queued."""
        name = "attempts"
        params = {"dag_id": dag_id, "run_id": run_id}
        if task_id is not None:
            name += "_of_task"
            params["task_id"] = task_id
        with self._database.read() as transaction:
            return tuple(map(runs.attempt_value, transaction.rows(name, params)))

    def xcoms(
        self, dag_id: str, run_id: str, task_id: str, *, map_index: int | None, key: str
    ) -> tuple[XComValue, ...]:
        """Return a task's XComs of one key, by map index; `map_index` null = all."""
        name = "xcoms"
        params: dict[str, str | int] = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "key": key}
        if map_index is not None:
            name += "_of_map_index"
            params["map_index"] = map_index
        with self._database.read() as transaction:
            return tuple(map(runs.xcom_value, transaction.rows(name, params)))

    def asset_commits(self, dag_id: str, run_id: str) -> tuple[NewAssetCommit, ...]:
        """Return what a run's attempts committed, in order."""
        with self._database.read() as transaction:
            rows = transaction.rows("asset_commits", {"dag_id": dag_id, "run_id": run_id})
            return tuple(map(runs.asset_commit_value, rows))

    def runs_of_range(self, dag_id: str, start: datetime, end: datetime) -> tuple[StoredRun, ...]:
        """Return the scheduled and backfill runs of intervals that start in `[start, end)`, oldest interval first."""
        instances: dict[str, list[TaskInstance]] = defaultdict(list)
        params: dict[str, str | int] = {"dag_id": dag_id}
        params |= {"range_start": to_microseconds(start), "range_end": to_microseconds(end)}
        with self._database.read() as transaction:
            found = [runs.run_value(row) for row in transaction.rows("runs_of_range", params)]
            for instance in map(runs.instance_value, transaction.rows("instances_of_range", params)):
                instances[instance.run_id].append(instance)
        return tuple(StoredRun(run=run, instances=tuple(instances[run.run_id])) for run in found)

    def backfills(self, *, dag_id: str | None = None, limit: int = 100) -> tuple[Backfill, ...]:
        """Return backfills, newest first."""
        name = "backfills"
        params: dict[str, str | int] = {"limit": limit}
        if dag_id is not None:
            name += "_of_dag"
            params["dag_id"] = dag_id
        with self._database.read() as transaction:
            return tuple(map(backfills.backfill_value, transaction.rows(name, params)))

    def backfill(self, backfill_id: int) -> StoredBackfill | None:
        """Return one backfill."""
        params = {"backfill_id": backfill_id}
        with self._database.read() as transaction:
            row = transaction.row("backfill", params)
            if row is None:
                return None
            found = map(backfills.backfill_run_value, transaction.rows("runs_of_backfill", params))
            return StoredBackfill(backfill=backfills.backfill_value(row), runs=tuple(found))

    def backfill_counts(self, backfill_ids: Sequence[int]) -> dict[int, dict[BackfillRunState, int]]:
        """Return how many intervals each of these backfills has in each state."""
        counts: dict[int, dict[BackfillRunState, int]] = {}
        with self._database.read() as transaction:
            for number in sorted(set(backfill_ids)):
                rows = transaction.rows("counts_of_backfill", {"backfill_id": number})
                if rows:
                    counts[number] = {BackfillRunState(state): count for state, count in rows}
        return counts
