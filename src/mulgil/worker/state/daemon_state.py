"""The worker daemon's bookkeeping, as a state table: events in, actions out; no I/O, clock or chance.

Theory of operation. An attempt is known from its assignment until its report is acknowledged and its
process is gone:

    (assigned) ─▶ WAITING ─▶ STARTING ─▶ RUNNING ─▶ GONE ─▶ (acknowledged: remembered as ended)
                     │           │          │        ▲
                     └───────────┴──────────┴────────┘  cancelled, lost, failed to import

Whatever the order of messages, and however often they come:
- No attempt id starts twice. An assignment is dropped if its id is known, live or ended. Ended ids are
  kept after their acknowledgement too: a repeated assignment may still be under way then.
- A report is journalled before it is sent, sent again after every hello, and struck out when it is
  acknowledged. So is the start of a process, before the process exists.
- A success is reported as soon as the attempt says so: its process has nothing left to do. Any other
  end is reported only when its process group is gone, so that a retry never overlaps it.
- Every attempt ends: what doesn't come up, takes too long, or doesn't leave is killed.

This module has the daemon's own part: the gateway, dead daemons' reports, leaving. What becomes of
attempts and zygotes stands in `attempt_table`.
"""

import msgspec

from mulgil.messages import (
    PROTOCOL_VERSION,
    Ack,
    Answer,
    Assign,
    BuriedDaemon,
    Cancel,
    Cancelled,
    Finished,
    GatewayMessage,
    Hello,
    RefuseHello,
    Report,
    Welcome,
)
from mulgil.worker.settings import WorkerSettings
from mulgil.worker.state.action import DaemonAction, Dial, Exit, ForgetBuried, HangUp, Note
from mulgil.worker.state.attempt_table import AttemptTable
from mulgil.worker.state.death import lost
from mulgil.worker.state.desk import Desk, Timer
from mulgil.worker.state.event import (
    AttemptAppeared,
    AttemptGone,
    AttemptSaid,
    Began,
    Connected,
    DaemonBuried,
    DaemonEvent,
    Disconnected,
    DrainAsked,
    Moment,
    NeighbourGone,
    Received,
    StopAsked,
    TimePassed,
    ZygoteDied,
    ZygoteImported,
    ZygoteImportFailed,
    ZygoteRefused,
)


class DaemonIdentity(msgspec.Struct, frozen=True):
    """Who the daemon is, as its hello says."""

    daemon_id: str
    host: str
    pid: int


class _Burial(msgspec.Struct):
    """A dead daemon whose reports this one took over."""

    started: tuple[str, ...]
    reports: dict[str, Report]
    is_announced: bool = False


class DaemonState:
    """See the module. Driven by one caller; not thread-safe."""

    def __init__(self, identity: DaemonIdentity, settings: WorkerSettings) -> None:
        """Know nothing yet."""
        self._identity = identity
        self._settings = settings
        self._desk = Desk()
        self._attempts = AttemptTable(self._desk, settings)
        self._buried: dict[str, _Burial] = {}
        self._redial_delay = settings.redial_first
        self._hellos = 0
        self._is_draining = False
        self._is_stopping = False
        self._is_farewell_over = False
        # Whether the hello of this connection says that the daemon leaves, and whether one that does is committed.
        self._says_farewell = False
        self._is_farewell_heard = False
        self._has_left = False

    @property
    def live(self) -> tuple[str, ...]:
        """The attempts that will still be reported."""
        return self._attempts.live

    @property
    def unacknowledged(self) -> tuple[Report, ...]:
        """The reports that no gateway has acknowledged, a dead daemon's among them."""
        return (*self._taken_over, *self._attempts.unacknowledged)

    @property
    def _taken_over(self) -> tuple[Report, ...]:
        return tuple(report for burial in self._buried.values() for report in burial.reports.values())

    @property
    def next_deadline(self) -> float | None:
        """When `TimePassed` is due, in elapsed seconds; None while nothing is timed."""
        return None if self._has_left else self._desk.alarms.next

    def handle(self, event: DaemonEvent, now: Moment) -> tuple[DaemonAction, ...]:
        """Take an event; return what to do, in order."""
        if self._has_left:
            return ()
        self._desk.open(now)
        self._take(event)
        if self._is_draining:
            self._leave_if_done()
        return self._desk.actions()

    def _take(self, event: DaemonEvent) -> None:  # noqa: C901 - the table's one switch
        match event:
            case AttemptSaid():
                self._attempts.said(event)
            case AttemptAppeared(attempt_id=attempt_id, pid=pid):
                self._attempts.appeared(attempt_id, pid)
            case AttemptGone():
                self._attempts.gone(event)
            case Received(message=message):
                self._received(message)
            case TimePassed():
                for timer, key in self._desk.alarms.take_due(self._desk.now.elapsed):
                    self._ring(timer, key)
            case Connected(neighbours=neighbours):
                self._greet(neighbours)
            case Disconnected():
                self._desk.is_connected = False
                self._redial()
            case ZygoteImported(zygote_id=zygote_id, memory_bytes=memory_bytes):
                self._attempts.zygote_imported(zygote_id, memory_bytes)
            case ZygoteRefused(zygote_id=zygote_id, reason=reason):
                self._attempts.zygote_refused(zygote_id, reason)
            case ZygoteImportFailed():
                self._attempts.import_failed(event)
            case ZygoteDied(zygote_id=zygote_id):
                self._attempts.zygote_died(zygote_id)
            case DaemonBuried():
                self._bury(event)
            case NeighbourGone():
                self._greet_anew()
            case Began():
                self._desk.do(Dial())
            case DrainAsked():
                self._drain()
            case StopAsked():
                self._stop()

    # The gateway.

    def _greet(self, neighbours: tuple[str, ...]) -> None:
        """Say hello with all that the gateway must know, and repeat what it may have lost."""
        self._desk.is_connected = True
        identity = self._identity
        reports = self.unacknowledged
        hello = Hello(
            protocol=PROTOCOL_VERSION,
            daemon_id=identity.daemon_id,
            host=identity.host,
            pid=identity.pid,
            slots=self._settings.slots,
            is_draining=self._is_draining,
            number=self._hellos,
            live=self.live,
            reported=tuple(report.attempt_id for report in reports),
            buried=tuple(BuriedDaemon(name, burial.started) for name, burial in self._buried.items()),
            neighbours=neighbours,
        )
        self._hellos += 1
        self._says_farewell = self._is_draining
        self._desk.say(hello)
        for report in reports:
            self._desk.say(Finished(report))
        self._attempts.repeat()

    def _redial(self) -> None:
        self._desk.set(Timer.DIAL, "", self._redial_delay)
        self._redial_delay = min(2 * self._redial_delay, self._settings.redial_longest)

    def _received(self, message: GatewayMessage) -> None:
        match message:
            case Welcome():
                self._welcomed()
            case Assign(assignment=assignment):
                self._attempts.assigned(assignment, is_refused=self._is_draining)
            case Cancel(attempt_id=attempt_id, reason=reason):
                self._attempts.end(attempt_id, Cancelled(reason))
            case Answer():
                self._attempts.answered(message)
            case Ack(attempt_ids=attempt_ids):
                self._acknowledged(attempt_ids)
            case RefuseHello(reason=reason):
                self._desk.do(Note(reason), HangUp())
                self._desk.is_connected = False
                self._desk.set(Timer.DIAL, "", self._settings.redial_refused)

    def _welcomed(self) -> None:
        self._redial_delay = self._settings.redial_first
        self._is_farewell_heard = self._is_farewell_heard or self._says_farewell
        for burial in self._buried.values():
            burial.is_announced = True
        self._forget_buried()

    def _acknowledged(self, attempt_ids: tuple[str, ...]) -> None:
        for attempt_id in attempt_ids:
            self._attempts.acknowledged(attempt_id)
            for burial in self._buried.values():
                burial.reports.pop(attempt_id, None)
        self._forget_buried()

    def _greet_anew(self) -> None:
        """Say hello again: its contents have changed, and a hello is said once per connection."""
        if self._desk.is_connected:
            self._desk.is_connected = False
            self._desk.do(HangUp(), Dial())

    # Dead daemons.

    def _bury(self, event: DaemonBuried) -> None:
        reports = {report.attempt_id: report for report in event.reports}
        self._buried[event.daemon_id] = _Burial(event.started, reports)
        self._greet_anew()

    def _forget_buried(self) -> None:
        for name in [name for name, burial in self._buried.items() if burial.is_announced and not burial.reports]:
            del self._buried[name]
            self._desk.do(ForgetBuried(name))

    # Time.

    def _ring(self, timer: Timer, key: str | int) -> None:
        if timer is Timer.DIAL:
            self._desk.do(Dial())
        elif timer is Timer.FAREWELL:
            self._is_farewell_over = True
        else:
            self._attempts.ring(timer, key)

    # Leaving.

    def _drain(self) -> None:
        if not self._is_draining:
            self._is_draining = True
            self._greet_anew()

    def _stop(self) -> None:
        self._drain()
        if not self._is_stopping:
            self._is_stopping = True
            for attempt_id in self.live:
                self._attempts.end(attempt_id, lost("worker.stopped"))

    def _leave_if_done(self) -> None:
        """Leave once nothing runs and everything is acknowledged.

        What was sent to a daemon may still be under way when it leaves. Unless a gateway has committed that it
        does, its journal stays behind, empty or not: whoever buries it tells what it never received.
        """
        if self._attempts.is_busy:
            return
        is_done = not self.unacknowledged
        if is_done or self._is_farewell_over:
            self._has_left = True
            self._desk.do(Exit(is_clean=is_done and self._is_farewell_heard))
        elif self._is_stopping and (Timer.FAREWELL, "") not in self._desk.alarms:
            self._desk.set(Timer.FAREWELL, "", self._settings.farewell)
