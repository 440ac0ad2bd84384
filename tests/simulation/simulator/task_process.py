"""Simulated processes of a worker: zygotes, and attempts that do what the scenario says."""

import json
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mulgil.i18n import Text
from mulgil.messages import (
    Answer,
    Ask,
    Assignment,
    AttemptStarted,
    Failed,
    Finished,
    GetXCom,
    Outcome,
    Progress,
    Publishing,
    Report,
    Skipped,
    Succeeded,
    XComEntry,
)
from mulgil.model import AssetCommit, TaskKey
from mulgil.worker.state.event import (
    AttemptAppeared,
    AttemptGone,
    AttemptSaid,
    DaemonEvent,
    ZygoteDied,
    ZygoteImported,
    ZygoteImportFailed,
    ZygoteRefused,
)
from mulgil.worker.wire import DagFile, Mode
from tests.simulation.simulator.network import Lane
from tests.simulation.simulator.scenario import End
from tests.simulation.simulator.truth import Truth

if TYPE_CHECKING:
    from tests.simulation.simulator.daemon_process import DaemonProcess

# A script waits for the answer to its question, instead of for a time.
_ANSWER = -1.0


def xcom_of(run_id: str, key: TaskKey) -> bytes:
    """Return what a task instance pushes when it succeeds: the same whoever runs it."""
    return json.dumps(["value", run_id, key.task_id, key.map_index]).encode()


class Zygote:
    """A process that imports a dag file, and then forks attempts."""

    def __init__(self, daemon: "DaemonProcess", zygote_id: int, dag_file: DagFile) -> None:
        self.zygote_id = zygote_id
        self.is_alive = True
        self._daemon = daemon
        self._is_broken = dag_file.file.removesuffix(".py") in daemon.world.scenario.broken
        self._is_unfit = dag_file.file.removesuffix(".py") in daemon.world.scenario.unfit
        self._lane: Lane[DaemonEvent] = daemon.lane()
        daemon.world.agenda.after(daemon.random.uniform(0.01, 0.3), self._import)

    def _import(self) -> None:
        if not self.is_alive:
            return
        if self._is_broken:
            self.is_alive = False
            self._lane.send(ZygoteImportFailed(self.zygote_id, Text("test.broken", {}), "Traceback"))
        elif self._is_unfit:
            self.is_alive = False
            self._lane.send(ZygoteRefused(self.zygote_id, Text("worker.unfit", {"why": "threads"})))
        else:
            self._lane.send(ZygoteImported(self.zygote_id, self._daemon.random.randint(10, 60)))

    def die(self) -> None:
        """Be killed; what was forked lives on."""
        if self.is_alive:
            self.is_alive = False
            self._lane.send(ZygoteDied(self.zygote_id))

    def retire(self) -> None:
        """End as told; nobody needs to hear of it."""
        self.is_alive = False


class TaskProcess:
    """An attempt's process, from the request for it to its end."""

    def __init__(self, daemon: "DaemonProcess", assignment: Assignment, zygote: Zygote | None, mode: Mode) -> None:
        self.assignment = assignment
        self.attempt_id = assignment.attempt_id
        self.mode = mode
        self.zygote = zygote
        self.daemon = daemon
        self.is_alive = True
        # Whether it exists already, and whether the task's code runs in it now.
        self.has_appeared = False
        self.is_in_body = False
        self.world = daemon.world
        self.pid = self.world.new_pid()
        self._random = daemon.random
        self._lane: Lane[DaemonEvent] = daemon.lane()
        self._script = self._resolve() if mode is Mode.RESOLVE else self._run()
        self._answer: Answer | None = None
        self._is_waiting = False
        self._ignores_sigterm = False
        self._questions = 0
        delay = self._random.uniform(0.001, 0.02) if zygote else self._random.uniform(0.02, 0.2)
        self.world.agenda.after(delay, self._appear)

    @property
    def key(self) -> TaskKey:
        """Which task instance of its run it is for."""
        return self.assignment.instance.key

    # Its life.

    def _appear(self) -> None:
        if not self.is_alive:
            return
        if self.zygote is not None and not self.zygote.is_alive:
            # Its parent is gone: nobody has forked it.
            self.world.watch.excuse(self.attempt_id)
            self._end(None)
            return
        self.has_appeared = True
        if self.zygote is None or self.mode is Mode.RESOLVE:
            self._lane.send(AttemptAppeared(self.attempt_id, self.pid))
        self._go_on()

    def _go_on(self) -> None:
        if not self.is_alive:
            return
        try:
            wait = next(self._script)
        except StopIteration:
            self._end(0)
            return
        if wait != _ANSWER:
            self.world.agenda.after(wait, self._go_on)
        elif self._answer is not None:
            self.world.agenda.after(0.0, self._go_on)
        else:
            self._is_waiting = True

    def _say(self, message: AttemptStarted | Ask | Progress | Publishing | Finished) -> None:
        self._lane.send(AttemptSaid(message))

    def _end(self, status: int | None) -> None:
        self.is_alive = False
        self._leave_body()
        self.daemon.processes.pop(self.attempt_id, None)
        self._lane.send(AttemptGone(attempt_id=self.attempt_id, status=status))

    def _leave_body(self) -> None:
        if self.is_in_body:
            self.is_in_body = False
            self.world.watch.body_ended(self)

    # What is done to it.

    def told(self, answer: Answer) -> None:
        """Get the answer to a question."""
        self._answer = answer
        if self._is_waiting:
            self._is_waiting = False
            self._go_on()

    def signalled(self, number: int) -> None:
        """Get a signal from the daemon."""
        if not self.is_alive:
            return
        if number == signal.SIGKILL or not self.has_appeared:
            self._end(-number)
        elif not self._ignores_sigterm:
            self.world.agenda.after(self._random.uniform(0.001, 0.3), lambda: self._obey(number))

    def _obey(self, number: int) -> None:
        if self.is_alive and not self._ignores_sigterm:
            self._end(-number)

    def kill(self) -> None:
        """Be killed by somebody who isn't the daemon: a fault."""
        self.world.watch.truth.note(self.attempt_id, Truth.KILLED)
        self._end(-signal.SIGKILL)

    def vanish(self) -> None:
        """Die with the daemon; nobody is left to hear of it."""
        self.is_alive = False
        self._leave_body()

    # What it does.

    def _run(self) -> Iterator[float]:
        world, random = self.world, self._random
        yield random.uniform(0.0, 0.005)
        started_at = world.clock.now()
        self._say(AttemptStarted(self.attempt_id, self.pid, started_at))
        self.is_in_body = True
        self._ignores_sigterm = random.random() < 0.1
        world.watch.body_began(self)
        behaviour = world.behaviour_of(self.assignment)
        if self.assignment.execution_timeout is None and random.random() < 0.5:
            yield from self._ask_upstream()
        yield random.choice((0.0, 0.02, 0.1, 0.5, 1.2)) * random.random()
        self._say(Progress(self.attempt_id, 1))
        if behaviour.end is End.FAIL or world.watch.own_failures(self.assignment) < behaviour.failures:
            yield from self._fail()
            return
        outcome, xcoms = self._outcome(behaviour.end, behaviour.chooses)
        commits: tuple[AssetCommit, ...] = ()
        if self.assignment.is_resolvable and isinstance(outcome, Succeeded):
            self._say(Publishing(self.attempt_id))
            yield random.uniform(0.0, 0.1)
            commits = world.target.commit(self.attempt_id, at=world.clock.now())
            world.faults.committed(self)
            yield random.uniform(0.0, 0.1)
        yield from self._finish(outcome, xcoms, commits)

    def _ask_upstream(self) -> Iterator[float]:
        for name in self.world.task(self.assignment.instance.dag_id, self.key.task_id).upstream:
            self._questions += 1
            question = GetXCom(self.assignment.run.run_id, name, None, "value")
            self._answer = None
            self._say(Ask(self.attempt_id, self._questions, question))
            yield _ANSWER
            self._check_answer(name)

    def _check_answer(self, upstream: str) -> None:
        assert self._answer is not None
        self.world.watch.answered(self.assignment, upstream, self._answer)

    def _fail(self) -> Iterator[float]:
        truth = self.world.watch.truth
        if self.assignment.execution_timeout is not None:
            truth.note(self.attempt_id, Truth.FAILED)
            yield 60.0
            return
        if self._random.random() < 0.2:
            truth.note(self.attempt_id, Truth.FAILED)
            self._end(3)
            return
        yield from self._finish(Failed(Text("test.failed", {})), (), ())

    def _outcome(self, end: End, chooses: tuple[str, ...] | None) -> tuple[Outcome, tuple[XComEntry, ...]]:
        if end is End.SKIP:
            return Skipped(), ()
        if end is End.FAIL_FOR_GOOD:
            return Failed(Text("test.failed", {}), may_retry=False), ()
        if self.assignment.is_resolvable:
            return Succeeded(chooses), ()
        value = xcom_of(self.assignment.run.run_id, self.key)
        return Succeeded(chooses), (XComEntry("value", value), XComEntry("attempt", self.attempt_id.encode()))

    def _finish(
        self, outcome: Outcome, xcoms: tuple[XComEntry, ...], commits: tuple[AssetCommit, ...]
    ) -> Iterator[float]:
        """Say how it went; then only the interpreter's end is left, which may take its time."""
        now = self.world.clock.now()
        report = Report(
            attempt_id=self.attempt_id, outcome=outcome, ended_at=now, started_at=now, xcoms=xcoms, commits=commits
        )
        self._ignores_sigterm = True
        self.world.watch.truth.note_outcome(self.attempt_id, outcome)
        self._say(Finished(report))
        if isinstance(outcome, Succeeded | Skipped):
            self._leave_body()
        yield self._random.choice((0.0, 0.0, 0.0, 0.1, 5.0))

    def _resolve(self) -> Iterator[float]:
        yield self._random.uniform(0.0, 0.3)
        commits = self.world.target.commits_of(self.attempt_id)
        if commits:
            now = self.world.clock.now()
            self.world.watch.truth.note(self.attempt_id, Truth.SUCCEEDED)
            self.world.met["commit resolved after a death"] += 1
            self._say(Finished(Report(attempt_id=self.attempt_id, outcome=Succeeded(), ended_at=now, commits=commits)))
        yield self._random.uniform(0.0, 0.02)
