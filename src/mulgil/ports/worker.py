"""From the scheduler to the processes that run tasks, and back."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from mulgil.i18n import Text
from mulgil.messages import Assignment, AttemptStarted, BuriedDaemon, Report


class DaemonJoined(msgspec.Struct, frozen=True, kw_only=True):
    """A daemon dialled. Its unacknowledged reports follow as `AttemptReported`, after this event.

    Attempts assigned to `daemon_id` that are neither in `live` nor reported were never received.
    Attempts assigned to a buried daemon that are not reported are lost, and so are those of any daemon that is
    neither this one, nor buried, nor among the `neighbours`: it is dead and has left no journal. A daemon that is
    draining takes nothing more, and leaves once this event is committed and its reports are acknowledged.
    """

    daemon_id: str
    live: tuple[str, ...]
    reported: tuple[str, ...]
    buried: tuple[BuriedDaemon, ...] = ()
    neighbours: tuple[str, ...] = ()
    is_draining: bool = False


class AttemptReported(msgspec.Struct, frozen=True):
    """An attempt ended. Acknowledge it after the commit that holds the report."""

    report: Report


class AttemptUnsendable(msgspec.Struct, frozen=True):
    """An attempt was submitted, and its assignment can't be sent to any worker, now or later."""

    attempt_id: str
    cause: Text


WorkerEvent = DaemonJoined | AttemptStarted | AttemptReported | AttemptUnsendable


class WorkerLink(Protocol):
    """A scheduler's way to its daemons; nothing that is submitted is ever started twice.

    Implemented by the gateway. Executors that run on our own daemons are thin policies above it.
    """

    def free_slots(self) -> int:
        """Return how many attempts could start now on the daemon that takes new work (0 without one)."""
        ...

    def target_daemon(self) -> str | None:
        """Return the id of the daemon that takes new work."""
        ...

    def submit(self, assignment: Assignment, *, daemon_id: str) -> None:
        """Send an assignment; if the daemon isn't connected it is dropped and told by its next join."""
        ...

    def cancel(self, attempt_id: str, reason: Text) -> None:
        """Ask for the end of an attempt, wherever it runs; unknown ids are ignored."""
        ...

    def acknowledge(self, attempt_ids: Sequence[str]) -> None:
        """Say that these reports are committed."""
        ...

    def welcome(self, joined: DaemonJoined) -> None:
        """Say that a joining is committed, with what it said of dead daemons: the daemon may forget those now."""
        ...

    def events(self) -> tuple[WorkerEvent, ...]:
        """Return what has arrived since the last call, in order."""
        ...


class Executor(Protocol):
    """Where attempts run. Several may be active; a task may name its own."""

    @property
    def name(self) -> str:
        """The class name that users write, such as `LocalExecutor`."""
        ...

    def free_slots(self) -> int:
        """Return how many attempts may be submitted now."""
        ...

    def target_daemon(self) -> str | None:
        """Return where the next submitted attempt will run; None while nowhere."""
        ...

    def submit(self, assignment: Assignment, *, daemon_id: str) -> None:
        """Start an attempt, after the commit that queued it."""
        ...

    def cancel(self, attempt_id: str, reason: Text) -> None:
        """Ask for the end of an attempt."""
        ...

    def acknowledge(self, attempt_ids: Sequence[str]) -> None:
        """Say that these reports are committed."""
        ...

    def welcome(self, joined: DaemonJoined) -> None:
        """Say that a joining is committed, with what it said of dead daemons: the daemon may forget those now."""
        ...

    def events(self) -> tuple[WorkerEvent, ...]:
        """Return what has arrived since the last call, in order."""
        ...
