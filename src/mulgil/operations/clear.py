"""Clear: make task instances run anew."""

from collections.abc import Sequence

from mulgil.kernel import TaskInstancesCleared
from mulgil.messages import ClearTaskInstances, Command, Refused
from mulgil.model import DagSpec, TaskInstance, TaskInstanceState
from mulgil.operations.effect import ChangeRun, Effect, NoEffect, applied, refuse
from mulgil.operations.selection import select_instances, widen
from mulgil.ports import NotFoundError

_FAILED = frozenset({TaskInstanceState.FAILED, TaskInstanceState.UPSTREAM_FAILED})


def apply_clear(
    command: Command,
    payload: ClearTaskInstances,
    *,
    spec: DagSpec | None,
    instances: Sequence[TaskInstance],
) -> Effect:
    """Clear what `payload` names of a run with these instances (none: the run doesn't exist)."""
    if spec is None:
        return refuse("operations.run_unknown", dag_id=payload.dag_id, run_id=payload.run_id)
    try:
        chosen = select_instances(payload.tasks, instances) if payload.tasks else tuple(instances)
    except NotFoundError as error:
        return NoEffect(Refused(error.text))
    if payload.downstream or payload.upstream:
        named = {instance.key for instance in chosen}
        tasks = {instance.task_id for instance in chosen}
        around = widen(tasks, spec, downstream=payload.downstream, upstream=payload.upstream) - tasks
        chosen = tuple(one for one in instances if one.key in named or one.task_id in around)
    if payload.only_failed:
        chosen = tuple(instance for instance in chosen if instance.state in _FAILED)
    keys = tuple(instance.key for instance in chosen)
    facts = applied(dag_id=payload.dag_id, run_id=payload.run_id, count=len(keys))
    return ChangeRun(TaskInstancesCleared(keys, command.by), facts) if keys else NoEffect(facts)
