"""Drives the kernel and the reference model through the same happenings and compares them after each.

A script is a list of numbers; each picks one of the things that could happen now, so that a failing one
shrinks. Every state change is checked against the invariants on the way.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from kernel_dags import START, new_run
from reference_model import FINISHED, ReferenceModel

from mulgil.i18n import Text
from mulgil.kernel import (
    MAX_LOST_ATTEMPTS,
    AttemptCancelled,
    AttemptLost,
    CancelAttempt,
    Decision,
    OfferTaskInstance,
    ReleaseAttempt,
    RetryAt,
    RetryDelayEnded,
    RunCancelled,
    RunEvent,
    RunStarted,
    RunState,
    RunTimedOut,
    SetDagRun,
    SetTaskInstance,
    TaskInstanceFailed,
    TaskInstanceQueued,
    TaskInstancesCleared,
    TaskInstanceSkipped,
    TaskInstancesMarked,
    TaskInstanceStarted,
    TaskInstanceSucceeded,
    WithdrawTaskInstance,
    advance,
    compile_graph,
    resume,
)
from mulgil.model import DagRunState, DagSpec, TaskInstance, TaskInstanceState, TaskKey

S = TaskInstanceState
ERROR = Text("test.error")
Choice = Callable[[], None]


class Harness:
    """One run, twice; with what a shell would remember of the decisions."""

    def __init__(self, spec: DagSpec) -> None:
        self.spec = spec
        self.graph = compile_graph(spec)
        self.run, rows = RunState.create(self.graph, new_run())
        self.rows: dict[TaskKey, TaskInstance] = {row.key: row for row in rows}
        self.run_row = self.run.run
        self.model = ReferenceModel(spec)
        self.now = START
        self.offered: set[TaskKey] = set()
        self.held: dict[TaskKey, str] = {}
        self.to_cancel: set[str] = set()
        self.timers: dict[TaskKey, datetime] = {}
        self.attempts = 0
        self.history: list[tuple[RunEvent, datetime, tuple[Decision, ...]]] = []
        self.may_unfinish: set[TaskKey] = set()

    # Steps.

    def play(self, script: list[int], *, interventions: bool) -> None:
        """Do what the script picks, then let everything succeed until the run ends."""
        self.do(RunStarted())
        for number in script:
            choices = self.choices(interventions=interventions)
            if not choices:
                break
            choices[number % len(choices)]()
        for _ in range(20 * len(self.rows) + 20):
            if self.run.run.state.is_finished:
                break
            self.go_on()
        assert self.run.run.state.is_finished, "the run came to a standstill"
        assert not self.held
        assert not self.offered

    def do(self, event: RunEvent) -> None:
        """Let one thing happen to both, and compare them."""
        self._tell_model(event)
        self.may_unfinish = set(event.keys) if isinstance(event, TaskInstancesCleared) else set()
        if isinstance(event, TaskInstancesMarked):
            self.may_unfinish = set(self.rows)
        decisions = advance(self.run, event, self.now)
        self.history.append((event, self.now, decisions))
        for decision in decisions:
            self._follow(decision)
        self._ring()
        self.compare()

    def pass_time(self, until: datetime) -> None:
        """Let the clock run, and ring every bell that is due."""
        self.now = max(self.now, until)
        self.model.time_passed(self.now)
        self._ring()
        self.compare()

    def _ring(self) -> None:
        due = sorted(key for key, at in self.timers.items() if at <= self.now)
        for key in due:
            del self.timers[key]
            decisions = advance(self.run, RetryDelayEnded(key), self.now)
            self.history.append((RetryDelayEnded(key), self.now, decisions))
            for decision in decisions:
                self._follow(decision)

    def restart(self) -> None:
        """Forget everything but the rows, as after a crash."""
        shuffled = sorted(self.rows.values(), key=lambda row: (row.max_tries, row.key), reverse=True)
        self.run = RunState.load(compile_graph(self.spec), self.run_row, shuffled)
        offered, timers, to_cancel = self.offered, self.timers, self.to_cancel
        self.offered, self.timers, self.to_cancel = set(), {}, set()
        for decision in resume(self.run):
            self._follow(decision)
        assert self.offered == offered
        assert self.timers == {key: at for key, at in timers.items() if self.rows[key].state is S.UP_FOR_RETRY}
        assert self.to_cancel >= {one for one in to_cancel if one in self.held.values()}
        self.compare()

    def go_on(self) -> None:
        """Do the next harmless thing."""
        for key in sorted(self.offered):
            self._queue(key)()
            return
        for key in sorted(self.held):
            event = AttemptCancelled if self.rows[key].state not in (S.QUEUED, S.RUNNING) else TaskInstanceSucceeded
            self.do(event(key, self.held[key]))
            return
        if self.timers:
            self.pass_time(min(self.timers.values()))

    # What could happen now.

    def choices(self, *, interventions: bool) -> list[Choice]:
        """Everything that could happen now, in an order that is always the same."""
        found: list[Choice] = []
        for key in sorted(self.offered):
            found.append(self._queue(key))
        for key in sorted(self.held):
            found += self._ends_of(key, self.held[key])
        if self.timers:
            found.append(lambda: self.pass_time(min(self.timers.values())))
        if interventions:
            found += self._interventions()
        return found

    def _queue(self, key: TaskKey) -> Choice:
        def happen() -> None:
            self.attempts += 1
            self.held[key] = f"a{self.attempts}"
            self.do(TaskInstanceQueued(key, self.held[key]))

        return happen

    def _ends_of(self, key: TaskKey, attempt: str) -> list[Choice]:
        events: list[RunEvent] = [
            TaskInstanceSucceeded(key, attempt),
            TaskInstanceFailed(key, attempt, ERROR),
            TaskInstanceFailed(key, attempt, ERROR, may_retry=False),
            TaskInstanceSkipped(key, attempt),
            AttemptLost(key, attempt, ERROR),
            AttemptLost(key, attempt, ERROR, was_started=False),
            AttemptCancelled(key, attempt),
        ]
        task = self.graph.tasks[self.graph.numbers[key.task_id]]
        if task.is_branch:
            names = [other.task_id for other in self.spec.tasks if task.task_id in other.upstream]
            later = [other.task_id for other in self.spec.tasks if other.task_id > task.task_id]
            picks = [(), *((name,) for name in names), ("outer",), tuple(names[:2]), tuple(later[-1:]), ("nobody",)]
            events = [*(TaskInstanceSucceeded(key, attempt, tuple(pick)) for pick in picks), *events]
        if self.rows[key].state is S.QUEUED:
            events.insert(0, TaskInstanceStarted(key, attempt))
        return [*(lambda event=event: self.do(event) for event in events), self._lose_often(key)]

    def _lose_often(self, key: TaskKey) -> Choice:
        def happen() -> None:
            for _ in range(MAX_LOST_ATTEMPTS):
                self.do(AttemptLost(key, self.held[key], ERROR))
                if key not in self.offered:
                    return
                self._queue(key)()

        return happen

    def _interventions(self) -> list[Choice]:
        keys = sorted(self.rows)
        half, odd = tuple(keys[len(keys) // 2 :]), tuple(keys[1::2])
        events: list[RunEvent] = [RunCancelled("kim"), RunTimedOut(), TaskInstancesCleared(tuple(keys), "kim")]
        for some in (half, odd, *((key,) for key in keys)):
            events.append(TaskInstancesCleared(some, "kim"))
            events.append(TaskInstancesMarked(some, S.SUCCESS, "kim"))
            events.append(TaskInstancesMarked(some, S.FAILED, "kim"))
        for key in keys:
            events.append(TaskInstanceSucceeded(key, "a0"))
            events.append(RetryDelayEnded(key))
        for key in sorted(set(keys) - self.offered - set(self.held)):
            events.append(TaskInstanceQueued(key, "late"))
        events.append(RunStarted())
        found: list[Choice] = [lambda event=event: self.do(event) for event in events]
        found.append(self.restart)
        found.append(lambda: self.pass_time(self.now + timedelta(seconds=7)))
        return found

    # Following.

    def _tell_model(self, event: RunEvent) -> None:  # noqa: C901 - one case an event
        model, now = self.model, self.now
        match event:
            case RunStarted():
                model.started_run(now)
            case TaskInstanceQueued(key, attempt):
                model.queued(key, attempt, now)
            case TaskInstanceStarted(key, attempt):
                model.started(key, attempt, now)
            case TaskInstanceSucceeded(key, attempt, branch):
                model.succeeded(key, attempt, branch, now)
            case TaskInstanceSkipped(key, attempt):
                model.skipped(key, attempt, now)
            case TaskInstanceFailed(key, attempt, _, may_retry):
                model.failed(key, attempt, now, may_retry=may_retry)
            case AttemptLost(key, attempt, _, was_started):
                model.lost(key, attempt, now, was_started=was_started)
            case AttemptCancelled(key, attempt):
                model.killed(key, attempt, now)
            case RetryDelayEnded():
                model.time_passed(now)
            case TaskInstancesCleared(keys):
                model.cleared(list(keys), now)
            case TaskInstancesMarked(keys, state):
                model.marked(list(keys), state, now)
            case RunCancelled():
                model.cancelled(now)
            case RunTimedOut():
                model.timed_out(now)

    def _follow(self, decision: Decision) -> None:
        """Do as a shell would, and refuse what a shell could not do."""
        match decision:
            case SetTaskInstance(row, previous):
                assert self.rows[row.key].state is previous
                self._check_change(self.rows[row.key], row)
                self.rows[row.key] = row
            case SetDagRun(run, previous):
                assert self.run_row.state is previous
                self.run_row = run
            case OfferTaskInstance(key):
                assert key not in self.offered
                assert key not in self.held, "offered while an attempt is alive"
                self.offered.add(key)
            case WithdrawTaskInstance(key):
                self.offered.remove(key)
            case RetryAt(key, at):
                self.timers[key] = at
            case CancelAttempt(key, attempt):
                assert self.held[key] == attempt
                self.to_cancel.add(attempt)
            case ReleaseAttempt(key, attempt):
                if attempt == "late":
                    assert key not in self.held
                else:
                    assert self.held.pop(key) == attempt

    def _check_change(self, old: TaskInstance, new: TaskInstance) -> None:
        if new.state is S.QUEUED:
            self.offered.discard(new.key)
            assert new.attempt_id == self.held[new.key]
        if old.state in FINISHED and new.state is not old.state:
            assert new.key in self.may_unfinish, "a finished task instance changed by itself"
        if new.state in (S.SKIPPED, S.UPSTREAM_FAILED):
            assert new.reason is not None, "nobody says why"

    def compare(self) -> None:
        """Whether kernel, model and rows agree on everything."""
        assert self.run.run == self.run_row
        assert {row.key: row for row in self.run.instances()} == self.rows
        assert self.run.run.state is self.model.run
        for key, row in self.rows.items():
            one = self.model.instances[key]
            ours = (row.state, row.try_number, row.max_tries, row.clear_number, row.lost_count, row.attempt_id)
            model = (one.state, one.tries, one.max_tries, one.clears, one.lost, one.attempt)
            assert ours == model, f"{key}: kernel {ours}, model {model}"
            assert row.retry_at == one.retry_at
        assert self.offered == {key for key, row in self.rows.items() if row.state is S.SCHEDULED}
        assert self.held == {key: row.attempt_id for key, row in self.rows.items() if row.attempt_id is not None}
        if self.run.run.state is DagRunState.RUNNING:
            alive = [row for row in self.rows.values() if row.attempt_id is not None]
            assert alive or any(row.state not in FINISHED for row in self.rows.values())
