"""The rules of scheduling once more, as plain as they can be said, and apart from the kernel.

`verdict` reads the trigger rules from the states right upstream; `foretell` walks down a dag and says how
every task instance of a run ends, from what each task does. Both know nothing but the vocabulary.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from math import prod

from mulgil.model import UNMAPPED, DagRunState, DagSpec, TaskInstanceState, TaskKey, TaskSpec, TriggerRule
from tests.simulation.simulator.scenario import Behaviour, End

S = TaskInstanceState
R = TriggerRule

RUN, WAIT = "run", "wait"
Answer = TaskInstanceState | str
FAILURES = (S.FAILED, S.UPSTREAM_FAILED)
FINISHED = (S.SUCCESS, S.FAILED, S.SKIPPED, S.UPSTREAM_FAILED)


def verdict(rule: TriggerRule, upstream: Iterable[TaskInstanceState]) -> Answer:  # noqa: C901 - as the rules read
    """Return RUN, WAIT, or the state that a task instance enters without having run."""
    states = list(upstream)
    if not states or rule is R.ALWAYS:
        return RUN
    failed = any(state in FAILURES for state in states)
    succeeded = S.SUCCESS in states
    skipped = S.SKIPPED in states
    if not all(state in FINISHED for state in states):
        return _early(rule, states, failed=failed, succeeded=succeeded, skipped=skipped)
    only_skips = not failed and not succeeded
    match rule:
        case R.ALL_SUCCESS:
            return S.UPSTREAM_FAILED if failed else S.SKIPPED if skipped else RUN
        case R.ALL_FAILED:
            return S.SKIPPED if succeeded or skipped else RUN
        case R.ALL_DONE | R.ALL_DONE_SETUP_SUCCESS:
            return RUN
        case R.ALL_DONE_MIN_ONE_SUCCESS:
            return S.SKIPPED if skipped else RUN if succeeded else S.UPSTREAM_FAILED
        case R.ONE_SUCCESS:
            return RUN if succeeded else S.UPSTREAM_FAILED if failed else S.SKIPPED
        case R.ONE_FAILED:
            return RUN if failed else S.SKIPPED
        case R.ONE_DONE:
            return RUN if succeeded or S.FAILED in states else S.SKIPPED
        case R.NONE_FAILED:
            return S.UPSTREAM_FAILED if failed else RUN
        case R.NONE_FAILED_MIN_ONE_SUCCESS:
            return S.UPSTREAM_FAILED if failed else S.SKIPPED if only_skips else RUN
        case R.NONE_SKIPPED:
            return S.SKIPPED if skipped else RUN
        case _:
            return RUN if only_skips else S.SKIPPED


def _early(
    rule: TriggerRule, states: list[TaskInstanceState], *, failed: bool, succeeded: bool, skipped: bool
) -> Answer:
    """Return what can be said before everything upstream has ended."""
    may_run = {R.ONE_SUCCESS: succeeded, R.ONE_FAILED: failed, R.ONE_DONE: succeeded or S.FAILED in states}
    if may_run.get(rule, False):
        return RUN
    if rule in (R.ALL_SUCCESS, R.NONE_FAILED, R.NONE_FAILED_MIN_ONE_SUCCESS) and failed:
        return S.UPSTREAM_FAILED
    is_ruled_out = {
        R.ALL_SUCCESS: skipped,
        R.ALL_FAILED: succeeded or skipped,
        R.ALL_DONE_MIN_ONE_SUCCESS: skipped,
        R.NONE_SKIPPED: skipped,
        R.ALL_SKIPPED: succeeded or failed,
    }
    return S.SKIPPED if is_ruled_out.get(rule, False) else WAIT


def map_indexes(task: TaskSpec) -> tuple[int, ...]:
    """Return the map indexes of a task's instances."""
    if task.mapping is None:
        return (UNMAPPED,)
    return tuple(range(prod(task.mapping.lengths))) or (UNMAPPED,)


def is_passed_over(dag: DagSpec, task: TaskSpec, choices: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a branch right above a task chose others. `choices` are those of branches that succeeded."""
    for name in task.upstream:
        chosen = choices.get(name)
        if chosen is not None and task.task_id not in _with_all_below(dag, chosen):
            return True
    return False


def _with_all_below(dag: DagSpec, task_ids: Iterable[str]) -> set[str]:
    found = set(task_ids)
    for task in dag.tasks:
        if found & set(task.upstream):
            found.add(task.task_id)
    return found


Ends = dict[TaskKey, TaskInstanceState]


def foretell(dag: DagSpec, behaviour: Callable[[TaskKey], Behaviour]) -> tuple[DagRunState, Ends] | None:
    """Return how a run and its task instances end; None if that depends on what ends first.

    A rule answers as soon as it can: `all_success` after a skip and a failure is decided by the first of them.
    """
    ends: dict[TaskKey, TaskInstanceState] = {}
    choices: dict[str, tuple[str, ...]] = {}
    for task in dag.tasks:
        keys = [TaskKey(task.task_id, index) for index in map_indexes(task)]
        upstream = [state for key, state in ends.items() if key.task_id in task.upstream]
        answer = S.SKIPPED if is_passed_over(dag, task, choices) else verdict(task.trigger_rule, upstream)
        if upstream and not _answers_on_the_way(task.trigger_rule, upstream) <= {answer, WAIT}:
            return None
        if answer == RUN and task.mapping is not None and not prod(task.mapping.lengths):
            answer = S.SKIPPED
        for key in keys:
            ends[key] = _end_of(behaviour(key)) if answer == RUN else TaskInstanceState(answer)
        chosen = behaviour(keys[0]).chooses
        if chosen is not None and answer == RUN:
            choices[task.task_id] = chosen
    leaves = [task.task_id for task in dag.tasks if not any(task.task_id in other.upstream for other in dag.tasks)]
    has_failed = any(state in FAILURES for key, state in ends.items() if key.task_id in leaves)
    return DagRunState.FAILED if has_failed else DagRunState.SUCCESS, ends


def _answers_on_the_way(rule: TriggerRule, ends: list[TaskInstanceState]) -> set[Answer]:
    """Return what a rule may answer while some of what is upstream has ended and at least one has not."""
    distinct = sorted(set(ends))
    answers: set[Answer] = set()
    for size in range(len(distinct) + 1):
        for some in combinations(distinct, size):
            answers.add(verdict(rule, [*some, S.NONE]))
    return answers


def _end_of(behaviour: Behaviour) -> TaskInstanceState:
    if behaviour.end is End.SUCCEED:
        return S.SUCCESS
    return S.SKIPPED if behaviour.end is End.SKIP else S.FAILED
