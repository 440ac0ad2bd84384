"""The gateway: a sans-IO server for worker daemons, and the scheduler's `WorkerLink`.

Whoever owns the sockets tells it what happened (`connected`, `received`, `disconnected`) and carries
away what it has to say (`outgoing`, `closing`). The scheduler uses the other side: it takes `events`
and `questions`, and gives assignments, cancels, acknowledgements and answers.

A connection begins with a hello; anything else closes it. A daemon has one connection: its newest
hello replaces an earlier connection, from which nothing more is heard. A hello that was overtaken on its
way, by a newer one or by its daemon's burial, says what was true once: its connection is closed. What is
sent to a daemon that isn't connected is dropped: its next hello lists what it holds, and the scheduler
repeats the rest.

A hello is answered by `welcome`, after the commit that holds what it said of dead daemons: from then on
the daemon doesn't repeat that.
"""

from collections.abc import Sequence

from mulgil.gateway.daemon import ConnectedDaemon
from mulgil.i18n import FieldValue, Text
from mulgil.messages import (
    PROTOCOL_VERSION,
    Ack,
    Answer,
    Ask,
    Assign,
    Assignment,
    AttemptStarted,
    Cancel,
    DaemonMessage,
    Finished,
    GatewayMessage,
    Hello,
    RefuseHello,
    Welcome,
)
from mulgil.ports import AttemptReported, AttemptUnsendable, DaemonJoined, WorkerEvent

OLDEST_PROTOCOL = max(1, PROTOCOL_VERSION - 1)


class Gateway:
    """See the module. Not thread-safe; nothing here waits."""

    def __init__(self) -> None:
        """Start with no connection."""
        self._connections: dict[int, ConnectedDaemon | None] = {}
        self._daemons: dict[str, ConnectedDaemon] = {}
        self._ranks: dict[str, int] = {}
        # The connection of each daemon's first hello.
        self._firsts: dict[str, int] = {}
        # The number of each daemon's newest hello, and the daemons that another one has buried.
        self._hellos: dict[str, int] = {}
        self._buried: set[str] = set()
        self._outgoing: list[tuple[int, GatewayMessage]] = []
        self._closing: list[int] = []
        self._events: list[WorkerEvent] = []
        self._questions: list[tuple[int, Ask]] = []

    # The side of the sockets.

    def connected(self, conn_id: int) -> None:
        """Expect a hello on a new connection."""
        self._connections[conn_id] = None

    def received(self, conn_id: int, message: DaemonMessage) -> None:
        """Take a message. Messages of connections that are closed or being closed are ignored."""
        if conn_id not in self._connections:
            return
        if isinstance(message, Hello):
            self._greet(conn_id, message)
            return
        daemon = self._connections[conn_id]
        if daemon is None:
            self._close(conn_id)
            return
        self._hear(daemon, message)

    def disconnected(self, conn_id: int) -> None:
        """Forget a connection with everything that was still to be said on it."""
        daemon = self._connections.pop(conn_id, None)
        if daemon is not None and self._daemons.get(daemon.daemon_id) is daemon:
            del self._daemons[daemon.daemon_id]
        self._outgoing = [entry for entry in self._outgoing if entry[0] != conn_id]
        self._questions = [entry for entry in self._questions if entry[0] != conn_id]

    def outgoing(self) -> tuple[tuple[int, GatewayMessage], ...]:
        """Return the messages to send since the last call, in order, with their connections."""
        messages, self._outgoing = self._outgoing, []
        return tuple(messages)

    def closing(self) -> tuple[int, ...]:
        """Return the connections to close, once what `outgoing` gave has been sent."""
        closing, self._closing = self._closing, []
        return tuple(closing)

    def unsendable(self, conn_id: int, message: GatewayMessage, why: str) -> None:
        """Take back a message that has no form on the wire; whom it concerns is told that instead."""
        match message:
            case Assign(assignment=assignment):
                cause = Text("gateway.assignment_unsendable", {"why": why})
                for daemon in self._daemons.values():
                    daemon.active.discard(assignment.attempt_id)
                self._events.append(AttemptUnsendable(assignment.attempt_id, cause))
            case Answer(attempt_id=attempt_id, request_id=request_id):
                error = Text("gateway.answer_unsendable", {"why": why})
                self._outgoing.append((conn_id, Answer(attempt_id=attempt_id, request_id=request_id, error=error)))
            case Cancel(attempt_id=attempt_id):
                self._outgoing.append((conn_id, Cancel(attempt_id, Text("gateway.reason_unsendable"))))
            case Welcome() | RefuseHello() | Ack():
                # Of a few words and ids that have come by this very connection.
                self._close(conn_id)

    @property
    def has_events(self) -> bool:
        """Whether `events` would return something."""
        return bool(self._events)

    def connected_daemons(self) -> tuple[str, ...]:
        """Return the ids of the daemons that are connected, in the order of their first hello."""
        return tuple(sorted(self._daemons, key=lambda daemon_id: self._daemons[daemon_id].rank))

    # The side of the scheduler.

    def events(self) -> tuple[WorkerEvent, ...]:
        """Return what has arrived since the last call, in order."""
        events, self._events = self._events, []
        return tuple(events)

    def questions(self) -> tuple[tuple[int, Ask], ...]:
        """Return the questions that have arrived since the last call, with their connections."""
        questions, self._questions = self._questions, []
        return tuple(questions)

    def answer(self, conn_id: int, answer: Answer) -> None:
        """Answer a question; on a connection that is gone the answer is dropped (the daemon asks again)."""
        if self._connections.get(conn_id) is not None:
            self._outgoing.append((conn_id, answer))

    def free_slots(self) -> int:
        """Return how many attempts could start now on the daemon that takes new work."""
        target = self._target()
        return 0 if target is None else target.free_slots

    def target_daemon(self) -> str | None:
        """Return the newest daemon that isn't draining."""
        target = self._target()
        return None if target is None else target.daemon_id

    def submit(self, assignment: Assignment, *, daemon_id: str) -> None:
        """Send an assignment to a daemon; dropped if it isn't connected."""
        daemon = self._daemons.get(daemon_id)
        if daemon is not None:
            daemon.active.add(assignment.attempt_id)
            self._outgoing.append((daemon.conn_id, Assign(assignment)))

    def cancel(self, attempt_id: str, reason: Text) -> None:
        """Ask the daemon that holds an attempt to end it; dropped where none is connected that does."""
        for daemon in self._daemons.values():
            if attempt_id in daemon.active:
                self._outgoing.append((daemon.conn_id, Cancel(attempt_id, reason)))

    def acknowledge(self, attempt_ids: Sequence[str]) -> None:
        """Tell every connected daemon that these reports are committed; ids of others mean nothing to it."""
        if attempt_ids:
            ack = Ack(tuple(attempt_ids))
            self._outgoing.extend((self._daemons[name].conn_id, ack) for name in self.connected_daemons())

    def welcome(self, joined: DaemonJoined) -> None:
        """Welcome a daemon whose joining is committed; dropped if it has joined anew since."""
        daemon = self._daemons.get(joined.daemon_id)
        if daemon is not None and daemon.joined is joined:
            self._outgoing.append((daemon.conn_id, Welcome(daemon.protocol)))

    def _target(self) -> ConnectedDaemon | None:
        candidates = [daemon for daemon in self._daemons.values() if not daemon.is_draining]
        return max(candidates, key=lambda daemon: daemon.rank, default=None)

    def _greet(self, conn_id: int, hello: Hello) -> None:
        if not OLDEST_PROTOCOL <= hello.protocol <= PROTOCOL_VERSION:
            theirs: FieldValue = hello.protocol
            fields = {"theirs": theirs, "oldest": OLDEST_PROTOCOL, "newest": PROTOCOL_VERSION}
            self._outgoing.append((conn_id, RefuseHello(Text("gateway.protocol_unsupported", fields))))
            self._close(conn_id)
            return
        if self._is_outdated(hello):
            self._close(conn_id)
            return
        self._hellos[hello.daemon_id] = hello.number
        self._firsts.setdefault(hello.daemon_id, conn_id)
        neighbours = self._neighbours(conn_id, hello)
        dead = {buried.daemon_id for buried in hello.buried}
        dead.update(name for name in self._daemons if name != hello.daemon_id and name not in neighbours)
        self._buried |= dead
        # A dead daemon's connection may stand a moment longer than the daemon; it gets no more work.
        for name in (hello.daemon_id, *sorted(dead)):
            earlier = self._daemons.get(name)
            if earlier is not None and earlier.conn_id != conn_id:
                self._close(earlier.conn_id)
        daemon = ConnectedDaemon(
            daemon_id=hello.daemon_id,
            conn_id=conn_id,
            slots=hello.slots,
            is_draining=hello.is_draining,
            protocol=min(hello.protocol, PROTOCOL_VERSION),
            rank=self._ranks.setdefault(hello.daemon_id, len(self._ranks)),
            active=set(hello.live),
        )
        self._connections[conn_id] = self._daemons[hello.daemon_id] = daemon
        daemon.joined = DaemonJoined(
            daemon_id=hello.daemon_id,
            live=hello.live,
            reported=hello.reported,
            buried=hello.buried,
            is_draining=hello.is_draining,
            neighbours=neighbours,
        )
        self._events.append(daemon.joined)

    def _neighbours(self, conn_id: int, hello: Hello) -> tuple[str, ...]:
        """Return the other daemons that may live: of those that came after this connection its hello can't know."""
        later = (name for name, first in self._firsts.items() if first > conn_id)
        return tuple(sorted({*hello.neighbours, *later}))

    def _is_outdated(self, hello: Hello) -> bool:
        return hello.daemon_id in self._buried or hello.number < self._hellos.get(hello.daemon_id, 0)

    def _hear(self, daemon: ConnectedDaemon, message: AttemptStarted | Ask | Finished) -> None:
        match message:
            case AttemptStarted():
                self._events.append(message)
            case Finished(report=report):
                daemon.active.discard(report.attempt_id)
                self._events.append(AttemptReported(report))
            case Ask():
                self._questions.append((daemon.conn_id, message))

    def _close(self, conn_id: int) -> None:
        """Hear nothing more from a connection; what was to be said on it is still said."""
        said = [entry for entry in self._outgoing if entry[0] == conn_id]
        self.disconnected(conn_id)
        self._outgoing.extend(said)
        self._closing.append(conn_id)
