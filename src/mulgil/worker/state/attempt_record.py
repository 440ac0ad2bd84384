"""What the state table knows of one attempt."""

from dataclasses import dataclass, field
from enum import StrEnum

from mulgil.messages import Ask, Assignment, AttemptStarted, Outcome, Report
from mulgil.worker.wire import DagFile, Mode


class Phase(StrEnum):
    """How far an attempt's process (or its resolver's) has come."""

    # No process was asked for: the zygote isn't ready.
    WAITING = "waiting"
    # A process was asked for.
    STARTING = "starting"
    # It runs.
    RUNNING = "running"
    # It is gone.
    GONE = "gone"


@dataclass
class AttemptRecord:
    """One attempt from its assignment until its report is acknowledged and its process is gone."""

    assignment: Assignment
    phase: Phase = Phase.WAITING
    mode: Mode = Mode.RUN
    zygote_id: int | None = None
    pid: int | None = None
    started: AttemptStarted | None = None
    # How the attempt ends because it was told to (cancelled, timed out), once its process is gone.
    stop: Outcome | None = None
    # What the attempt said about its end; final once its process is gone.
    finished: Report | None = None
    is_publishing: bool = False
    # When its progress was last written to its log, in elapsed seconds.
    progress_at: float | None = None
    # How the attempt ends unless its resolver finds that it had committed.
    death: Outcome | None = None
    # Questions without an answer, by request id.
    asks: dict[int, Ask] = field(default_factory=dict)
    report: Report | None = None
    is_acknowledged: bool = False

    @property
    def attempt_id(self) -> str:
        """The attempt's id."""
        return self.assignment.attempt_id

    @property
    def dag_file(self) -> DagFile:
        """Where the task's code is."""
        return DagFile.of(self.assignment)

    @property
    def has_process(self) -> bool:
        """Whether a process may exist."""
        return self.phase in (Phase.STARTING, Phase.RUNNING)

    @property
    def may_have_committed(self) -> bool:
        """Whether the target must be asked before a death is believed."""
        return self.is_publishing and self.assignment.is_resolvable
