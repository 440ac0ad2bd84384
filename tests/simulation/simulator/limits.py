"""How many may run at once: counted from what is committed, and from what really runs."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mulgil.messages import Assignment
from tests.simulation.simulator.mirror import Mirror, Place, RunPlace
from tests.simulation.simulator.scenario import POOL
from tests.simulation.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulation.simulator.world import World

# So long may a scheduler need to learn that a pool has another size.
_LEARNS_WITHIN = 10.0


class Limits:
    """Slots that committed attempts hold, by pool, run and altogether."""

    def __init__(self, world: "World", mirror: Mirror) -> None:
        self._world = world
        self._mirror = mirror
        self._held: set[Place] = set()
        self._pools: Counter[str] = Counter()
        self._runs: Counter[RunPlace] = Counter()
        self._sizes: list[tuple[float, int]] = []

    def pool_resized(self, slots: int) -> None:
        """Note the pool's size from now on."""
        self._sizes.append((self._world.agenda.now, slots))

    def hold(self, place: Place) -> None:
        """Count an attempt, and check every limit."""
        dag, task = self._world.dag(place[0]), self._world.task(place[0], place[2])
        self._held.add(place)
        self._pools[task.pool] += task.pool_slots
        self._runs[place[:2]] += 1
        require(len(self._held) <= self._world.scenario.parallelism, f"{len(self._held)} attempts at once")
        used = self._runs[place[:2]]
        require(used <= dag.max_active_tasks, f"{place[:2]} has {used} attempts at once")
        require(self._pools[POOL] <= self._pool_slots(), f"{self._pools[POOL]} slots of the pool are used")

    def release(self, place: Place) -> None:
        """Count an attempt no longer."""
        self._held.remove(place)
        task = self._world.task(place[0], place[2])
        self._pools[task.pool] -= task.pool_slots
        self._runs[place[:2]] -= 1

    def check_runs(self, dag_id: str, running: int) -> None:
        """Check how many runs of a dag are running after one more was let in."""
        limit = self._world.dag(dag_id).max_active_runs
        require(running <= limit, f"{running} runs of {dag_id} at once")

    def check_bodies(self, assignments: Sequence[Assignment], daemon_id: str) -> None:
        """Check what really runs at this moment."""
        require(len(assignments) <= self._world.scenario.parallelism, f"{len(assignments)} tasks run at once")
        used = 0
        for assignment in assignments:
            task = self._world.task(assignment.instance.dag_id, assignment.instance.task_id)
            used += task.pool_slots if task.pool == POOL else 0
        require(used <= self._pool_slots(), f"tasks that run need {used} slots of the pool")

    def _pool_slots(self) -> int:
        """Return the largest size that the pool had lately."""
        since = self._world.agenda.now - _LEARNS_WITHIN
        lately = [slots for at, slots in self._sizes if at >= since]
        before = [slots for at, slots in self._sizes if at < since]
        return max(*lately, *before[-1:], 0)
