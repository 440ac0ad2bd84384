"""A scheduler with everything around it that is not under test: clock, ids, a store that can fail, one daemon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mulgil.executors import LocalExecutor
from mulgil.gateway import Gateway
from mulgil.messages import (
    PROTOCOL_VERSION,
    Ack,
    Assign,
    Assignment,
    AttemptStarted,
    BuriedDaemon,
    Cancel,
    Command,
    CommandAnswer,
    CommandPayload,
    Finished,
    GatewayMessage,
    Hello,
    Outcome,
    Report,
    Succeeded,
    TriggerDagRun,
    XComEntry,
)
from mulgil.model import (
    AssetCommit,
    DagSpec,
    DagVersion,
    Isolation,
    ManualTimetable,
    TaskInstanceState,
    TaskSpec,
)
from mulgil.ports import Batch, StoreUnavailableError
from mulgil.scheduler import QuestionDesk, Scheduler, SchedulerLimits
from mulgil.stores.memory import MemoryMetadataStore

START = datetime(2024, 1, 10, 12, tzinfo=UTC)


class ManualClock:
    """Stands still until it is told to move."""

    def __init__(self) -> None:
        self.instant = START
        self.moved_by = timedelta(0)

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return (self.instant - self.moved_by).timestamp()

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.instant += timedelta(**span)

    def set(self, by: timedelta) -> None:
        """Set the wall clock, as an operator or a time server does."""
        self.instant += by
        self.moved_by += by


class CountingIds:
    def __init__(self) -> None:
        self.count = 0

    def new_id(self) -> str:
        self.count += 1
        return f"id{self.count:06d}"


class NoJitter:
    def spread(self) -> float:
        return 0.0


class FaultyStore(MemoryMetadataStore):
    """The memory store with commits that can fail, before or after they took effect."""

    def __init__(self) -> None:
        super().__init__()
        self.fail_before = 0
        self.fail_after = 0
        self.commits: list[Batch] = []

    def commit(self, batch: Batch, *, epoch: int) -> int:
        if self.fail_before:
            self.fail_before -= 1
            raise StoreUnavailableError("store.busy", path="mulgil.db", why="test")
        seq = super().commit(batch, epoch=epoch)
        self.commits.append(batch)
        if self.fail_after:
            self.fail_after -= 1
            raise StoreUnavailableError("store.busy", path="mulgil.db", why="test")
        return seq


class Daemon:
    """A worker daemon of few words, on a connection of a real gateway."""

    def __init__(self, world: World, daemon_id: str) -> None:
        self.world = world
        self.daemon_id = daemon_id
        self.conn_id = 0
        self.heard: list[GatewayMessage] = []

    def join(
        self,
        *,
        live: tuple[str, ...] = (),
        reports: tuple[Report, ...] = (),
        buried: tuple[BuriedDaemon, ...] = (),
        neighbours: tuple[str, ...] = (),
        slots: int = 16,
        is_draining: bool = False,
    ) -> None:
        self.conn_id = self.world.next_connection(self)
        self.say(
            Hello(
                protocol=PROTOCOL_VERSION,
                daemon_id=self.daemon_id,
                host="h",
                pid=1,
                slots=slots,
                is_draining=is_draining,
                live=live,
                reported=tuple(report.attempt_id for report in reports),
                buried=buried,
                neighbours=neighbours,
            )
        )
        for report in reports:
            self.say(Finished(report))

    def say(self, message: object) -> None:
        self.world.gateway.received(self.conn_id, message)  # type: ignore[arg-type]

    def drop(self) -> None:
        self.world.gateway.disconnected(self.conn_id)

    def take(self) -> list[Assignment]:
        """Return the assignments that have arrived since the last call."""
        taken = [message.assignment for message in self.heard if isinstance(message, Assign)]
        self.heard = [message for message in self.heard if not isinstance(message, Assign)]
        return taken

    def acknowledged(self) -> list[str]:
        return [attempt_id for message in self.heard if isinstance(message, Ack) for attempt_id in message.attempt_ids]

    def cancelled(self) -> list[str]:
        return [message.attempt_id for message in self.heard if isinstance(message, Cancel)]

    def start(self, assignment: Assignment) -> None:
        self.say(AttemptStarted(assignment.attempt_id, 42, self.world.clock.now()))

    def finish(self, assignment: Assignment, outcome: Outcome | None = None, **fields: object) -> None:
        self.say(Finished(self.world.report(assignment.attempt_id, outcome, **fields)))


class World:
    """One store, one gateway, and one scheduler at a time."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.ids = CountingIds()
        self.store = FaultyStore()
        self.limits = SchedulerLimits()
        self._connections: dict[int, Daemon] = {}
        self._commands = 0
        self.restart()

    def restart(self) -> None:
        """Begin a new scheduler process; whatever the old one held in memory is gone."""
        self._connections.clear()
        self.gateway = Gateway()
        self.scheduler = Scheduler(
            self.store,
            [LocalExecutor(self.gateway, parallelism=self.limits.parallelism)],
            self.clock,
            self.ids,
            NoJitter(),
            self.limits,
            owner="test",
        )
        self.desk = QuestionDesk(self.gateway, self.scheduler)

    def next_connection(self, daemon: Daemon) -> int:
        conn_id = len(self._connections) + 1
        self._connections[conn_id] = daemon
        self.gateway.connected(conn_id)
        return conn_id

    def daemon(self, daemon_id: str = "d1", *, slots: int = 16, neighbours: tuple[str, ...] = ()) -> Daemon:
        """Return a daemon that has joined."""
        daemon = Daemon(self, daemon_id)
        daemon.join(slots=slots, neighbours=neighbours)
        return daemon

    def step(self) -> datetime | None:
        """Do one step and carry what the gateway says."""
        instant = self.scheduler.step()
        self.desk.answer()
        for conn_id, message in self.gateway.outgoing():
            self._connections[conn_id].heard.append(message)
        self.gateway.closing()
        return instant

    def settle(self, *, limit: int = 200) -> datetime | None:
        """Step until nothing is left to do now; return when the scheduler wants to be called again."""
        for _ in range(limit):
            instant = self.step()
            if instant is None or instant > self.clock.now():
                return instant
        raise AssertionError("the scheduler never comes to rest")

    def publish(self, *tasks: TaskSpec, dag_id: str = "d", version_id: str | None = None, **fields: object) -> None:
        """Publish a dag of these tasks."""
        fields.setdefault("timetable", ManualTimetable())
        spec = DagSpec(dag_id=dag_id, tasks=tasks, **fields)  # type: ignore[arg-type]
        version = DagVersion(
            version_id=version_id or f"{dag_id}-v1",
            dag_id=dag_id,
            number=1,
            spec=spec,
            snapshot="s",
            bundle="b",
            file=f"{dag_id}.py",
            isolation=Isolation.FORK,
            isolation_reason=None,
            published_at=self.clock.now(),
        )
        self.store.publish_file(bundle="b", file=f"{dag_id}.py", versions=[version], failure=None, at=self.clock.now())
        self.scheduler.ring()

    def submit(self, payload: CommandPayload) -> Callable[[], CommandAnswer | None]:
        """Submit a command; the result returns its answer once there is one."""
        self._commands += 1
        command_id = f"command{self._commands}"
        self.store.submit(Command(command_id=command_id, payload=payload, submitted_at=self.clock.now(), by="ada"))
        self.scheduler.ring()
        return lambda: self.store.answer(command_id)

    def trigger(self, run_id: str = "r1", *, dag_id: str = "d") -> Callable[[], CommandAnswer | None]:
        """Submit a trigger."""
        return self.submit(TriggerDagRun(dag_id=dag_id, run_uid=f"uid-{dag_id}-{run_id}", run_id=run_id))

    def report(
        self,
        attempt_id: str,
        outcome: Outcome | None = None,
        *,
        xcom: bytes | None = None,
        commits: tuple[AssetCommit, ...] = (),
        has_started: bool = True,
    ) -> Report:
        return Report(
            attempt_id=attempt_id,
            outcome=outcome or Succeeded(),
            ended_at=self.clock.now(),
            started_at=self.clock.now() if has_started else None,
            xcoms=() if xcom is None else (XComEntry("return_value", xcom),),
            commits=commits,
        )

    def states(self, run_id: str = "r1", *, dag_id: str = "d") -> dict[str, TaskInstanceState]:
        """Return the stored state of each task of a run."""
        return {row.task_id: row.state for row in self.store.task_instances(dag_id, run_id)}

    def row(self, task_id: str, run_id: str = "r1", *, dag_id: str = "d"):  # type: ignore[no-untyped-def]
        return next(row for row in self.store.task_instances(dag_id, run_id) if row.task_id == task_id)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def task() -> Callable[..., TaskSpec]:
    def make(task_id: str, *upstream: str, **fields: object) -> TaskSpec:
        return TaskSpec(task_id=task_id, operator="x", upstream=upstream, **fields)  # type: ignore[arg-type]

    return make
