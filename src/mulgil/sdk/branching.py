"""What a branching task may choose, and what its choice means."""

from __future__ import annotations

from mulgil.sdk._suggestion import listed
from mulgil.sdk.compile import compile_tasks
from mulgil.sdk.errors import TaskCallError
from mulgil.sdk.operator import BaseOperator


def choose_branch(operator: BaseOperator, value: object) -> tuple[str, ...]:
    """Return the task ids that a branching task's result stands for, sorted; None stands for none.

    A task group's id stands for those of its tasks that come directly after the branching one.

    Raises:
        TaskCallError: It is no id, or an id of nothing that comes directly after the task.
    """
    chosen = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(chosen, list | tuple | set) or not all(isinstance(name, str) for name in chosen):
        raise TaskCallError("sdk.branch_not_ids", task_id=operator.task_id, value=repr(value)[:80])
    targets = _targets(operator)
    for name in chosen:
        if name not in targets:
            raise TaskCallError(
                "sdk.branch_not_downstream", task_id=operator.task_id, name=name, known=listed(targets) or "—"
            )
    return tuple(sorted({task_id for name in chosen for task_id in targets[name]}))


def _targets(operator: BaseOperator) -> dict[str, list[str]]:
    """Return what may be chosen: each task directly after, and each group around such a task."""
    tasks = operator.dag.compiled_tasks or compile_tasks(operator.dag)
    own = _groups_around(operator.group_id)
    targets: dict[str, list[str]] = {}
    for task in tasks:
        if operator.task_id not in task.upstream:
            continue
        targets.setdefault(task.task_id, []).append(task.task_id)
        for group in _groups_around(task.group):
            if group not in own:
                targets.setdefault(group, []).append(task.task_id)
    return targets


def _groups_around(group_id: str | None) -> list[str]:
    if group_id is None:
        return []
    parts = group_id.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
