"""The task protocol: attempt ⇄ worker daemon ⇄ gateway.

An attempt speaks to its daemon over an inherited socketpair; the daemon dials one gateway. The daemon
passes on what the attempt asks and how it ends, and answers nothing itself. How far it has come stands in
the log of its try.

    daemon → gateway:  Hello, then AttemptStarted | Ask | Finished, those that were not acknowledged first
    gateway → daemon:  Welcome | RefuseHello, then Assign | Cancel | Answer | Ack
    attempt → daemon:  Ask | Progress | Publishing | Finished
    daemon → attempt:  Answer

Either side may drop the connection at any time and lose what was under way; the next `Hello` says what
the daemon holds, and both sides repeat what the other one doesn't know:
- the daemon repeats every report that was not acknowledged;
- the gateway repeats every assignment to this daemon that is neither live nor reported there, with the
  same attempt id, which a daemon that has seen it before drops.
"""

from datetime import datetime
from typing import get_args

import msgspec

from mulgil.i18n import Text
from mulgil.messages.assignment import Assignment
from mulgil.messages.framing import MessageKinds
from mulgil.messages.report import Report
from mulgil.model import Connection, XComValue

PROTOCOL_VERSION = 1


class BuriedDaemon(msgspec.Struct, frozen=True):
    """A dead daemon of the same home: its processes are gone, its journalled reports are named in this hello.

    `started` are the attempts that it is known to have started. Whatever else was assigned to it and
    is not among those that the hello names as reported will never be reported.
    """

    daemon_id: str
    started: tuple[str, ...] = ()


class Hello(msgspec.Struct, frozen=True, tag="hello", kw_only=True):
    """The daemon's first message on every connection."""

    protocol: int
    daemon_id: str
    host: str
    pid: int
    slots: int
    is_draining: bool = False
    # How many hellos this daemon has said before: one that was overtaken on its way is outdated.
    number: int = 0
    # Attempts whose process runs now, or whose assignment has arrived and will start.
    live: tuple[str, ...] = ()
    # Attempts whose reports no gateway has acknowledged yet. The reports follow one by one, each in a frame
    # of its own: together they may be longer than any frame.
    reported: tuple[str, ...] = ()
    buried: tuple[BuriedDaemon, ...] = ()
    # Other daemons of this home that live, or are still to be buried, as of this connection. What was assigned
    # to a daemon that is neither this one, nor buried, nor among these will never be reported.
    neighbours: tuple[str, ...] = ()


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """The gateway accepts the daemon, and what its hello said of dead daemons is committed."""

    protocol: int = PROTOCOL_VERSION


class RefuseHello(msgspec.Struct, frozen=True, tag="refuse_hello"):
    """The gateway can't work with this daemon (its protocol is too old or too new)."""

    reason: Text


class Assign(msgspec.Struct, frozen=True, tag="assign"):
    """Start this attempt."""

    assignment: Assignment


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """End this attempt's process group; reported as `Cancelled` unless it ended first."""

    attempt_id: str
    reason: Text


class AttemptStarted(msgspec.Struct, frozen=True, tag="attempt_started"):
    """The attempt's process is about to run the task's code."""

    attempt_id: str
    pid: int
    started_at: datetime


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The attempt has ended."""

    report: Report


class Ack(msgspec.Struct, frozen=True, tag="ack"):
    """These reports are committed; the daemon may forget them."""

    attempt_ids: tuple[str, ...]


class Publishing(msgspec.Struct, frozen=True, tag="publishing"):
    """The attempt is about to publish: if it dies from here on, the target knows whether it committed."""

    attempt_id: str


class Progress(msgspec.Struct, frozen=True, tag="progress", omit_defaults=True):
    """Rows done so far, and how many there will be where that is known."""

    attempt_id: str
    rows: int
    total: int | None = None


class GetXCom(msgspec.Struct, frozen=True, tag="get_xcom"):
    """Ask for an XCom of the attempt's own dag; `map_index` null = those of every map index, in order."""

    run_id: str
    task_id: str
    map_index: int | None
    key: str


class GetVariable(msgspec.Struct, frozen=True, tag="get_variable"):
    """Ask for a variable's value."""

    key: str


class GetConnection(msgspec.Struct, frozen=True, tag="get_connection"):
    """Ask for a connection, with its secrets."""

    connection_id: str


Question = GetXCom | GetVariable | GetConnection


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """A question of an attempt; `request_id` is unique within the attempt."""

    attempt_id: str
    request_id: int
    question: Question


class Answer(msgspec.Struct, frozen=True, tag="answer", kw_only=True, omit_defaults=True):
    """The answer to one question: exactly the field of its kind is set, or `error`."""

    attempt_id: str
    request_id: int
    xcoms: tuple[XComValue, ...] | None = None
    variable: str | None = None
    connection: Connection | None = None
    error: Text | None = None


DaemonMessage = Hello | AttemptStarted | Ask | Finished
GatewayMessage = Welcome | RefuseHello | Assign | Cancel | Answer | Ack
DAEMON_MESSAGES: MessageKinds[DaemonMessage] = MessageKinds(*get_args(DaemonMessage))
GATEWAY_MESSAGES: MessageKinds[GatewayMessage] = MessageKinds(*get_args(GatewayMessage))
