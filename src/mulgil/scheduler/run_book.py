"""The runs that haven't finished, in memory."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from mulgil.kernel import RunState
from mulgil.model import DagRun, DagRunState, DataInterval, RunType
from mulgil.scheduler.dag_book import CompiledVersion

RunKey = tuple[str, str]


class LiveRun(msgspec.Struct, frozen=True, eq=False):
    """A run's kernel state and the version that it is pinned to."""

    state: RunState
    version: CompiledVersion

    @property
    def key(self) -> RunKey:
        """Which run this is."""
        return self.state.run.dag_id, self.state.run.run_id


class RunBook:
    """Live runs by key, and by dag: those in the queue, in order, and those that are running."""

    def __init__(self) -> None:
        """Start empty."""
        self._runs: dict[RunKey, LiveRun] = {}
        self._queued: dict[str, dict[str, None]] = defaultdict(dict)
        self._running: dict[str, dict[str, None]] = defaultdict(dict)
        # Those whose interval no other run of the dag may have.
        self._of_interval: dict[tuple[str, DataInterval], str] = {}
        # Of the queued ones, those that the schedule created.
        self._ahead: dict[str, dict[str, None]] = defaultdict(dict)

    def __len__(self) -> int:
        """How many runs haven't finished."""
        return len(self._runs)

    def __iter__(self) -> Iterator[LiveRun]:
        """Go through the runs in the order in which they came."""
        return iter(tuple(self._runs.values()))

    def get(self, dag_id: str, run_id: str) -> LiveRun | None:
        """Return a run that is in memory."""
        return self._runs.get((dag_id, run_id))

    def put(self, live: LiveRun) -> None:
        """Take a run into memory."""
        self._runs[live.key] = live
        run = live.state.run
        if run.run_type.is_unique_by_interval:
            self._of_interval[run.dag_id, run.data_interval] = run.run_id
        self.note(run)

    def note(self, run: DagRun) -> None:
        """Bring the lists in step with a run's state."""
        is_queued = run.state is DagRunState.QUEUED
        is_ahead = is_queued and run.run_type is RunType.SCHEDULED
        for table, belongs in (
            (self._queued, is_queued),
            (self._running, run.state is DagRunState.RUNNING),
            (self._ahead, is_ahead),
        ):
            if belongs:
                table[run.dag_id].setdefault(run.run_id)
            elif run.run_id in table[run.dag_id]:
                del table[run.dag_id][run.run_id]

    def remove(self, key: RunKey) -> None:
        """Drop a run from memory."""
        run = self._runs.pop(key).state.run
        if run.run_type.is_unique_by_interval:
            del self._of_interval[run.dag_id, run.data_interval]
        for table in (self._queued, self._running, self._ahead):
            table[key[0]].pop(key[1], None)

    def next_queued(self, dag_id: str) -> LiveRun | None:
        """Return the dag's first run in the queue."""
        run_id = next(iter(self._queued[dag_id]), None)
        return None if run_id is None else self._runs[dag_id, run_id]

    def running(self, dag_id: str) -> int:
        """Return how many runs of the dag are running."""
        return len(self._running[dag_id])

    def is_running(self, dag_id: str, run_id: str | None) -> bool:
        """Return whether a run is running."""
        return run_id in self._running[dag_id]

    def of_interval(self, dag_id: str, interval: DataInterval) -> LiveRun | None:
        """Return the scheduled or backfill run of an interval, if it is in memory."""
        run_id = self._of_interval.get((dag_id, interval))
        return None if run_id is None else self._runs[dag_id, run_id]

    def scheduled_ahead(self, dag_id: str) -> int:
        """Return how many runs that the schedule created wait in the queue."""
        return len(self._ahead[dag_id])

    def dag_ids(self) -> tuple[str, ...]:
        """Return the dags that have runs here, in order."""
        return tuple(sorted({dag_id for dag_id, _ in self._runs}))
