"""What a running task may ask of whoever runs it; implemented by the worker and by in-process runs.

Authoring declares this Protocol and never imports its implementations: time, connections and results
reach a task through it only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from mulgil.model import UNMAPPED, AssetCommit, Connection, DagRun, TaskInstance
from mulgil.sdk.errors import OutsideTaskError
from mulgil.sdk.origin import find_origin

if TYPE_CHECKING:
    from pathlib import Path


class _NotFound:
    """The type of `NOT_FOUND`."""

    def __repr__(self) -> str:
        """Show the name."""
        return "NOT_FOUND"


NOT_FOUND = _NotFound()
"""What `TaskRuntime.xcom_pull` returns where nothing was pushed (None can be pushed)."""


class TaskClock(Protocol):
    """The time, as whoever runs the task gives it."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never run backwards."""
        ...


class TaskRuntime(Protocol):
    """One attempt's way to the outside. Methods raise `MulgilError` with the reason when they can't."""

    @property
    def dag_run(self) -> DagRun:
        """The run that the attempt is for."""
        ...

    @property
    def task_instance(self) -> TaskInstance:
        """The task instance that the attempt is a try of."""
        ...

    @property
    def version_id(self) -> str:
        """The version of the dag whose code runs."""
        ...

    @property
    def clock(self) -> TaskClock:
        """The time, for deadlines and fences; never for data logic, which follows the data interval."""
        ...

    def get_connection(self, connection_id: str) -> Connection:
        """Return a connection with its secrets; an unknown id is an error with the nearest one."""
        ...

    def get_variable(self, key: str) -> str | None:
        """Return a variable's value, or None if there is no such variable."""
        ...

    def xcom_pull(
        self, task_id: str, *, key: str, map_index: int | None = UNMAPPED, run_id: str | None = None
    ) -> object:
        """Return what a task of this dag pushed, or `NOT_FOUND`.

        `map_index` None asks for those of every map index: a list in their order, without the missing
        ones. `run_id` None is the own run.
        """
        ...

    def xcom_push(self, key: str, value: object) -> None:
        """Keep a value that becomes visible together with the task's success; the last one of a key wins."""
        ...

    def progress(self, rows: int, total: int | None = None) -> None:
        """Tell how far the task is; cheap, may be dropped."""
        ...

    def report_commit(self, commit: AssetCommit) -> None:
        """Keep the record of a commit for the attempt's report."""
        ...

    def announce_publishing(self) -> None:
        """Say, before it happens, that a publish starts: from here on the target knows whether it committed."""
        ...

    def resolve_path(self, path: str) -> Path:
        """Return a path as connections mean it: relative ones start at the home."""
        ...

    def fault(self, point: str) -> None:
        """Pass a named point of the write path; does nothing unless a test armed it."""
        ...


_current: list[TaskRuntime] = []


@contextmanager
def set_runtime(runtime: TaskRuntime) -> Iterator[None]:
    """Make `runtime` the one that `current_runtime` returns."""
    _current.append(runtime)
    try:
        yield
    finally:
        _current.pop()


def has_runtime() -> bool:
    """Whether a task runs here now."""
    return bool(_current)


def current_runtime(what: str = "") -> TaskRuntime:
    """Return the running task's runtime; `what` names what the caller wanted, for the message.

    Raises:
        OutsideTaskError: No task runs here.
    """
    if _current:
        return _current[-1]
    origin = find_origin()
    raise OutsideTaskError("sdk.outside_task", what=what or "The task runtime", file=origin.file, line=origin.line)
