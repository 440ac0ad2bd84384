"""The part of the memory store that shows runs and what came of them, to people and to attempts."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from mulgil.model import Attempt, Backfill, BackfillRunState, DagRun, DagRunState, TaskInstance, XComValue
from mulgil.ports import NewAssetCommit, StoredBackfill, StoredRun
from mulgil.stores.memory.order import newest_interval_first, sorted_attempts, sorted_instances, stored_backfill
from mulgil.stores.memory.part import StorePart


class MemoryReadStore(StorePart):
    """Runs, task instances, attempts, XComs, asset commits and backfills."""

    def runs(
        self, *, dag_id: str | None = None, state: DagRunState | None = None, limit: int = 100
    ) -> tuple[DagRun, ...]:
        """Return runs, newest interval first."""
        found = (
            run for run in self._tables.runs.values() if dag_id in (None, run.dag_id) and state in (None, run.state)
        )
        return tuple(sorted(found, key=newest_interval_first)[:limit])

    def run(self, dag_id: str, run_id: str) -> DagRun | None:
        """Return one run."""
        return self._tables.runs.get((dag_id, run_id))

    def run_counts(self) -> dict[str, dict[DagRunState, int]]:
        """Return how many runs each dag has in each state."""
        counts: dict[str, dict[DagRunState, int]] = {}
        for (dag_id, state), count in sorted(
            Counter((run.dag_id, run.state) for run in self._tables.runs.values()).items()
        ):
            counts.setdefault(dag_id, {})[state] = count
        return counts

    def task_instances(self, dag_id: str, run_id: str) -> tuple[TaskInstance, ...]:
        """Return a run's task instances by task id and map index."""
        return sorted_instances(self._tables, dag_id, run_id)

    def attempts(self, dag_id: str, run_id: str, *, task_id: str | None = None) -> tuple[Attempt, ...]:
        """Return a run's attempts in the order in which they were queued."""
        attempts = sorted_attempts(self._tables, dag_id, run_id)
        return tuple(attempt for attempt in attempts if task_id in (None, attempt.task_id))

    def xcoms(
        self, dag_id: str, run_id: str, task_id: str, *, map_index: int | None, key: str
    ) -> tuple[XComValue, ...]:
        """Return a task's XComs of one key, by map index; `map_index` null = all."""
        if map_index is not None:
            owners = [(dag_id, run_id, task_id, map_index)]
        else:
            owners = sorted(owner for owner in self._tables.xcoms if owner[:3] == (dag_id, run_id, task_id))
        found = (self._tables.xcoms.get(owner, {}).get(key) for owner in owners)
        return tuple(xcom for xcom in found if xcom is not None)

    def asset_commits(self, dag_id: str, run_id: str) -> tuple[NewAssetCommit, ...]:
        """Return what a run's attempts committed, in order."""
        own = (new for new in self._tables.commits.values() if (new.dag_id, new.run_id) == (dag_id, run_id))
        return tuple(
            sorted(
                own,
                key=lambda new: (
                    new.commit.committed_at,
                    new.commit.connection_id,
                    new.commit.table_name,
                    new.commit.fence,
                    new.commit.scope,
                ),
            )
        )

    def runs_of_range(self, dag_id: str, start: datetime, end: datetime) -> tuple[StoredRun, ...]:
        """Return the scheduled and backfill runs of intervals that start in `[start, end)`, oldest interval first."""
        found = [
            run
            for (owner, interval), run in self._tables.runs_by_interval.items()
            if owner == dag_id and start <= interval.start < end
        ]
        found.sort(key=lambda run: run.data_interval)
        return tuple(StoredRun(run=run, instances=sorted_instances(self._tables, dag_id, run.run_id)) for run in found)

    def backfills(self, *, dag_id: str | None = None, limit: int = 100) -> tuple[Backfill, ...]:
        """Return backfills, newest first."""
        found = (self._tables.backfills[number] for number in sorted(self._tables.backfills, reverse=True))
        return tuple(backfill for backfill in found if dag_id in (None, backfill.dag_id))[:limit]

    def backfill(self, backfill_id: int) -> StoredBackfill | None:
        """Return one backfill."""
        return stored_backfill(self._tables, backfill_id)

    def backfill_counts(self, backfill_ids: Sequence[int]) -> dict[int, dict[BackfillRunState, int]]:
        """Return how many intervals each of these backfills has in each state."""
        runs = ((number, self._tables.backfill_runs.get(number, {}).values()) for number in sorted(set(backfill_ids)))
        counts = ((number, Counter(run.state for run in found)) for number, found in runs)
        return {number: dict(sorted(count.items())) for number, count in counts if count}
