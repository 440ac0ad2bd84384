"""The worker daemon: one thread that carries events to the state table and its actions to the world."""

import os
import signal
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from mulgil.i18n import FieldValue, Language, MulgilError, Text, render
from mulgil.logstores import LogLine, append_to_log, encode_line
from mulgil.messages import Welcome
from mulgil.worker.context import WorkerContext
from mulgil.worker.gateway_link import GatewayLink
from mulgil.worker.graveyard import Graveyard
from mulgil.worker.journal import Journal
from mulgil.worker.loop import Loop
from mulgil.worker.processes import Processes
from mulgil.worker.servers import Server
from mulgil.worker.settings import WorkerSettings
from mulgil.worker.state import DaemonEvent, DaemonIdentity, DaemonState, Moment
from mulgil.worker.state.action import (
    AppendToLog,
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
    Note,
    RetireZygote,
    Send,
    StartProcess,
    StartZygote,
    TellAttempt,
)
from mulgil.worker.state.event import (
    AttemptGone,
    Began,
    DaemonBuried,
    DrainAsked,
    NeighbourGone,
    Received,
    StopAsked,
    TimePassed,
)

_READ_BYTES = 4096


class Daemon:
    """Runs until its state table says that it may leave."""

    def __init__(
        self, identity: DaemonIdentity, settings: WorkerSettings, context: WorkerContext, nursery: Server
    ) -> None:
        """Take over what dead daemons left; from here on this daemon's journal is locked."""
        self._context = context
        self._state = DaemonState(identity, settings)
        self._events: deque[DaemonEvent] = deque()
        self._has_left = False
        self._interrupts = 0
        self._when_welcome: Callable[[], None] | None = None
        home = context.home
        self._loop = Loop()
        self._journal = Journal(home.journal_folder / identity.daemon_id)
        self._journal_trouble: str | None = None
        # Attempts whose start stands in no journal, and so may not happen.
        self._unjournalled: set[str] = set()
        self._graveyard = Graveyard(home.journal_folder, own=identity.daemon_id, note=self._say)
        self._gateway = GatewayLink(
            home.gateway_socket,
            self._loop,
            self._events.append,
            self._note_error,
            neighbours=self._graveyard.neighbours,
        )
        self._processes = Processes(context, nursery, self._loop, self._events.append)
        self._act: dict[type, Callable[..., None]] = {
            Send: self._send,
            StartProcess: self._start_process,
            JournalStart: self._journal_start,
            JournalProcess: self._journal_process,
            JournalReport: self._journal_report,
            JournalForget: self._journal_forget,
            TellAttempt: self._tell_attempt,
            AppendToLog: self._append_to_log,
            Kill: self._kill,
            StartZygote: self._start_zygote,
            RetireZygote: self._retire_zygote,
            KillZygote: self._kill_zygote,
            Dial: self._dial,
            HangUp: self._hang_up,
            ForgetBuried: self._forget_buried,
            Note: self._note,
            Exit: self._exit,
        }

    def run(self, *, life_fd: int | None, when_welcome: Callable[[], None]) -> None:
        """Work. The end of `life_fd` says that the supervisor is gone; `when_welcome` is called once."""
        self._when_welcome = when_welcome
        self._watch_signals()
        if life_fd is not None:
            self._watch_supervisor(life_fd)
        self._bury()
        for descriptor in self._graveyard.watch():
            self._watch_neighbour(descriptor)
        self._events.append(Began())
        self._handle_events()
        while not self._has_left:
            deadline = self._state.next_deadline
            clock = self._context.clock
            self._loop.wait(None if deadline is None else max(0.0, deadline - clock.monotonic()))
            deadline = self._state.next_deadline
            if deadline is not None and deadline <= clock.monotonic():
                self._events.append(TimePassed())
            self._handle_events()

    # Events.

    def _handle_events(self) -> None:
        clock = self._context.clock
        while self._events and not self._has_left:
            event = self._events.popleft()
            if self._when_welcome is not None and isinstance(event, Received) and isinstance(event.message, Welcome):
                self._when_welcome()
                self._when_welcome = None
            for action in self._state.handle(event, Moment(clock.now(), clock.monotonic())):
                self._do(action)

    def _watch_signals(self) -> None:
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(write, False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _notice)
        # The numbers of the signals arrive in the pipe.
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        self._loop.watch(read, lambda: self._take_signals(read))

    def _take_signals(self, read: int) -> None:
        for number in set(os.read(read, _READ_BYTES)):
            if number == signal.SIGCHLD:
                self._processes.collect_dead()
            elif number == signal.SIGTERM:
                self._events.append(StopAsked())
            elif number == signal.SIGINT:
                self._interrupts += 1
                self._events.append(DrainAsked() if self._interrupts == 1 else StopAsked())

    def _watch_supervisor(self, life_fd: int) -> None:
        def hear() -> None:
            if not os.read(life_fd, _READ_BYTES):
                self._loop.unwatch(life_fd)
                self._events.append(DrainAsked())

        os.set_inheritable(life_fd, False)
        self._loop.watch(life_fd, hear)

    def _bury(self) -> None:
        for buried in self._graveyard.bury():
            self._events.append(DaemonBuried(buried.daemon_id, buried.started, buried.reports))

    def _watch_neighbour(self, descriptor: int) -> None:
        """Bury a daemon that lives beside this one (an older one that drains) when it dies."""

        def hear() -> None:
            self._loop.unwatch(descriptor)
            os.close(descriptor)
            self._bury()
            # One that has left no journal is missing in the next hello.
            self._events.append(NeighbourGone())

        self._loop.watch(descriptor, hear)

    # Actions.

    def _do(self, action: DaemonAction) -> None:
        self._act[type(action)](action)

    def _send(self, action: Send) -> None:
        self._gateway.send(action.message)

    def _start_process(self, action: StartProcess) -> None:
        attempt_id = action.assignment.attempt_id
        if attempt_id in self._unjournalled:
            # Should this daemon die, nobody would find the process.
            self._unjournalled.discard(attempt_id)
            fields: dict[str, FieldValue] = {"folder": str(self._journal.folder), "why": self._journal_trouble}
            failure = Text("worker.journal_unwritable", fields)
            self._events.append(AttemptGone(attempt_id=attempt_id, status=None, failure=failure))
            return
        self._processes.start_attempt(action.assignment, action.zygote_id, action.mode)

    def _journal_start(self, action: JournalStart) -> None:
        if not self._journal.start(action.attempt_id):
            self._unjournalled.add(action.attempt_id)
        self._look_at_journal()

    def _journal_process(self, action: JournalProcess) -> None:
        started = self._processes.start_time_of(action.attempt_id)
        self._journal.process(action.attempt_id, action.pid, started)
        self._look_at_journal()

    def _journal_report(self, action: JournalReport) -> None:
        self._journal.report(action.report)
        self._look_at_journal()

    def _journal_forget(self, action: JournalForget) -> None:
        self._journal.forget(action.attempt_id)
        self._look_at_journal()

    def _look_at_journal(self) -> None:
        """Say once that the journal can't be written, and once that it can be again."""
        trouble = self._journal.trouble
        if trouble == self._journal_trouble:
            return
        folder = str(self._journal.folder)
        if trouble is None:
            self._say(Text("worker.journal_written", {"folder": folder}))
        else:
            self._say(Text("worker.journal_unwritable", {"folder": folder, "why": trouble}))
        self._journal_trouble = trouble

    def _tell_attempt(self, action: TellAttempt) -> None:
        self._processes.tell_attempt(action.answer)

    def _append_to_log(self, action: AppendToLog) -> None:
        line = LogLine(
            at=self._context.clock.now(),
            level=action.level,
            logger="mulgil.worker",
            msg=render(action.text, language=Language.ENGLISH),
            trace=action.traceback,
            text=action.text,
        )
        try:
            append_to_log(self._context.log_of(action.assignment), encode_line(line))
        except OSError as error:
            path = self._context.log_of(action.assignment)
            self._say(Text("worker.log_unwritable", {"path": path, "why": error.strerror}))

    def _kill(self, action: Kill) -> None:
        self._processes.signal_attempt(action.attempt_id, action.signal)

    def _start_zygote(self, action: StartZygote) -> None:
        self._processes.start_zygote(action.zygote_id, action.dag_file)

    def _retire_zygote(self, action: RetireZygote) -> None:
        self._processes.retire_zygote(action.zygote_id)

    def _kill_zygote(self, action: KillZygote) -> None:
        self._processes.kill_zygote(action.zygote_id)

    def _dial(self, action: Dial) -> None:
        self._gateway.dial()

    def _hang_up(self, action: HangUp) -> None:
        self._gateway.hang_up()

    def _forget_buried(self, action: ForgetBuried) -> None:
        self._graveyard.forget(action.daemon_id)

    def _note(self, action: Note) -> None:
        self._say(action.text)

    def _note_error(self, error: MulgilError) -> None:
        self._say(error.text)

    def _say(self, text: Text) -> None:
        """Add a line to the daemon's own log: what the supervisor collects of its standard error."""
        msg = render(text, language=Language.ENGLISH)
        line = LogLine(at=self._context.clock.now(), level="warning", logger="mulgil.worker", msg=msg, text=text)
        with suppress(OSError):
            # It may be a file on the same full disk.
            os.write(2, encode_line(line))

    def _exit(self, action: Exit) -> None:
        self._has_left = True
        self._gateway.hang_up()
        self._journal.close(is_clean=action.is_clean)


def _notice(*_: object) -> None:
    """Be interrupted."""
