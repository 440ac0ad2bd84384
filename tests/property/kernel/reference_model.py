"""The rules of scheduling, said as plainly as possible: slow, obvious, and apart from the kernel.

It imports the vocabulary only. After each happening it looks at every task instance of the run again, in
topological order, and asks the documented rules from the states of the task instances right upstream;
there are no counters, no tables and nothing that is kept up to date. Where kernel and model disagree, one
of them has the rules wrong.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from mulgil.model import (
    UNMAPPED,
    DagRunState,
    DagSpec,
    TaskInstanceState,
    TaskKey,
    TaskSpec,
    TriggerRule,
)

S = TaskInstanceState
R = TriggerRule

FINISHED = {S.SUCCESS, S.FAILED, S.SKIPPED, S.UPSTREAM_FAILED}
FAILURES = {S.FAILED, S.UPSTREAM_FAILED}
MAY_LOSE = 5

RUN, WAIT = "run", "wait"


@dataclass
class Instance:
    """What the model knows of one task instance."""

    state: TaskInstanceState = S.NONE
    tries: int = 0
    max_tries: int = 1
    clears: int = 0
    lost: int = 0
    attempt: str | None = None
    retry_at: datetime | None = None
    chosen: tuple[str, ...] | None = None


def by_trigger_rule(rule: TriggerRule, upstream: list[TaskInstanceState]) -> object:  # noqa: C901 - as the rules read
    """What a trigger rule makes of the states of all task instances right upstream: RUN, WAIT or a state."""
    if not upstream or rule is R.ALWAYS:
        return RUN
    failed = [state for state in upstream if state in FAILURES]
    succeeded = [state for state in upstream if state is S.SUCCESS]
    skipped = [state for state in upstream if state is S.SKIPPED]
    all_done = all(state in FINISHED for state in upstream)
    if rule is R.ALL_SUCCESS:
        if failed:
            return S.UPSTREAM_FAILED
        if skipped:
            return S.SKIPPED
    if rule is R.ALL_FAILED and (succeeded or skipped):
        return S.SKIPPED
    if rule in (R.NONE_FAILED, R.NONE_FAILED_MIN_ONE_SUCCESS) and failed:
        return S.UPSTREAM_FAILED
    if rule is R.NONE_FAILED_MIN_ONE_SUCCESS and len(skipped) == len(upstream):
        return S.SKIPPED
    if rule is R.NONE_SKIPPED and skipped:
        return S.SKIPPED
    if rule is R.ALL_SKIPPED and (succeeded or failed):
        return S.SKIPPED
    if rule is R.ALL_DONE_MIN_ONE_SUCCESS:
        if skipped:
            return S.SKIPPED
        if all_done and not succeeded:
            return S.UPSTREAM_FAILED
    if rule is R.ONE_SUCCESS:
        if succeeded:
            return RUN
        if len(skipped) == len(upstream):
            return S.SKIPPED
        return S.UPSTREAM_FAILED if all_done else WAIT
    if rule is R.ONE_FAILED:
        if failed:
            return RUN
        return S.SKIPPED if all_done else WAIT
    if rule is R.ONE_DONE:
        if succeeded or S.FAILED in upstream:
            return RUN
        return S.SKIPPED if all_done else WAIT
    return RUN if all_done else WAIT


class ReferenceModel:
    """One run. Each method is something that happened; `now` is when."""

    def __init__(self, spec: DagSpec) -> None:
        self.tasks = {task.task_id: task for task in spec.tasks}
        self.groups = {group.group_id: group.parent for group in spec.groups}
        self.order = self._topological()
        self.run = DagRunState.QUEUED
        self.doomed = False
        self.instances: dict[TaskKey, Instance] = {}
        for task in spec.tasks:
            for map_index in map_indexes(task):
                self.instances[TaskKey(task.task_id, map_index)] = Instance(max_tries=task.retry.retries + 1)

    # What attempts do.

    def started_run(self, now: datetime) -> None:
        if self.run is DagRunState.QUEUED:
            self.run = DagRunState.RUNNING
        self._look_again(now)

    def queued(self, key: TaskKey, attempt: str, now: datetime) -> None:
        one = self.instances[key]
        if one.state is S.SCHEDULED:
            one.state, one.attempt, one.tries = S.QUEUED, attempt, one.tries + 1
        self._look_again(now)

    def started(self, key: TaskKey, attempt: str, now: datetime) -> None:
        one = self.instances[key]
        if one.attempt == attempt and one.state is S.QUEUED:
            one.state = S.RUNNING
        self._look_again(now)

    def succeeded(self, key: TaskKey, attempt: str, chosen: tuple[str, ...] | None, now: datetime) -> None:
        one = self._outcome_of(key, attempt)
        if one is not None:
            is_known = all(name in self.tasks or name in self.groups for name in chosen or ())
            one.state = S.SUCCESS if is_known else S.FAILED
            one.chosen = chosen if is_known else None
        self._look_again(now)

    def skipped(self, key: TaskKey, attempt: str, now: datetime) -> None:
        one = self._outcome_of(key, attempt)
        if one is not None:
            one.state = S.SKIPPED
        self._look_again(now)

    def failed(self, key: TaskKey, attempt: str, now: datetime, *, may_retry: bool) -> None:
        one = self._outcome_of(key, attempt)
        if one is not None:
            self._use_up_try(key, one, now, may_retry=may_retry)
        self._look_again(now)

    def lost(self, key: TaskKey, attempt: str, now: datetime, *, was_started: bool) -> None:
        one = self._outcome_of(key, attempt)
        if one is not None:
            one.lost += was_started
            if one.lost > MAY_LOSE:
                self._use_up_try(key, one, now, may_retry=True)
            else:
                one.state, one.tries = S.NONE, one.tries - 1
        self._look_again(now)

    def killed(self, key: TaskKey, attempt: str, now: datetime) -> None:
        one = self._outcome_of(key, attempt)
        if one is not None:
            one.state, one.tries = S.NONE, one.tries - 1
        self._look_again(now)

    def time_passed(self, now: datetime) -> None:
        self._look_again(now)

    # What people and limits do.

    def cleared(self, keys: list[TaskKey], now: datetime) -> None:
        if self._clear(keys):
            self.run = DagRunState.QUEUED if self.run is DagRunState.QUEUED else DagRunState.RUNNING
            self.doomed = False
        self._look_again(now)

    def marked(self, keys: list[TaskKey], state: TaskInstanceState, now: datetime) -> None:
        changed = [key for key in keys if self.instances[key].state is not state]
        for key in changed:
            one = self.instances[key]
            one.state, one.chosen, one.retry_at = state, None, None
        if changed:
            if state is S.SUCCESS:
                below = self._below([key.task_id for key in keys])
                resumed = [
                    key
                    for key, one in self.instances.items()
                    if key.task_id in below and key not in keys and one.state in FAILURES
                ]
                if self._clear(resumed):
                    self.doomed = False
            if self.run is not DagRunState.QUEUED:
                self.run = DagRunState.RUNNING
        self._look_again(now)

    def cancelled(self, now: datetime) -> None:
        if self.run in (DagRunState.QUEUED, DagRunState.RUNNING):
            self._force(alive=S.FAILED, waiting=S.FAILED)
            self.doomed = self.run is DagRunState.RUNNING
            if self.run is DagRunState.QUEUED:
                self.run = DagRunState.FAILED
        self._look_again(now)

    def timed_out(self, now: datetime) -> None:
        if self.run is DagRunState.RUNNING:
            self._force(alive=S.FAILED, waiting=S.SKIPPED)
            self.doomed = True
        self._look_again(now)

    # The rules.

    def _look_again(self, now: datetime) -> None:
        if self.run is not DagRunState.RUNNING:
            return
        for task_id in self.order:
            for key, one in self._of(task_id).items():
                if one.state in (S.NONE, S.UP_FOR_RETRY, S.SCHEDULED):
                    self._decide(self.tasks[task_id], key, one, now)
        if all(one.state in FINISHED and one.attempt is None for one in self.instances.values()):
            leaves = [task_id for task_id in self.tasks if not self._right_below(task_id)]
            ends = [one.state for leaf in leaves for one in self._of(leaf).values()]
            has_failed = self.doomed or any(state in FAILURES for state in ends)
            self.run = DagRunState.FAILED if has_failed else DagRunState.SUCCESS
            self.doomed = False

    def _decide(self, task: TaskSpec, key: TaskKey, one: Instance, now: datetime) -> None:
        upstream = [above.state for name in sorted(set(task.upstream)) for above in self._of(name).values()]
        answer = S.SKIPPED if self._is_passed_over(task, key) else by_trigger_rule(task.trigger_rule, upstream)
        if answer is RUN and is_mapped_over_nothing(task):
            answer = S.SKIPPED
        if answer is RUN and one.state is S.UP_FOR_RETRY and one.retry_at is not None and now < one.retry_at:
            return
        if answer is RUN:
            one.state, one.retry_at = S.SCHEDULED, None
        elif answer is WAIT:
            if one.state is S.SCHEDULED:
                one.state = S.NONE
        else:
            assert isinstance(answer, TaskInstanceState)
            one.state, one.retry_at = answer, None

    def _is_passed_over(self, task: TaskSpec, key: TaskKey) -> bool:
        for name in set(task.upstream):
            for branch, one in self._of(name).items():
                if one.chosen is None or one.state is not S.SUCCESS:
                    continue
                if branch.map_index not in (UNMAPPED, key.map_index):
                    continue
                followed = set()
                for chosen in one.chosen:
                    followed |= self._below([chosen] if chosen in self.tasks else self._first_of_group(chosen))
                if task.task_id not in followed:
                    return True
        return False

    def _outcome_of(self, key: TaskKey, attempt: str) -> Instance | None:
        """The instance that an ended attempt speaks for; None if what it says counts no more."""
        one = self.instances[key]
        if one.attempt != attempt:
            return None
        one.attempt = None
        if one.state in (S.QUEUED, S.RUNNING):
            return one
        if one.state is S.RESTARTING:
            one.state = S.NONE
        return None

    def _use_up_try(self, key: TaskKey, one: Instance, now: datetime, *, may_retry: bool) -> None:
        if not may_retry or one.tries >= one.max_tries:
            one.state = S.FAILED
            return
        policy = self.tasks[key.task_id].retry
        since_clear = max(one.tries - (one.max_tries - 1 - policy.retries), 1)
        delay = policy.delay
        for _ in range(since_clear - 1):
            delay = delay * policy.multiplier
        if policy.max_delay is not None:
            delay = min(delay, policy.max_delay)
        one.state, one.retry_at = S.UP_FOR_RETRY, now + max(delay, timedelta(0))

    def _clear(self, keys: list[TaskKey]) -> bool:
        has_cleared = False
        for key in keys:
            one = self.instances[key]
            if one.state is S.NONE and one.tries == 0:
                continue
            has_cleared = True
            one.state = S.NONE if one.attempt is None else S.RESTARTING
            one.clears += 1
            one.max_tries = one.tries + self.tasks[key.task_id].retry.retries + 1
            one.lost, one.retry_at, one.chosen = 0, None, None
        return has_cleared

    def _force(self, *, alive: TaskInstanceState, waiting: TaskInstanceState) -> None:
        for one in self.instances.values():
            if one.state not in FINISHED:
                one.state = waiting if one.attempt is None else alive
                one.retry_at = None

    # The shape of the dag.

    def _of(self, task_id: str) -> dict[TaskKey, Instance]:
        return {key: one for key, one in self.instances.items() if key.task_id == task_id}

    def _right_below(self, task_id: str) -> list[str]:
        return [name for name, task in self.tasks.items() if task_id in task.upstream]

    def _below(self, task_ids: list[str]) -> set[str]:
        found = set(task_ids)
        for _ in self.tasks:
            found |= {name for name, task in self.tasks.items() if found & set(task.upstream)}
        return found

    def _first_of_group(self, group_id: str) -> list[str]:
        inside = [name for name, task in self.tasks.items() if group_id in self._groups_around(task)]
        return [name for name in inside if not set(self.tasks[name].upstream) & set(inside)]

    def _groups_around(self, task: TaskSpec) -> set[str]:
        around: set[str] = set()
        group = task.group
        while group is not None:
            around.add(group)
            group = self.groups[group]
        return around

    def _topological(self) -> list[str]:
        order: list[str] = []
        for _ in count():
            free = [name for name, task in self.tasks.items() if name not in order and set(task.upstream) <= set(order)]
            if not free:
                return order
            order += free
        return order


def map_indexes(task: TaskSpec) -> list[int]:
    """The map indexes of a task's instances."""
    if task.mapping is None or is_mapped_over_nothing(task):
        return [UNMAPPED]
    product = 1
    for length in task.mapping.lengths:
        product *= length
    return list(range(product))


def is_mapped_over_nothing(task: TaskSpec) -> bool:
    """Whether a task is mapped and has no items."""
    return task.mapping is not None and 0 in task.mapping.lengths
