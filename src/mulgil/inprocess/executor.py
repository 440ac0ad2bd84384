"""The scheduler's executor in a run without a server: attempts wait here until the player takes one."""

from collections.abc import Sequence

from mulgil.i18n import Text
from mulgil.messages import Assignment, Cancelled, Report
from mulgil.ports import AttemptReported, Clock, DaemonJoined, WorkerEvent


class InProcessExecutor:
    """An `Executor` that starts nothing by itself. Nothing runs while the scheduler makes a step."""

    def __init__(self, clock: Clock, *, slots: int) -> None:
        """Let at most `slots` attempts wait at a time."""
        self._clock = clock
        self._slots = slots
        self._waiting: list[Assignment] = []
        self._events: list[WorkerEvent] = []

    @property
    def name(self) -> str:
        """`InProcessExecutor`."""
        return "InProcessExecutor"

    @property
    def waiting(self) -> Sequence[Assignment]:
        """The attempts that were queued and not taken, in the order in which the scheduler queued them."""
        return self._waiting

    def take(self, indexes: Sequence[int]) -> tuple[Assignment, ...]:
        """Take some of the waiting attempts, in this order, in order to run them."""
        if len(indexes) == 1:
            return (self._waiting.pop(indexes[0]),)
        taken = tuple(self._waiting[index] for index in indexes)
        gone = set(indexes)
        self._waiting = [assignment for index, assignment in enumerate(self._waiting) if index not in gone]
        return taken

    def report(self, report: Report) -> None:
        """Pass the end of an attempt on to the scheduler's next step."""
        self._events.append(AttemptReported(report))

    def free_slots(self) -> int:
        """Return how many more may wait."""
        return max(0, self._slots - len(self._waiting))

    def target_daemon(self) -> str | None:
        """Return the name of this process."""
        return "this process"

    def submit(self, assignment: Assignment, *, daemon_id: str) -> None:
        """Let an attempt wait."""
        self._waiting.append(assignment)

    def cancel(self, attempt_id: str, reason: Text) -> None:
        """End an attempt that waits; what isn't here has ended."""
        for assignment in self._waiting:
            if assignment.attempt_id == attempt_id:
                self._waiting.remove(assignment)
                self.report(Report(attempt_id=attempt_id, outcome=Cancelled(reason), ended_at=self._clock.now()))
                return

    def acknowledge(self, attempt_ids: Sequence[str]) -> None:
        """Nothing is kept for an acknowledgement."""

    def welcome(self, joined: DaemonJoined) -> None:
        """No daemon ever joins."""

    def events(self) -> tuple[WorkerEvent, ...]:
        """Return what has ended since the last call."""
        events = tuple(self._events)
        self._events.clear()
        return events
