"""A run to play with: tasks are named, events are methods, decisions are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mulgil.i18n import Text
from mulgil.kernel import (
    AttemptCancelled,
    AttemptLost,
    Decision,
    OfferTaskInstance,
    RetryDelayEnded,
    RunCancelled,
    RunEvent,
    RunStarted,
    RunState,
    TaskInstanceFailed,
    TaskInstanceQueued,
    TaskInstancesCleared,
    TaskInstancesMarked,
    TaskInstanceStarted,
    TaskInstanceSucceeded,
    WithdrawTaskInstance,
    advance,
    compile_graph,
)
from mulgil.model import (
    UNMAPPED,
    DagRun,
    DagRunState,
    DagSpec,
    DataInterval,
    ManualTimetable,
    Mapping,
    RetryPolicy,
    RunType,
    TaskGroupSpec,
    TaskInstance,
    TaskInstanceState,
    TaskKey,
    TaskSpec,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
ERROR = Text("test.error")


def task(task_id: str, *upstream: str, **fields: Any) -> TaskSpec:
    """A task below others. `mapped=3` maps it over three items, `retries=2` gives it tries."""
    if "mapped" in fields:
        fields["mapping"] = Mapping(("x",), (fields.pop("mapped"),))
    if "retries" in fields:
        fields["retry"] = RetryPolicy(retries=fields.pop("retries"), delay=timedelta(minutes=5))
    return TaskSpec(task_id=task_id, operator="python", upstream=tuple(sorted(upstream)), **fields)


def dag(*tasks: TaskSpec, groups: tuple[TaskGroupSpec, ...] = (), **fields: Any) -> DagSpec:
    """A dag of these tasks."""
    return DagSpec(dag_id="dag", tasks=tasks, timetable=ManualTimetable(), groups=groups, file="dag.py", **fields)


def dag_run(run_id: str = "run", *, dag_id: str = "dag", start: datetime = START) -> DagRun:
    """A run that has not started."""
    return DagRun(
        dag_id=dag_id,
        run_id=run_id,
        run_uid=run_id,
        run_type=RunType.MANUAL,
        state=DagRunState.QUEUED,
        data_interval=DataInterval.at(start),
        version_id="v1",
        created_at=START,
    )


def key_of(name: str) -> TaskKey:
    """`load` is an ordinary task instance, `load[2]` one of a mapped task."""
    task_id, _, rest = name.partition("[")
    return TaskKey(task_id, int(rest[:-1]) if rest else UNMAPPED)


class Scenario:
    """A started run whose time stands still unless a test moves it."""

    def __init__(self, *tasks: TaskSpec, start: bool = True, **fields: Any) -> None:
        self.now = START
        self.run, self.created = RunState.create(compile_graph(dag(*tasks, **fields)), dag_run())
        self.last: tuple[Decision, ...] = ()
        self.offered: list[str] = []
        self.attempts = 0
        if start:
            self.do(RunStarted())

    def do(self, event: RunEvent) -> tuple[Decision, ...]:
        """Let an event happen."""
        self.last = advance(self.run, event, self.now)
        for decision in self.last:
            if isinstance(decision, OfferTaskInstance):
                self.offered.append(_name(decision.key))
            elif isinstance(decision, WithdrawTaskInstance):
                self.offered.remove(_name(decision.key))
        return self.last

    def queue(self, name: str) -> str:
        """Give an offered task instance its slots; return the attempt's id."""
        self.offered.remove(name)
        self.attempts += 1
        attempt = f"attempt{self.attempts}"
        self.do(TaskInstanceQueued(key_of(name), attempt))
        return attempt

    def begin(self, name: str) -> str:
        """Queue and start an offered task instance; return the attempt's id."""
        attempt = self.queue(name)
        self.do(TaskInstanceStarted(key_of(name), attempt))
        return attempt

    def succeed(self, *names: str, branch: tuple[str, ...] | None = None) -> None:
        """Run offered task instances to success."""
        for name in names:
            self.do(TaskInstanceSucceeded(key_of(name), self.begin(name), branch))

    def fail(self, *names: str, **fields: Any) -> None:
        """Run offered task instances to a failed try."""
        for name in names:
            self.do(TaskInstanceFailed(key_of(name), self.begin(name), ERROR, **fields))

    def lose(self, name: str, **fields: Any) -> None:
        """Run an offered task instance and lose its attempt."""
        self.do(AttemptLost(key_of(name), self.begin(name), Text("test.lost"), **fields))

    def killed(self, name: str, attempt: str) -> None:
        """Report that an attempt was killed."""
        self.do(AttemptCancelled(key_of(name), attempt))

    def retry(self, name: str) -> None:
        """Let a retry delay pass."""
        row = self.row(name)
        assert row.retry_at is not None
        self.now = row.retry_at
        self.do(RetryDelayEnded(key_of(name)))

    def clear(self, *names: str) -> None:
        """Clear task instances."""
        self.do(TaskInstancesCleared(tuple(key_of(name) for name in names), "kim"))

    def mark(self, state: TaskInstanceState, *names: str) -> None:
        """Mark task instances."""
        self.do(TaskInstancesMarked(tuple(key_of(name) for name in names), state, "kim"))

    def cancel(self) -> None:
        """Cancel the run."""
        self.do(RunCancelled("kim"))

    def row(self, name: str) -> TaskInstance:
        """A task instance's row."""
        return self.run.instance(key_of(name))

    def state(self, name: str) -> str:
        """A task instance's state."""
        return self.row(name).state.value

    def states(self) -> dict[str, str]:
        """All states."""
        return {_name(row.key): row.state.value for row in self.run.instances()}

    @property
    def run_state(self) -> str:
        """The run's state."""
        return self.run.run.state.value

    def decided(self, kind: type[Decision]) -> list[Decision]:
        """The last event's decisions of one kind."""
        return [decision for decision in self.last if isinstance(decision, kind)]


def _name(key: TaskKey) -> str:
    return key.task_id if key.map_index == UNMAPPED else f"{key.task_id}[{key.map_index}]"
