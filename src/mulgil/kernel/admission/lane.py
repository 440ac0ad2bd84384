"""The candidates that pass the same gate: one own weight, one pool, one number of pool slots."""

from mulgil.kernel.admission.candidate import Candidate
from mulgil.kernel.admission.ranking import Ranking
from mulgil.model import TaskKey

# Highest effective priority first, then the older interval, then the earlier offer.
_Rank = tuple[int, float, int]
# The dag with the fewest live attempts first, then the one that was served longest ago.
DagRank = tuple[int, int]


class _DagQueue:
    """One dag's candidates in a lane: by run, because a run's limit blocks all of them at once."""

    def __init__(self) -> None:
        self.runs: dict[str, Ranking[TaskKey, _Rank]] = {}
        self.ready_runs: Ranking[str, _Rank] = Ranking()


class Lane:
    """Ranks candidates that differ in dag, run and priority only; blocked runs and dags stand aside.

    After a change the caller refreshes first the run, then the dag, where they still have candidates here.
    """

    def __init__(self, *, weight: int, pool: str, pool_slots: int) -> None:
        self.weight = weight
        self.pool = pool
        self.pool_slots = pool_slots
        self._dags: dict[str, _DagQueue] = {}
        self._ready_dags: Ranking[str, DagRank] = Ranking()

    @property
    def is_empty(self) -> bool:
        """Whether no candidate is left, blocked ones included."""
        return not self._dags

    def add(self, candidate: Candidate, order: int) -> None:
        """Add a candidate; `order` tells the sequence of offers."""
        dag = self._dags.setdefault(candidate.dag_id, _DagQueue())
        queue = dag.runs.setdefault(candidate.run_id, Ranking())
        queue.put(candidate.key, (-candidate.priority, candidate.interval_start.timestamp(), order))

    def remove(self, candidate: Candidate) -> None:
        """Remove a candidate."""
        dag = self._dags[candidate.dag_id]
        queue = dag.runs[candidate.run_id]
        queue.discard(candidate.key)
        if not len(queue):
            del dag.runs[candidate.run_id]
            dag.ready_runs.discard(candidate.run_id)
        if not dag.runs:
            del self._dags[candidate.dag_id]
            self._ready_dags.discard(candidate.dag_id)

    def refresh_run(self, dag_id: str, run_id: str, *, is_blocked: bool) -> None:
        """Put a run where its best candidate belongs, or aside while its limit blocks it."""
        dag = self._dags[dag_id]
        if is_blocked:
            dag.ready_runs.discard(run_id)
        else:
            rank, _ = dag.runs[run_id].first()
            dag.ready_runs.put(run_id, rank)

    def refresh_dag(self, dag_id: str, rank: DagRank, *, is_paused: bool) -> None:
        """Put a dag where its live attempts place it, or aside while it is paused or blocked."""
        if is_paused or not len(self._dags[dag_id].ready_runs):
            self._ready_dags.discard(dag_id)
        else:
            self._ready_dags.put(dag_id, rank)

    def first(self) -> tuple[tuple[DagRank, str, _Rank], str, TaskKey] | None:
        """Return the rank, run id and key of the candidate that is next here; None if all are blocked."""
        if not len(self._ready_dags):
            return None
        dag_rank, dag_id = self._ready_dags.first()
        dag = self._dags[dag_id]
        rank, run_id = dag.ready_runs.first()
        _, key = dag.runs[run_id].first()
        return (dag_rank, dag_id, rank), run_id, key
