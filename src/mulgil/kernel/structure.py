"""What makes a dag's description impossible: every check of its structure, with the remedy named."""

from collections.abc import Sequence

from mulgil.kernel.errors import DagStructureError
from mulgil.model import DagSpec, TaskSpec


def check_ids(spec: DagSpec) -> None:
    """Refuse ids that stand for two things, and names that stand for nothing.

    Raises:
        DagStructureError: Says which task or group, and where it is written.
    """
    groups = _checked_groups(spec)
    seen: set[str] = set()
    for task in spec.tasks:
        _check_task(spec, task, seen, groups)
        seen.add(task.task_id)
    for task in spec.tasks:
        for upstream in task.upstream:
            if upstream not in seen:
                raise DagStructureError(
                    "dag.unknown_upstream",
                    dag_id=spec.dag_id,
                    file=spec.file,
                    line=task.line,
                    task=task.task_id,
                    upstream=upstream,
                )


def _check_task(spec: DagSpec, task: TaskSpec, seen: set[str], groups: dict[str, str | None]) -> None:
    dag_id, file, line, name = spec.dag_id, spec.file, task.line, task.task_id
    if name in seen:
        raise DagStructureError("dag.duplicate_task", dag_id=dag_id, file=file, line=line, task=name)
    if name in groups:
        raise DagStructureError("dag.task_named_like_group", dag_id=dag_id, file=file, line=line, task=name)
    if task.group is not None and task.group not in groups:
        raise DagStructureError("dag.unknown_group", dag_id=dag_id, file=file, line=line, task=name, group=task.group)
    if task.mapping is not None and any(length < 0 for length in task.mapping.lengths):
        raise DagStructureError("dag.negative_map_length", dag_id=dag_id, file=file, line=line, task=name)


def _checked_groups(spec: DagSpec) -> dict[str, str | None]:
    parents: dict[str, str | None] = {}
    for group in spec.groups:
        if group.group_id in parents:
            raise DagStructureError("dag.duplicate_group", dag_id=spec.dag_id, file=spec.file, group=group.group_id)
        parents[group.group_id] = group.parent
    for group_id, parent in parents.items():
        if parent is not None and parent not in parents:
            raise DagStructureError(
                "dag.unknown_parent_group", dag_id=spec.dag_id, file=spec.file, group=group_id, parent=parent
            )
        _check_nesting(spec, parents, group_id)
    return parents


def _check_nesting(spec: DagSpec, parents: dict[str, str | None], group_id: str) -> None:
    path = [group_id]
    parent = parents[group_id]
    while parent is not None and parent in parents:
        path.append(parent)
        if parent == group_id:
            raise DagStructureError("dag.group_cycle", dag_id=spec.dag_id, file=spec.file, path=" → ".join(path))
        if len(path) > len(parents):
            return  # The circle lies further up: it is found when one of its own groups is looked at.
        parent = parents[parent]


def cycle_error(spec: DagSpec, tasks: Sequence[TaskSpec], upstream: Sequence[Sequence[int]]) -> DagStructureError:
    """Return the error for one circle among `tasks`, whose members each have an upstream among them.

    `tasks` are in the author's order and `upstream` their upstreams as positions in `tasks`. The path is
    told in the direction of the arrows, and begins with its first task as written.
    """
    seen: dict[int, int] = {}
    position = 0
    trail: list[int] = []
    while position not in seen:
        seen[position] = len(trail)
        trail.append(position)
        position = min(upstream[position])
    circle = trail[seen[position] :][::-1]
    first = circle.index(min(circle))
    circle = circle[first:] + circle[:first]
    path = [tasks[member].task_id for member in (*circle, circle[0])]
    return DagStructureError(
        "dag.cycle", dag_id=spec.dag_id, file=spec.file, line=tasks[circle[0]].line, path=" → ".join(path)
    )
