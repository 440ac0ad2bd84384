"""Admission: which of the ready task instances get the free slots. Pure, incremental, deterministic.

The limits: `parallelism` over everything, slots of the task's pool, `max_active_tasks` of its run; a
paused dag gets none. A slot is held from `admit` until `release`.

The order:

1. the higher *own* `priority_weight` goes first, whatever dag it is in: that number is what authors say
   about the importance of one dag or task over others;
2. among equal ones, the dag with the fewest live attempts; then the dag that was served longest ago. So
   dags share the slots evenly, and a run of 10,000 tasks can't starve a small one;
3. within a dag, the higher *effective* weight (what waits for the task, by its weight rule), then the
   older data interval, then the earlier offer.

Airflow ranks by the effective weight over all dags alike, by which a big dag starves small ones merely
for being big; here the sum over relatives decides within its dag only. A candidate that its pool can't
take now lets smaller ones pass, as in Airflow.

Cost: candidates stand in *lanes* (own weight, pool, pool slots), of which there are few; within a lane
every operation is logarithmic, and a blocked run, dag or pool costs nothing however much waits behind it.
"""

from collections.abc import Iterable

from mulgil.i18n import Text
from mulgil.kernel.admission.candidate import Candidate
from mulgil.kernel.admission.lane import Lane
from mulgil.kernel.admission.usage import Usage
from mulgil.model import TaskKey

_LaneKey = tuple[int, str, int]
_Id = tuple[str, str, TaskKey]


class Admission:
    """Queues ready task instances and gives them slots. Mutable, owned by one scheduler.

    The caller says `forget_run` when a run has ended.
    """

    def __init__(self, *, parallelism: int) -> None:
        """Start empty, without pools: `set_pool` names them."""
        self._parallelism = parallelism
        self._usage = Usage()
        self._paused: set[str] = set()
        self._offered: dict[_Id, Candidate] = {}
        self._lanes: dict[_LaneKey, Lane] = {}
        # In which lanes a dag's and a run's candidates stand, with how many.
        self._lanes_of: dict[str, dict[_LaneKey, dict[str, int]]] = {}
        self._orders = 0

    @property
    def live(self) -> int:
        """How many attempts hold slots."""
        return self._usage.live

    @property
    def waiting(self) -> int:
        """How many candidates wait."""
        return len(self._offered)

    def offer(self, candidate: Candidate) -> None:
        """Add a ready task instance; one that stands here already keeps its place if nothing differs."""
        identity = (candidate.dag_id, candidate.run_id, candidate.key)
        known = self._offered.get(identity)
        if known == candidate:
            return
        if known is not None:
            self._take_out(known)
        self._orders += 1
        lane_key = (candidate.weight, candidate.pool, candidate.pool_slots)
        lane = self._lanes.get(lane_key)
        if lane is None:
            lane = self._lanes[lane_key] = Lane(
                weight=candidate.weight, pool=candidate.pool, pool_slots=candidate.pool_slots
            )
        self._offered[identity] = candidate
        counts = self._lanes_of.setdefault(candidate.dag_id, {}).setdefault(lane_key, {})
        counts[candidate.run_id] = counts.get(candidate.run_id, 0) + 1
        self._usage.set_run_limit(candidate.run_key, candidate.max_active_tasks)
        lane.add(candidate, self._orders)
        self._refresh_run(candidate.dag_id, candidate.run_id)

    def withdraw(self, dag_id: str, run_id: str, key: TaskKey) -> None:
        """Remove a task instance that is ready no longer; unknown ones are ignored."""
        candidate = self._offered.get((dag_id, run_id, key))
        if candidate is not None:
            self._take_out(candidate)
            self._refresh_run(dag_id, run_id)

    def admit(self, free_slots: int) -> tuple[Candidate, ...]:
        """Give up to `free_slots` candidates their slots, best first; they hold them until `release`."""
        admitted: list[Candidate] = []
        while len(admitted) < free_slots and self._usage.live < self._parallelism:
            candidate = self._best()
            if candidate is None:
                break
            self._take_out(candidate)
            self.hold(candidate)
            admitted.append(candidate)
        return tuple(admitted)

    def hold(self, candidate: Candidate) -> None:
        """Count an attempt of a task instance as live; holding it twice counts once."""
        self._usage.set_run_limit(candidate.run_key, candidate.max_active_tasks)
        self._usage.hold(candidate)
        self._refresh_run(candidate.dag_id, candidate.run_id)

    def release(self, dag_id: str, run_id: str, key: TaskKey) -> None:
        """Give back what a task instance's attempt held; releasing twice changes nothing."""
        self._usage.release((dag_id, run_id, key))
        self._refresh_run(dag_id, run_id)

    def forget_run(self, dag_id: str, run_id: str) -> None:
        """Drop everything of a run, waiting and held: it has ended, or is loaded anew."""
        if any(run_id in counts for counts in self._lanes_of.get(dag_id, {}).values()):
            for candidate in [one for one in self._offered.values() if one.run_key == (dag_id, run_id)]:
                self._take_out(candidate)
        self._usage.forget_run((dag_id, run_id))
        self._refresh_run(dag_id, run_id)

    def recount(self, live: Iterable[Candidate]) -> None:
        """Replace all holds by those of the attempts that are live now, as at takeover."""
        self._usage.recount(live)
        for dag_id, lanes in self._lanes_of.items():
            for run_id in {run_id for counts in lanes.values() for run_id in counts}:
                self._refresh_run(dag_id, run_id)

    def set_pool(self, name: str, slots: int) -> None:
        """Create a pool or change its size; -1 means no limit. What runs goes on."""
        self._usage.pool_sizes[name] = slots

    def remove_pool(self, name: str) -> None:
        """Remove a pool; its tasks wait until it exists again."""
        self._usage.pool_sizes.pop(name, None)

    def set_parallelism(self, parallelism: int) -> None:
        """Change how many attempts may be live at once."""
        self._parallelism = parallelism

    def set_paused(self, dag_id: str, is_paused: bool) -> None:
        """Stop or resume giving slots to a dag; what runs goes on."""
        if is_paused:
            self._paused.add(dag_id)
        else:
            self._paused.discard(dag_id)
        self._refresh_dag(dag_id)

    def pool_usage(self, name: str) -> int:
        """Return how many slots of a pool are held."""
        return self._usage.pools.get(name, 0)

    def why_waiting(self, candidate: Candidate) -> Text:
        """Return the first limit that keeps a candidate waiting, or that its turn has not come."""
        if candidate.dag_id in self._paused:
            return Text("wait.dag_paused", {"dag_id": candidate.dag_id})
        size = self._usage.pool_sizes.get(candidate.pool)
        if size is None:
            return Text("wait.pool_unknown", {"pool": candidate.pool})
        if 0 <= size < candidate.pool_slots:
            return Text("wait.pool_too_small", {"pool": candidate.pool, "slots": size, "needed": candidate.pool_slots})
        if not self._usage.fits_pool(candidate.pool, candidate.pool_slots):
            used = self.pool_usage(candidate.pool)
            return Text("wait.pool_full", {"pool": candidate.pool, "slots": size, "used": used})
        if self._usage.is_run_full(candidate.run_key, candidate.max_active_tasks):
            return Text("wait.max_active_tasks", {"limit": candidate.max_active_tasks})
        if self._usage.live >= self._parallelism:
            return Text("wait.parallelism", {"limit": self._parallelism})
        return Text("wait.turn")

    def _best(self) -> Candidate | None:
        best = None
        for lane in self._lanes.values():
            if not self._usage.fits_pool(lane.pool, lane.pool_slots):
                continue
            first = lane.first()
            if first is None:
                continue
            rank, run_id, key = first
            choice = (-lane.weight, rank, run_id, key)
            if best is None or choice < best:
                best = choice
        if best is None:
            return None
        _, (_, dag_id, _), run_id, key = best
        return self._offered[(dag_id, run_id, key)]

    def _take_out(self, candidate: Candidate) -> None:
        lane_key = (candidate.weight, candidate.pool, candidate.pool_slots)
        del self._offered[(candidate.dag_id, candidate.run_id, candidate.key)]
        lane = self._lanes[lane_key]
        lane.remove(candidate)
        if lane.is_empty:
            del self._lanes[lane_key]
        lanes = self._lanes_of[candidate.dag_id]
        counts = lanes[lane_key]
        counts[candidate.run_id] -= 1
        if not counts[candidate.run_id]:
            del counts[candidate.run_id]
        if not counts:
            del lanes[lane_key]
        if not lanes:
            del self._lanes_of[candidate.dag_id]

    def _refresh_run(self, dag_id: str, run_id: str) -> None:
        is_blocked = self._usage.is_run_full((dag_id, run_id))
        for lane_key, counts in self._lanes_of.get(dag_id, {}).items():
            if run_id in counts:
                self._lanes[lane_key].refresh_run(dag_id, run_id, is_blocked=is_blocked)
        self._refresh_dag(dag_id)

    def _refresh_dag(self, dag_id: str) -> None:
        rank = self._usage.dag_rank(dag_id)
        for lane_key in self._lanes_of.get(dag_id, {}):
            self._lanes[lane_key].refresh_dag(dag_id, rank, is_paused=dag_id in self._paused)
