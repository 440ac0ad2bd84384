"""A worker daemon's process: the real state table, its actions done to simulated processes and a journal.

The journal outlives the daemon. A successor ends what is left of dead daemons, reads their journals and
tells its state table, before it dials; as `worker.daemon` and `worker.graveyard` do.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from mulgil.messages import Assign, DaemonMessage, Finished, GatewayMessage, Hello, Report
from mulgil.worker.settings import WorkerSettings
from mulgil.worker.state import DaemonEvent, DaemonIdentity, DaemonState, Moment
from mulgil.worker.state.action import (
    DaemonAction,
    Dial,
    Exit,
    ForgetBuried,
    HangUp,
    JournalForget,
    JournalProcess,
    JournalReport,
    JournalStart,
    Kill,
    KillZygote,
    RetireZygote,
    Send,
    StartProcess,
    StartZygote,
    TellAttempt,
)
from mulgil.worker.state.event import (
    Began,
    Connected,
    DaemonBuried,
    Disconnected,
    DrainAsked,
    NeighbourGone,
    Received,
    TimePassed,
    ZygoteDied,
    ZygoteImportFailed,
)
from mulgil.worker.wire import Mode
from tests.simulation.simulator.agenda import chance
from tests.simulation.simulator.crash import CrashPoints, SimulatedCrash
from tests.simulation.simulator.network import Connection, Lane
from tests.simulation.simulator.task_process import TaskProcess, Zygote
from tests.simulation.simulator.truth import Truth

if TYPE_CHECKING:
    from tests.simulation.simulator.world import World


@dataclass
class Journal:
    """What a daemon has written down."""

    started: dict[str, None] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)


class DaemonProcess:
    """From its start to its death."""

    def __init__(self, world: "World", daemon_id: str) -> None:
        self.daemon_id = daemon_id
        self.world = world
        self.random = chance(world.scenario.seed, f"{world.timing}/{daemon_id}")
        self.is_alive = True
        self.is_stopped = False
        self.is_draining = False
        # Whether nobody will find its journal when it is dead.
        self.loses_journal = False
        self.points = CrashPoints()
        self.journal = Journal()
        self.processes: dict[str, TaskProcess] = {}
        self.zygotes: dict[int, Zygote] = {}
        self.connection: Connection | None = None
        self.said_twice: deque[GatewayMessage] = deque()
        self._waiting: deque[DaemonEvent] = deque()
        self._buried: set[str] = set()
        self._wake_at: float | None = None
        settings = WorkerSettings(
            slots=world.scenario.slots,
            kill_grace=timedelta(seconds=1),
            import_timeout=timedelta(seconds=30),
            start_timeout=timedelta(seconds=30),
            zygote_idle=timedelta(seconds=2),
            zygote_memory_bytes=100,
            resolver_timeout=timedelta(seconds=5),
        )
        self.state = DaemonState(DaemonIdentity(daemon_id, "host", world.new_pid()), settings)
        world.agenda.after(0.0, self._begin)

    def lane(self) -> Lane[DaemonEvent]:
        """Return a way for one process to tell this daemon things, in order."""
        return Lane(self.world.agenda, lambda: self.random.random() * 0.002, self.tell)

    def _begin(self) -> None:
        for dead in self.world.daemons_to_bury(self):
            self.bury(dead)
        self.tell(Began())

    def lose_neighbour(self) -> None:
        """Learn that a daemon beside this one is dead and has left no journal."""
        self.tell(NeighbourGone())

    def _neighbours(self) -> tuple[str, ...]:
        return tuple(
            one.daemon_id for one in self.world.daemons if one is not self and one.daemon_id not in self._buried
        )

    def bury(self, dead: "DaemonProcess") -> None:
        """Take over what a dead daemon left; once."""
        if dead.daemon_id not in self._buried:
            self._buried.add(dead.daemon_id)
            journal = dead.journal
            self.world.met["report taken over from a dead daemon"] += len(journal.reports)
            self.tell(DaemonBuried(dead.daemon_id, tuple(journal.started), tuple(journal.reports.values())))

    # Events.

    def tell(self, event: DaemonEvent) -> None:
        """Let the daemon handle an event, once it runs."""
        if not self.is_alive:
            return
        self._waiting.append(event)
        if len(self._waiting) == 1 and not self.is_stopped:
            self._handle_all()

    def go_on(self) -> None:
        """Go on after having been stopped."""
        self.is_stopped = False
        if self._waiting:
            self._handle_all()
        else:
            self._look_at_clock()

    def drain(self) -> None:
        """Learn that the supervisor is gone."""
        self.is_draining = True
        self.tell(DrainAsked())

    def _handle_all(self) -> None:
        clock = self.world.clock
        try:
            while self._waiting and self.is_alive:
                moment = Moment(clock.now(), clock.monotonic())
                if self.world.trace is not None:
                    self.world.trace.message(f"{self.daemon_id} learns", self._waiting[0])
                event = self._waiting[0]
                if isinstance(event, ZygoteDied):
                    self._excuse_waiting()
                elif isinstance(event, ZygoteImportFailed):
                    self._blame_waiting()
                actions = self.state.handle(event, moment)
                if isinstance(event, Received) and isinstance(event.message, Assign) and not actions:
                    self.world.met["assignment dropped as known"] += 1
                for action in actions:
                    self.points.reach()
                    self._do(action)
                if self._waiting:
                    self._waiting.popleft()
        except SimulatedCrash:
            self.die()
            return
        self._look_at_clock()

    def _excuse_waiting(self) -> None:
        """Note that what waits for a zygote may be lost with it."""
        for attempt_id in self.state.live:
            if attempt_id not in self.processes:
                self.world.watch.excuse(attempt_id)

    def _blame_waiting(self) -> None:
        """Note that what waits for a zygote fails by its author's error."""
        self.world.met["import failed"] += 1
        for attempt_id in self.state.live:
            if attempt_id not in self.processes:
                self.world.watch.truth.note(attempt_id, Truth.FAILED)

    def _look_at_clock(self) -> None:
        deadline = self.state.next_deadline
        if deadline is not None and self.is_alive and (self._wake_at is None or deadline < self._wake_at):
            self._wake_at = deadline
            self.world.agenda.at(deadline, lambda: self._ring(deadline))

    def _ring(self, at: float) -> None:
        if self._wake_at != at or not self.is_alive:
            return
        self._wake_at = None
        if self.is_stopped:
            return
        deadline = self.state.next_deadline
        if deadline is not None and deadline <= self.world.agenda.now:
            self.tell(TimePassed())
        else:
            self._look_at_clock()

    # The network.

    def heard(self, connection: Connection, message: GatewayMessage) -> None:
        """Take a message from the network."""
        if connection is self.connection:
            self.tell(Received(message))

    def hung_up_on(self, connection: Connection) -> None:
        """Note that the gateway has gone."""
        if connection is self.connection:
            self.connection = None
            self.tell(Disconnected())

    def _dial(self) -> None:
        self._hang_up()
        self.world.agenda.after(self.random.random() * 0.002, self._reach)

    def _reach(self) -> None:
        if not self.is_alive or self.connection is not None:
            return
        self.connection = self.world.connect(self)
        self.tell(Connected(self._neighbours()) if self.connection else Disconnected())

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.daemon_hangs_up()
            self.connection = None

    def _send(self, message: DaemonMessage) -> None:
        if isinstance(message, Finished):
            self.world.watch.said(message.report)
        if self.connection is not None:
            if isinstance(message, Hello):
                self._greet(self.connection, message)
            else:
                self.connection.to_gateway.send(message)
            if isinstance(message, Finished):
                self.world.faults.reported(self)

    def _greet(self, connection: Connection, hello: Hello) -> None:
        self.world.watch.greeted(connection.conn_id, hello)
        is_doomed = self.world.faults.breaks_at_hello()
        usual = connection.slowness
        connection.slowness = 0.5 if is_doomed else usual
        connection.to_gateway.send(hello)
        connection.slowness = usual
        if is_doomed:
            connection.break_off()

    # Actions.

    def _do(self, action: DaemonAction) -> None:  # noqa: C901 - the table's one switch
        if self.world.trace is not None:
            self.world.trace.message(f"{self.daemon_id} does", action)
        match action:
            case Send(message=message):
                self._send(message)
            case Dial():
                self._dial()
            case HangUp():
                self._hang_up()
            case JournalStart(attempt_id=attempt_id):
                self.journal.started[attempt_id] = None
            case JournalReport(report=report):
                self.journal.reports[report.attempt_id] = report
            case JournalForget(attempt_id=attempt_id):
                self.journal.started.pop(attempt_id, None)
                self.journal.reports.pop(attempt_id, None)
            case JournalProcess():
                pass
            case StartProcess(assignment=assignment, zygote_id=zygote_id, mode=mode):
                if mode is Mode.RUN:
                    self.world.watch.process_asked_for(assignment.attempt_id)
                zygote = None if zygote_id is None else self.zygotes[zygote_id]
                self.processes[assignment.attempt_id] = TaskProcess(self, assignment, zygote, mode)
            case StartZygote(zygote_id=zygote_id, dag_file=dag_file):
                self.zygotes[zygote_id] = Zygote(self, zygote_id, dag_file)
            case RetireZygote(zygote_id=zygote_id) | KillZygote(zygote_id=zygote_id):
                self.zygotes[zygote_id].retire()
            case Kill(attempt_id=attempt_id, signal=number):
                if attempt_id in self.processes:
                    self.processes[attempt_id].signalled(number)
            case TellAttempt(answer=answer):
                if answer.attempt_id in self.processes:
                    self.processes[answer.attempt_id].told(answer)
            case ForgetBuried(daemon_id=daemon_id):
                self.world.forget_buried(daemon_id)
            case Exit(is_clean=is_clean):
                self._leave(is_clean=is_clean)
            case _:
                pass

    def _leave(self, *, is_clean: bool) -> None:
        self._waiting.clear()
        self._end()
        if is_clean:
            self.journal = Journal()
            self.world.forget_buried(self.daemon_id)
        self.world.daemon_ended(self)

    def die(self) -> None:
        """Be killed. The kernel kills the attempts' processes with it."""
        if self.is_alive:
            self._end()
            if self.loses_journal:
                self.world.watch.unsaid(self.journal.reports)
                self.journal = Journal()
                self.world.journal_lost(self)
            self.world.daemon_ended(self)

    def _end(self) -> None:
        self.is_alive = False
        for process in tuple(self.processes.values()):
            process.vanish()
        self.processes.clear()
        self._hang_up()
