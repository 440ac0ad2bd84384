"""Which task instances of a run a command means."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mulgil.i18n import nearest_name
from mulgil.model import UNMAPPED, DagSpec, TaskInstance, TaskKey
from mulgil.ports import NotFoundError


def select_instances(wanted: Sequence[TaskKey], instances: Sequence[TaskInstance]) -> tuple[TaskInstance, ...]:
    """Return the instances that `wanted` names, in their order; a mapped task's bare name means all its indexes.

    Raises:
        NotFoundError: A name or a map index isn't there.
    """
    chosen: set[TaskKey] = set()
    of_task: dict[str, list[TaskKey]] = defaultdict(list)
    for instance in instances:
        of_task[instance.task_id].append(instance.key)
    for key in wanted:
        matches = [known for known in of_task.get(key.task_id, ()) if key.map_index in (UNMAPPED, known.map_index)]
        if not matches:
            raise _unknown(key, of_task)
        chosen.update(matches)
    return tuple(instance for instance in instances if instance.key in chosen)


def widen(
    task_ids: Iterable[str], spec: DagSpec, *, downstream: bool = False, upstream: bool = False
) -> frozenset[str]:
    """Return `task_ids` with everything downstream and upstream of them, as asked."""
    above = {task.task_id: task.upstream for task in spec.tasks}
    below: dict[str, list[str]] = defaultdict(list)
    for task in spec.tasks:
        for name in task.upstream:
            below[name].append(task.task_id)
    start = frozenset(task_ids)
    widened = set(start)
    if downstream:
        widened |= _reachable(start, below)
    if upstream:
        widened |= _reachable(start, above)
    return frozenset(widened)


def _reachable(start: Iterable[str], edges: "dict[str, list[str]] | dict[str, tuple[str, ...]]") -> set[str]:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        for name in edges.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def _unknown(key: TaskKey, of_task: dict[str, list[TaskKey]]) -> NotFoundError:
    if key.task_id in of_task:
        return NotFoundError("operations.map_index_unknown", task_id=key.task_id, map_index=key.map_index)
    nearest = nearest_name(key.task_id, of_task)
    if nearest is None:
        return NotFoundError("operations.task_unknown", task_id=key.task_id)
    return NotFoundError("operations.task_misspelt", task_id=key.task_id, nearest=nearest)
