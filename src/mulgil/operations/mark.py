"""Mark: set task instances to success or failed without running them."""

from collections.abc import Sequence

from mulgil.kernel import TaskInstancesMarked
from mulgil.messages import Command, MarkTaskInstances, Refused
from mulgil.model import TaskInstance, TaskInstanceState
from mulgil.operations.effect import ChangeRun, Effect, NoEffect, applied, refuse
from mulgil.operations.selection import select_instances
from mulgil.ports import NotFoundError

MARKABLE = frozenset({TaskInstanceState.SUCCESS, TaskInstanceState.FAILED})


def apply_mark(command: Command, payload: MarkTaskInstances, *, instances: Sequence[TaskInstance] | None) -> Effect:
    """Mark what `payload` names of a run with these instances (None: the run doesn't exist)."""
    if instances is None:
        return refuse("operations.run_unknown", dag_id=payload.dag_id, run_id=payload.run_id)
    if payload.state not in MARKABLE:
        return refuse("operations.state_not_markable", state=payload.state.value)
    try:
        chosen = select_instances(payload.tasks, instances)
    except NotFoundError as error:
        return NoEffect(Refused(error.text))
    keys = tuple(instance.key for instance in chosen if instance.state is not payload.state)
    facts = applied(dag_id=payload.dag_id, run_id=payload.run_id, count=len(keys), state=payload.state.value)
    return ChangeRun(TaskInstancesMarked(keys, payload.state, command.by), facts) if keys else NoEffect(facts)
