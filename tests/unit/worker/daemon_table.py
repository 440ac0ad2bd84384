"""The daemon's state table with a clock that tests set, and short names for what happens to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from mulgil.i18n import Text
from mulgil.messages import (
    Ack,
    Assign,
    Assignment,
    AttemptStarted,
    DaemonMessage,
    Finished,
    GatewayMessage,
    Outcome,
    Report,
    Welcome,
)
from mulgil.model import DagRun, DagRunState, DataInterval, Isolation, RunType, TaskInstance
from mulgil.worker import WorkerSettings
from mulgil.worker.state import DaemonEvent, DaemonIdentity, DaemonState, Moment
from mulgil.worker.state.action import DaemonAction, Send, StartProcess, StartZygote
from mulgil.worker.state.event import AttemptGone, AttemptSaid, Began, Connected, Received, TimePassed, ZygoteImported
from mulgil.worker.wire import Mode

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
MEGABYTE = 1024 * 1024
ActionT = TypeVar("ActionT")
MessageT = TypeVar("MessageT")


def assignment(attempt_id: str = "a", **changes: object) -> Assignment:
    run = DagRun(
        dag_id="pipeline",
        run_id="manual__1",
        run_uid="uid",
        run_type=RunType.MANUAL,
        state=DagRunState.RUNNING,
        data_interval=DataInterval.at(BEGIN),
        version_id="v1",
        created_at=BEGIN,
    )
    given: dict[str, object] = {
        "isolation": Isolation.FORK,
        "file": "pipeline.py",
        "snapshot": "s1",
        "bundle": "dags",
        "version_id": "v1",
        **changes,
    }
    instance = TaskInstance(dag_id="pipeline", run_id="manual__1", task_id="task")
    return Assignment(attempt_id=attempt_id, run=run, instance=instance, **given)  # type: ignore[arg-type]


class Table:
    """Keeps all actions in `done`, and the last event's in `last`."""

    def __init__(self, **settings: object) -> None:
        self.settings = WorkerSettings(**settings)  # type: ignore[arg-type]
        self.state = DaemonState(DaemonIdentity("d1", "host", 1), self.settings)
        self.elapsed = 0.0
        self.done: list[DaemonAction] = []
        self.last: tuple[DaemonAction, ...] = ()

    @property
    def moment(self) -> Moment:
        return Moment(BEGIN + timedelta(seconds=self.elapsed), self.elapsed)

    def happens(self, *events: DaemonEvent) -> tuple[DaemonAction, ...]:
        self.last = ()
        for event in events:
            self.last += self.state.handle(event, self.moment)
        self.done += self.last
        return self.last

    def hears(self, *messages: GatewayMessage) -> tuple[DaemonAction, ...]:
        return self.happens(*(Received(message) for message in messages))

    def pass_time(self, seconds: float) -> tuple[DaemonAction, ...]:
        """Let time pass, ringing each timer when it is due."""
        actions: tuple[DaemonAction, ...] = ()
        end = self.elapsed + seconds
        while (deadline := self.state.next_deadline) is not None and deadline <= end:
            self.elapsed = max(self.elapsed, deadline)
            actions += self.happens(TimePassed())
        self.elapsed = end
        self.last = actions
        return actions

    # Longer ways.

    def connects(self) -> None:
        self.happens(Began(), Connected())
        self.hears(Welcome())

    def starts(self, attempt_id: str = "a", **changes: object) -> None:
        """Assign an attempt and let its zygote be ready: its process is asked for."""
        self.hears(Assign(assignment(attempt_id, **changes)))
        for action in self.all(StartZygote):
            self.happens(ZygoteImported(action.zygote_id, MEGABYTE))

    def runs(self, attempt_id: str = "a", *, pid: int = 100, **changes: object) -> AttemptStarted:
        self.starts(attempt_id, **changes)
        started = AttemptStarted(attempt_id, pid, self.moment.at)
        self.happens(AttemptSaid(started))
        return started

    def reports(self, attempt_id: str, outcome: Outcome) -> Report:
        report = Report(attempt_id=attempt_id, outcome=outcome, ended_at=self.moment.at, started_at=BEGIN)
        self.happens(AttemptSaid(Finished(report)))
        return report

    def exits(self, attempt_id: str = "a", status: int | None = 0, *, why: Text | None = None) -> None:
        self.happens(AttemptGone(attempt_id=attempt_id, status=status, why=why))

    def acknowledges(self, *attempt_ids: str) -> None:
        self.hears(Ack(attempt_ids))

    # What was done.

    def all(self, kind: type[ActionT]) -> list[ActionT]:
        return [action for action in self.done if isinstance(action, kind)]

    def said(self, kind: type[MessageT]) -> list[MessageT]:
        messages: list[DaemonMessage] = [action.message for action in self.all(Send)]
        return [message for message in messages if isinstance(message, kind)]

    def outcome(self, attempt_id: str = "a") -> Outcome:
        """The one outcome that was reported of an attempt (perhaps several times)."""
        finished = [one.report.outcome for one in self.said(Finished) if one.report.attempt_id == attempt_id]
        assert finished, f"{attempt_id} was not reported"
        assert all(outcome == finished[0] for outcome in finished)
        return finished[0]

    def started(self, attempt_id: str = "a", mode: Mode = Mode.RUN) -> int:
        """How often a process of an attempt was asked for."""
        starts = self.all(StartProcess)
        return sum(1 for start in starts if start.assignment.attempt_id == attempt_id and start.mode is mode)
