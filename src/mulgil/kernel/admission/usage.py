"""Which limits are used up how far: a function of the attempts that hold slots."""

from collections import Counter
from collections.abc import Iterable

from mulgil.kernel.admission.candidate import Candidate
from mulgil.model import TaskKey

_Id = tuple[str, str, TaskKey]
_RunKey = tuple[str, str]


class Usage:
    """Live attempts counted by pool, run and dag."""

    def __init__(self) -> None:
        self.pool_sizes: dict[str, int] = {}
        self.pools: Counter[str] = Counter()
        self._held: dict[_Id, Candidate] = {}
        self._runs: Counter[_RunKey] = Counter()
        self._dags: Counter[str] = Counter()
        self._run_limits: dict[_RunKey, int] = {}
        self._served: dict[str, int] = {}
        self._turns = 0

    @property
    def live(self) -> int:
        """How many attempts hold slots."""
        return len(self._held)

    def hold(self, candidate: Candidate) -> None:
        """Count an attempt; one that is counted already changes nothing."""
        identity = (candidate.dag_id, candidate.run_id, candidate.key)
        if identity in self._held:
            return
        self._held[identity] = candidate
        self._count(candidate, 1)
        self._turns += 1
        self._served[candidate.dag_id] = self._turns

    def release(self, identity: _Id) -> None:
        """Take an attempt out of the count if it is in it."""
        candidate = self._held.pop(identity, None)
        if candidate is not None:
            self._count(candidate, -1)

    def forget_run(self, run_key: _RunKey) -> None:
        """Release all attempts of a run and forget its limit."""
        for identity in [one for one in self._held if one[:2] == run_key]:
            self.release(identity)
        self._run_limits.pop(run_key, None)

    def recount(self, live: Iterable[Candidate]) -> None:
        """Hold exactly the given attempts."""
        for identity in list(self._held):
            self.release(identity)
        for candidate in live:
            self.set_run_limit(candidate.run_key, candidate.max_active_tasks)
            self.hold(candidate)

    def set_run_limit(self, run_key: _RunKey, limit: int) -> None:
        """Note a run's `max_active_tasks`."""
        self._run_limits[run_key] = limit

    def is_run_full(self, run_key: _RunKey, limit: int | None = None) -> bool:
        """Whether a run has as many live attempts as it may."""
        known = self._run_limits.get(run_key) if limit is None else limit
        return known is not None and self._runs[run_key] >= known

    def fits_pool(self, pool: str, slots: int) -> bool:
        """Whether a pool exists and has that many free slots."""
        size = self.pool_sizes.get(pool)
        return size is not None and (size < 0 or self.pools[pool] + slots <= size)

    def dag_rank(self, dag_id: str) -> tuple[int, int]:
        """Return a dag's place among others: few live attempts first, then served longest ago."""
        return self._dags[dag_id], self._served.get(dag_id, 0)

    def _count(self, candidate: Candidate, by: int) -> None:
        self.pools[candidate.pool] += by * candidate.pool_slots
        self._runs[candidate.run_key] += by
        self._dags[candidate.dag_id] += by
        if not self._runs[candidate.run_key]:
            del self._runs[candidate.run_key]
        if not self._dags[candidate.dag_id]:
            del self._dags[candidate.dag_id]
