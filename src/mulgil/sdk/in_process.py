"""The one way from authoring up to what runs a dag without a server, found by name when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypedDict, cast

from mulgil.model import UNMAPPED, DagRunState, JsonValue, TaskInstanceState

if TYPE_CHECKING:
    from mulgil.model import Connection
    from mulgil.sdk.runtime import TaskClock
    from mulgil.sdk.scope import DagScope


class DagTestArguments(TypedDict, total=False):
    """What `dag.test()` takes besides a date."""

    # A range of data intervals, `end` included, instead of one date.
    start: date | datetime | str | None
    end: date | datetime | str | None
    conf: Mapping[str, JsonValue] | None
    # Only these tasks.
    tasks: Sequence[str]
    # Used instead of the home's: `"duckdb:/tmp/x.duckdb"`, a dict of fields, or a `Connection`.
    connections: Mapping[str, Connection | str | Mapping[str, object]] | None
    variables: Mapping[str, object] | None
    # What tasks see as the time.
    clock: TaskClock | None
    # Wait for retry delays instead of skipping them.
    wait: bool
    # Print nothing.
    quiet: bool
    # Open the debugger where a task raises.
    debug: bool


class DagTestResult(Protocol):
    """What came of `dag.test()`. `run` is a run's number, from 0, or its id."""

    @property
    def succeeded(self) -> bool:
        """Whether every run succeeded."""
        ...

    def run_state(self, run: int | str = 0) -> DagRunState:
        """Return a run's state."""
        ...

    def state(self, task_id: str, *, run: int | str = 0, map_index: int = UNMAPPED) -> TaskInstanceState:
        """Return a task instance's state."""
        ...

    def states(self, *, run: int | str = 0) -> dict[str, TaskInstanceState]:
        """Return the state of every task instance: by `task`, or `task[0]` where it is mapped."""
        ...

    def tries(self, task_id: str, *, run: int | str = 0, map_index: int = UNMAPPED) -> int:
        """Return how many tries were started."""
        ...

    def reason(self, task_id: str, *, run: int | str = 0, map_index: int = UNMAPPED) -> str | None:
        """Return why a task instance stands where it does, in words: the error of a failed one."""
        ...

    def value(
        self, task_id: str, *, key: str = "return_value", run: int | str = 0, map_index: int = UNMAPPED
    ) -> object:
        """Return what a task returned, or pushed under `key`."""
        ...


class _InProcess(Protocol):
    def try_dag(self, dag: DagScope, date: object, **arguments: object) -> DagTestResult: ...

    def run_as_program(self, dag: DagScope, arguments: Sequence[str] | None) -> int: ...


def in_process() -> _InProcess:
    """Return the package `mulgil.inprocess`."""
    return cast("_InProcess", import_module("mulgil.inprocess"))
