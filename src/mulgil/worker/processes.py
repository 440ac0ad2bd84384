"""The daemon's processes: it has them started, hears them, ends them, and learns of every death once.

Deaths come by three ways, and exactly one of them holds for each process: its parent (nursery or
zygote) says so; the daemon collects it itself, because its parent died and the daemon inherited it; or
nobody knows, because the parent died between collecting it and saying so.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

from mulgil.client import FrameSocket
from mulgil.i18n import Text
from mulgil.messages import Answer, Assignment, AttemptStarted, Failed, Finished, FrameError, Report
from mulgil.worker.context import WorkerContext
from mulgil.worker.linux import (
    children,
    collect_child,
    is_child,
    kill_process,
    next_dead_child,
    out_of_memory_kills,
    session_and_group,
    signal_group,
    start_time,
    wait_gone,
    with_descendants,
)
from mulgil.worker.loop import Loop
from mulgil.worker.servers import Server, exec_nursery, server_socket, socket_pair
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
from mulgil.worker.wire import (
    FROM_ATTEMPT,
    AttemptUp,
    Begin,
    ChildExited,
    ChildRefused,
    DagFile,
    FromAttempt,
    FromServer,
    Mode,
    StartAttempt,
    StartZygote,
    ZygoteFailed,
    ZygoteReady,
    ZygoteUnfit,
    ZygoteUp,
)

_STRANGERS_KEPT = 256
# What was killed is gone within this, unless the kernel holds it; nobody waits longer for it.
_DEATH_SECONDS = 0.2


@dataclass(eq=False)
class _AttemptProcess:
    attempt_id: str
    connection: FrameSocket[FromAttempt]
    server: Server
    pid: int | None = None
    start_time: int | None = None


class Processes:
    """Turns what happens to processes into events, in an order in which nothing precedes its cause."""

    def __init__(
        self, context: WorkerContext, nursery: Server, loop: Loop, emit: Callable[[DaemonEvent], None]
    ) -> None:
        """Fork through `nursery`, while it lives; tell `emit` what happens."""
        self._context = context
        self._loop = loop
        self._emit = emit
        self._attempts: dict[str, _AttemptProcess] = {}
        self._zygotes: dict[int, Server] = {}
        # Exit statuses of children that weren't known by pid when they were collected.
        self._strangers: dict[int, int] = {}
        self._oom_kills = out_of_memory_kills()
        self._nursery = nursery
        self._watch_server(nursery)

    # What the daemon asks for.

    def start_zygote(self, zygote_id: int, dag_file: DagFile) -> None:
        """Have a zygote forked."""
        own, other = socket_pair()
        nursery = self._living_nursery()
        zygote = self._zygotes[zygote_id] = Server(server_socket(own), zygote_id=zygote_id, parent=nursery)
        self._watch_server(zygote)
        self._ask(nursery, StartZygote(zygote_id, dag_file), other)

    def retire_zygote(self, zygote_id: int) -> None:
        """Let a zygote end: it does so when its connection is closed."""
        zygote = self._zygotes.get(zygote_id)
        if zygote is not None:
            self._hang_up(zygote)

    def kill_zygote(self, zygote_id: int) -> None:
        """End a zygote at once."""
        zygote = self._zygotes.get(zygote_id)
        if zygote is not None:
            self._hang_up(zygote)
            if zygote.pid is not None and not zygote.is_dead:
                kill_process(zygote.pid)

    def start_attempt(self, assignment: Assignment, zygote_id: int | None, mode: Mode) -> None:
        """Have an attempt's process started."""
        server = self._living_nursery() if zygote_id is None else self._zygotes.get(zygote_id)
        attempt_id = assignment.attempt_id
        if server is None or server.is_dead or server.connection.is_ended:
            why = Text("worker.zygote_died", {"file": assignment.file})
            self._emit(AttemptGone(attempt_id=attempt_id, status=None, why=why))
            return
        try:
            own, other = socket_pair()
        except OSError as error:
            why = Text("worker.no_process", {"why": str(error)})
            self._emit(AttemptGone(attempt_id=attempt_id, status=None, why=why))
            return
        begin = Begin(assignment, mode, self._context.log_of(assignment))
        connection = FrameSocket(own, FROM_ATTEMPT)
        try:
            connection.send(begin)
        except FrameError as error:
            # As long as a message can be, and the path of the log comes on top.
            connection.close()
            os.close(other)
            failed = Failed(Text("gateway.assignment_unsendable", {"why": str(error)}), may_retry=False)
            report = Report(attempt_id=attempt_id, outcome=failed, ended_at=self._context.clock.now())
            self._emit(AttemptSaid(Finished(report)))
            self._emit(AttemptGone(attempt_id=attempt_id, status=0))
            return
        attempt = self._attempts[attempt_id] = _AttemptProcess(attempt_id, connection, server)
        server.attempts.add(attempt_id)
        self._loop.watch(connection.fileno(), lambda: self._hear_attempt(attempt))
        self._loop.flush_when_writable(connection)
        self._ask(server, StartAttempt(attempt_id, assignment.preload), other)

    def tell_attempt(self, answer: Answer) -> None:
        """Pass an answer on."""
        attempt = self._attempts.get(answer.attempt_id)
        if attempt is not None:
            attempt.connection.send(answer)
            self._loop.flush_when_writable(attempt.connection)

    def start_time_of(self, attempt_id: str) -> int:
        """Return when an attempt's process started; 0 if it was gone before anybody could look."""
        attempt = self._attempts.get(attempt_id)
        return attempt.start_time or 0 if attempt else 0

    def signal_attempt(self, attempt_id: str, number: int) -> None:
        """Send a signal to an attempt's process group, unless the number has another owner by now."""
        attempt = self._attempts.get(attempt_id)
        if attempt is None or attempt.pid is None or attempt.start_time is None:
            return
        if start_time(attempt.pid) == attempt.start_time:
            signal_group(attempt.pid, number)

    # What happens.

    def collect_dead(self) -> None:
        """Collect dead children: processes that the daemon inherited, and the nursery."""
        # What they said before they died is heard before that they died.
        for zygote in [known for known in self._zygotes.values() if known.is_orphan and known.pid is None]:
            self._hear_server(zygote)
        for attempt in [known for known in self._attempts.values() if known.server.is_dead and known.pid is None]:
            self._hear_attempt(attempt)
        while (pid := next_dead_child()) is not None:
            attempt_or_none = self._attempt_of(pid)
            if attempt_or_none is not None:
                signal_group(pid, signal.SIGKILL)
            status = collect_child(pid)
            if attempt_or_none is not None:
                self._attempt_ended(attempt_or_none, status)
            elif not self._server_ended(pid):
                self._strangers[pid] = status
                if len(self._strangers) > _STRANGERS_KEPT:
                    del self._strangers[next(iter(self._strangers))]

    def _attempt_of(self, pid: int) -> _AttemptProcess | None:
        return next((known for known in self._attempts.values() if known.pid == pid), None)

    def _server_ended(self, pid: int) -> bool:
        for server in (self._nursery, *self._zygotes.values()):
            if server.pid == pid:
                self._server_died(server)
                return True
        return False

    def _server_died(self, server: Server) -> None:
        """Draw the consequences of a nursery's or a zygote's death, which is certain now."""
        if server.is_dead:
            return
        self._hear_out(server)
        self._hang_up(server)
        server.is_dead = True
        if server.zygote_id is not None:
            self._zygotes.pop(server.zygote_id, None)
            self._emit(ZygoteDied(server.zygote_id))
        else:
            for zygote in [known for known in self._zygotes.values() if known.parent is server]:
                self._check_orphan(zygote)
        for attempt_id in sorted(server.attempts):
            self._check_orphaned_attempt(self._attempts[attempt_id])

    def _check_orphan(self, zygote: Server) -> None:
        """See whether a zygote outlived the nursery. If so the daemon is its parent now."""
        self._hear_out(zygote)
        never_lived = zygote.pid is None and zygote.connection.is_ended
        if never_lived or (zygote.pid is not None and not is_child(zygote.pid)):
            self._server_died(zygote)

    def _check_orphaned_attempt(self, attempt: _AttemptProcess) -> None:
        """See whether an attempt outlived its parent. If so the daemon is its parent now."""
        self._hear_attempt(attempt)
        if attempt.attempt_id not in self._attempts:
            return
        if attempt.pid is not None and not is_child(attempt.pid):
            self._attempt_ended(attempt, self._strangers.pop(attempt.pid, None))

    def _watch_server(self, server: Server) -> None:
        self._loop.watch(server.connection.fileno(), lambda: self._hear_server(server))

    def _hang_up(self, server: Server) -> None:
        if server.connection.fileno() >= 0:
            self._loop.unwatch(server.connection.fileno())
            server.connection.close()

    def _hear_server(self, server: Server) -> None:
        """Take what a server says; called by the loop."""
        self._hear_out(server)
        if server.is_orphan:
            self._check_orphan(server)

    def _hear_out(self, server: Server) -> None:
        for message in server.connection.receive():
            self._server_said(server, message)
        if server.connection.error is not None and server.pid is not None and not server.is_dead:
            kill_process(server.pid)
        if server.connection.is_ended and server.connection.fileno() >= 0:
            self._loop.unwatch(server.connection.fileno())
            if server.zygote_id is not None:
                # Nothing can be asked of it any more. What it had forked is looked at when its death is certain.
                self._emit(ZygoteDied(server.zygote_id))

    def _server_said(self, server: Server, message: FromServer) -> None:
        zygote_id = server.zygote_id or 0
        match message:
            case ChildExited(child=str(attempt_id), pid=pid, status=status):
                self._child_ended(attempt_id, status, pid=pid)
            case ChildRefused(child=str(attempt_id), why=why):
                self._child_ended(attempt_id, None, why=Text("worker.no_process", {"why": why}))
            case ChildExited(child=child) | ChildRefused(child=child):
                if isinstance(child, int) and child in self._zygotes:
                    self._server_died(self._zygotes[child])
            case ZygoteUp(pid=pid):
                server.pid = pid
            case ZygoteReady(memory_bytes=memory_bytes):
                self._emit(ZygoteImported(zygote_id, memory_bytes))
            case ZygoteUnfit(reason=reason):
                self._emit(ZygoteRefused(zygote_id, reason))
            case ZygoteFailed(error=error, traceback=traceback):
                self._emit(ZygoteImportFailed(zygote_id, error, traceback))

    def _child_ended(
        self, attempt_id: str, status: int | None, *, pid: int | None = None, why: Text | None = None
    ) -> None:
        attempt = self._attempts.get(attempt_id)
        if attempt is not None:
            attempt.pid = attempt.pid or pid
            self._attempt_ended(attempt, status, why=why)

    def _hear(self, attempt: _AttemptProcess) -> None:
        for message in attempt.connection.receive():
            if isinstance(message, AttemptUp | AttemptStarted) and attempt.pid is None:
                attempt.pid = message.pid
                attempt.start_time = start_time(message.pid)
            if isinstance(message, AttemptUp):
                self._emit(AttemptAppeared(attempt.attempt_id, message.pid))
            else:
                self._emit(AttemptSaid(message))
        if attempt.connection.error is not None:
            # The task wrote into a descriptor that isn't its own; nothing that it says can be trusted any more.
            self.signal_attempt(attempt.attempt_id, signal.SIGKILL)

    def _hear_attempt(self, attempt: _AttemptProcess) -> None:
        self._hear(attempt)
        if attempt.connection.is_ended:
            self._loop.unwatch(attempt.connection.fileno())
        if not attempt.server.is_dead:
            # Its parent will say so when it has ended.
            return
        if attempt.pid is None and attempt.connection.is_ended:
            # Nobody holds the other end, so nobody was forked to hold it.
            self._attempt_ended(attempt, None)
        elif attempt.pid is not None and not is_child(attempt.pid):
            self._attempt_ended(attempt, self._strangers.pop(attempt.pid, None))

    def _attempt_ended(self, attempt: _AttemptProcess, status: int | None, *, why: Text | None = None) -> None:
        """Tell that an attempt's process is gone, after all that it said and the end of what it left behind."""
        if self._attempts.pop(attempt.attempt_id, None) is None:
            return
        self._hear(attempt)
        self._loop.unwatch(attempt.connection.fileno())
        attempt.connection.close()
        attempt.server.attempts.discard(attempt.attempt_id)
        self._end_remains(attempt.pid)
        is_oom_likely = status == -signal.SIGKILL and self._has_run_out_of_memory()
        gone = AttemptGone(
            attempt_id=attempt.attempt_id, status=status, pid=attempt.pid, why=why, is_oom_likely=is_oom_likely
        )
        self._emit(gone)

    def _end_remains(self, session: int | None) -> None:
        """Kill what a dead attempt has left: processes in groups and sessions of their own, come to us as orphans.

        An attempt that lives keeps its orphans to itself, so whatever child of ours isn't one of our own processes
        was left by a dead one. While some of ours are still unknown by pid, only what is of the dead attempt's own
        session is certainly not among them; the rest is ended with the next attempt.
        """
        ours = {self._nursery.pid}
        ours.update(zygote.pid for zygote in self._zygotes.values())
        ours.update(attempt.pid for attempt in self._attempts.values())
        orphans = [pid for pid in children() if pid not in ours]
        if None in ours:
            found = {pid: session_and_group(pid) for pid in orphans}
            orphans = [pid for pid, place in found.items() if place is not None and place[0] == session]
        if orphans:
            remains = with_descendants(orphans)
            for pid in remains:
                kill_process(pid)
            wait_gone(remains, seconds=_DEATH_SECONDS)

    def _has_run_out_of_memory(self) -> bool:
        before, self._oom_kills = self._oom_kills, out_of_memory_kills()
        return self._oom_kills > before

    def _living_nursery(self) -> Server:
        if self._nursery.is_dead or self._nursery.connection.is_ended:
            self._nursery = exec_nursery(self._context)
            self._watch_server(self._nursery)
        return self._nursery

    def _ask(self, server: Server, request: StartZygote | StartAttempt, descriptor: int) -> None:
        server.connection.send(request, descriptor=descriptor)
        self._loop.flush_when_writable(server.connection)
