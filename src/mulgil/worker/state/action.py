"""What a worker daemon is to do next: the outputs of its state table, to be done in order."""

import msgspec

from mulgil.i18n import Text
from mulgil.messages import Answer, Assignment, DaemonMessage, Report
from mulgil.worker.wire import DagFile, Mode


class Dial(msgspec.Struct, frozen=True):
    """Connect to the gateway; answered by `Connected` or `Disconnected`."""


class HangUp(msgspec.Struct, frozen=True):
    """Close the connection to the gateway; no `Disconnected` follows."""


class Send(msgspec.Struct, frozen=True):
    """Say something to the gateway."""

    message: DaemonMessage


class TellAttempt(msgspec.Struct, frozen=True):
    """Pass an answer on to an attempt."""

    answer: Answer


class StartZygote(msgspec.Struct, frozen=True):
    """Start a process that imports a dag file."""

    zygote_id: int
    dag_file: DagFile


class RetireZygote(msgspec.Struct, frozen=True):
    """Let a zygote end; what it forked lives on."""

    zygote_id: int


class KillZygote(msgspec.Struct, frozen=True):
    """End a zygote that hangs; what it forked lives on."""

    zygote_id: int


class StartProcess(msgspec.Struct, frozen=True):
    """Start an attempt's process: forked from a zygote, or a fresh interpreter (`zygote_id` None)."""

    assignment: Assignment
    zygote_id: int | None
    mode: Mode


class Kill(msgspec.Struct, frozen=True):
    """Send a signal to an attempt's process group."""

    attempt_id: str
    signal: int


class JournalStart(msgspec.Struct, frozen=True):
    """Write down that an attempt is about to get a process."""

    attempt_id: str


class JournalProcess(msgspec.Struct, frozen=True):
    """Write down which process an attempt has."""

    attempt_id: str
    pid: int


class JournalReport(msgspec.Struct, frozen=True):
    """Write down how an attempt ended, before anybody is told."""

    report: Report


class JournalForget(msgspec.Struct, frozen=True):
    """Strike out an attempt: its report is acknowledged and its process is gone."""

    attempt_id: str


class ForgetBuried(msgspec.Struct, frozen=True):
    """Remove a dead daemon's journal: its reports are acknowledged."""

    daemon_id: str


class AppendToLog(msgspec.Struct, frozen=True, omit_defaults=True):
    """Add a line to the log of an attempt's try."""

    assignment: Assignment
    level: str
    text: Text
    traceback: str = ""


class Note(msgspec.Struct, frozen=True):
    """Add a line to the daemon's own log."""

    text: Text


class Exit(msgspec.Struct, frozen=True):
    """Leave: nothing runs any more. Unless `is_clean`, the journal is for a later daemon to bury."""

    is_clean: bool


DaemonAction = (
    Dial
    | HangUp
    | Send
    | TellAttempt
    | StartZygote
    | RetireZygote
    | KillZygote
    | StartProcess
    | Kill
    | JournalStart
    | JournalProcess
    | JournalReport
    | JournalForget
    | ForgetBuried
    | AppendToLog
    | Note
    | Exit
)
