"""Who follows a run without a server while it goes on: the console, or nobody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mulgil.logstores import LogLine
from mulgil.messages import Assignment
from mulgil.model import DagRun, DagSpec, Event


class Watcher(Protocol):
    """What happens, as it happens. Lines are masked already."""

    def begun(self, spec: DagSpec, runs: Sequence[DagRun], *, total: int) -> None:
        """The runs were made, with `total` task instances."""
        ...

    def started(self, assignment: Assignment) -> None:
        """An attempt starts."""
        ...

    def line(self, assignment: Assignment, line: LogLine) -> None:
        """A task printed or logged something, or raised."""
        ...

    def progressed(self, assignment: Assignment, rows: int, total: int | None) -> None:
        """A task said how far it is."""
        ...

    def changed(self, event: Event) -> None:
        """A run or a task instance entered a state."""
        ...

    def waiting(self, until: datetime, seconds: float, *, is_skipped: bool) -> None:
        """Nothing is to be done before `until`."""
        ...


class Nobody:
    """A watcher that looks away."""

    def begun(self, spec: DagSpec, runs: Sequence[DagRun], *, total: int) -> None:
        """Ignore it."""

    def started(self, assignment: Assignment) -> None:
        """Ignore it."""

    def line(self, assignment: Assignment, line: LogLine) -> None:
        """Ignore it."""

    def progressed(self, assignment: Assignment, rows: int, total: int | None) -> None:
        """Ignore it."""

    def changed(self, event: Event) -> None:
        """Ignore it."""

    def waiting(self, until: datetime, seconds: float, *, is_skipped: bool) -> None:
        """Ignore it."""
