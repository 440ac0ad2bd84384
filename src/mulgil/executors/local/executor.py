"""Attempts on this host's worker daemons, up to `parallelism` at a time."""

from collections.abc import Sequence

from mulgil.i18n import Text
from mulgil.messages import Assignment
from mulgil.ports import AttemptReported, AttemptUnsendable, DaemonJoined, WorkerEvent, WorkerLink


class LocalExecutor:
    """An `Executor` over a `WorkerLink`.

    It counts what is under way over all daemons, those included that left and haven't come back: their
    attempts may still run.
    """

    def __init__(self, link: WorkerLink, *, parallelism: int) -> None:
        """Run at most `parallelism` attempts at a time through `link`."""
        self._link = link
        self._parallelism = parallelism
        self._under_way: dict[str, set[str]] = {}

    @property
    def name(self) -> str:
        """`LocalExecutor`."""
        return "LocalExecutor"

    def free_slots(self) -> int:
        """Return how many attempts may be submitted now."""
        under_way = sum(len(attempts) for attempts in self._under_way.values())
        return max(0, min(self._parallelism - under_way, self._link.free_slots()))

    def target_daemon(self) -> str | None:
        """Return the daemon that takes new work."""
        return self._link.target_daemon()

    def submit(self, assignment: Assignment, *, daemon_id: str) -> None:
        """Send an attempt to a daemon."""
        self._under_way.setdefault(daemon_id, set()).add(assignment.attempt_id)
        self._link.submit(assignment, daemon_id=daemon_id)

    def cancel(self, attempt_id: str, reason: Text) -> None:
        """Ask for the end of an attempt."""
        self._link.cancel(attempt_id, reason)

    def acknowledge(self, attempt_ids: Sequence[str]) -> None:
        """Say that these reports are committed."""
        self._link.acknowledge(attempt_ids)

    def welcome(self, joined: DaemonJoined) -> None:
        """Say that a joining is committed."""
        self._link.welcome(joined)

    def events(self) -> tuple[WorkerEvent, ...]:
        """Return what has arrived since the last call, in order."""
        events = self._link.events()
        for event in events:
            self._count(event)
        return events

    def _count(self, event: WorkerEvent) -> None:
        match event:
            case DaemonJoined():
                for dead in self._under_way.keys() - {event.daemon_id, *event.neighbours}:
                    del self._under_way[dead]
                self._under_way[event.daemon_id] = set(event.live)
            case AttemptReported(report=report):
                self._release(report.attempt_id)
            case AttemptUnsendable(attempt_id=attempt_id):
                self._release(attempt_id)
            case _:
                pass

    def _release(self, attempt_id: str) -> None:
        for attempts in self._under_way.values():
            attempts.discard(attempt_id)
