"""A dag compiled for the kernel: immutable, tasks by number, everything that never changes in a run.

Tasks are numbered in topological order, so a higher number never lies upstream of a lower one. The
kernel relies on it: settling tasks by ascending number sees every upstream change first.
"""

import heapq
from collections.abc import Iterable, Sequence
from math import prod

import msgspec

from mulgil.kernel.structure import check_ids, cycle_error
from mulgil.kernel.weights import effective_weights
from mulgil.model import UNMAPPED, DagSpec, TaskSpec

_Neighbours = tuple[tuple[int, ...], ...]


class DagGraph(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One dag version as the kernel reads it; built once by `compile_graph`, shared by all its runs.

    All tuples are by task number. `map_lengths` is null for an ordinary task; `priorities` are the
    effective weights.
    """

    spec: DagSpec
    tasks: tuple[TaskSpec, ...]
    numbers: dict[str, int]
    upstream: _Neighbours
    downstream: _Neighbours
    priorities: tuple[int, ...]
    map_lengths: tuple[int | None, ...]
    leaves: tuple[int, ...]
    group_roots: dict[str, tuple[int, ...]]

    def map_indexes(self, task: int) -> Sequence[int]:
        """Return the map indexes of a task's instances; a mapping over nothing keeps one, unmapped."""
        return range(self.map_lengths[task] or 0) or (UNMAPPED,)

    def below(self, numbers: Iterable[int], *, up_to: int | None = None) -> set[int]:
        """Return the given tasks and all that lie downstream of them, no further than number `up_to`."""
        reached = set(numbers)
        pending = list(reached)
        while pending:
            for neighbour in self.downstream[pending.pop()]:
                if neighbour not in reached and (up_to is None or neighbour <= up_to):
                    reached.add(neighbour)
                    pending.append(neighbour)
        return reached


def compile_graph(spec: DagSpec) -> DagGraph:
    """Check a dag's structure and number its tasks.

    The numbers follow the order of `spec.tasks` where that is topological, else the nearest order that is.

    Raises:
        DagStructureError: A cycle (its path is named), an id given twice, an unknown task or group.
    """
    check_ids(spec)
    tasks = _in_topological_order(spec)
    numbers = {task.task_id: number for number, task in enumerate(tasks)}
    upstream = tuple(tuple(sorted({numbers[name] for name in task.upstream})) for task in tasks)
    downstream = _reversed(upstream)
    return DagGraph(
        spec=spec,
        tasks=tasks,
        numbers=numbers,
        upstream=upstream,
        downstream=downstream,
        priorities=effective_weights(tasks, upstream, downstream),
        map_lengths=tuple(None if task.mapping is None else prod(task.mapping.lengths) for task in tasks),
        leaves=tuple(number for number, below in enumerate(downstream) if not below),
        group_roots=_group_roots(spec, tasks, upstream),
    )


def _reversed(upstream: _Neighbours) -> _Neighbours:
    downstream: list[list[int]] = [[] for _ in upstream]
    for number, above in enumerate(upstream):
        for neighbour in above:
            downstream[neighbour].append(number)
    return tuple(tuple(below) for below in downstream)


def _in_topological_order(spec: DagSpec) -> tuple[TaskSpec, ...]:
    positions = {task.task_id: position for position, task in enumerate(spec.tasks)}
    upstream = tuple(tuple(sorted({positions[name] for name in task.upstream})) for task in spec.tasks)
    if all(not above or above[-1] < position for position, above in enumerate(upstream)):
        return spec.tasks
    downstream = _reversed(upstream)
    missing = [len(above) for above in upstream]
    free = [position for position, count in enumerate(missing) if not count]
    order: list[int] = []
    while free:
        position = heapq.heappop(free)
        order.append(position)
        for below in downstream[position]:
            missing[below] -= 1
            if not missing[below]:
                heapq.heappush(free, below)
    if len(order) < len(spec.tasks):
        raise _cycle_among(spec, upstream, set(order))
    return tuple(spec.tasks[position] for position in order)


def _cycle_among(spec: DagSpec, upstream: _Neighbours, ordered: set[int]) -> Exception:
    stuck = [position for position in range(len(spec.tasks)) if position not in ordered]
    renumbered = {position: number for number, position in enumerate(stuck)}
    above = [[renumbered[name] for name in upstream[position] if name in renumbered] for position in stuck]
    return cycle_error(spec, [spec.tasks[position] for position in stuck], above)


def _group_roots(spec: DagSpec, tasks: Sequence[TaskSpec], upstream: _Neighbours) -> dict[str, tuple[int, ...]]:
    parents = {group.group_id: group.parent for group in spec.groups}
    members: dict[str, list[int]] = {group_id: [] for group_id in parents}
    for number, task in enumerate(tasks):
        group = task.group
        while group is not None:
            members[group].append(number)
            group = parents[group]
    roots: dict[str, tuple[int, ...]] = {}
    for group_id, inside in members.items():
        within = set(inside)
        roots[group_id] = tuple(number for number in inside if within.isdisjoint(upstream[number]))
    return roots
