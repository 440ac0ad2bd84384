"""What each attempt does: scripted by task, run, map index and try."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from mulgil.i18n import Text, nearest_name
from mulgil.inprocess import RequestError
from mulgil.messages import Died, Failed, Lost, Outcome, Skipped, Succeeded

if TYPE_CHECKING:
    from mulgil.messages import Assignment
    from mulgil.model import DagSpec

_NO_TIME = timedelta(0)


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt comes to, without a line of the task's code: made by the functions of this module.

    `outcome` None: the task's own code runs.
    """

    outcome: Outcome | None = None
    value: object = None
    took: timedelta = _NO_TIME


def succeeds(value: object = None, *, took: timedelta = _NO_TIME) -> Behaviour:
    """The task returns `value`. A branching task chooses everything directly downstream."""
    return Behaviour(outcome=Succeeded(), value=value, took=took)


def chooses(*task_ids: str, took: timedelta = _NO_TIME) -> Behaviour:
    """The branching task chooses these (directly downstream)."""
    return Behaviour(outcome=Succeeded(branch=task_ids), value=list(task_ids), took=took)


def fails(message: str = "scripted", *, may_retry: bool = True, took: timedelta = _NO_TIME) -> Behaviour:
    """The task raises; without `may_retry` no further try follows."""
    return Behaviour(outcome=Failed(Text("testing.failed", {"message": message}), may_retry=may_retry), took=took)


def skips(*, took: timedelta = _NO_TIME) -> Behaviour:
    """The task skips itself."""
    return Behaviour(outcome=Skipped(), took=took)


def dies(*, took: timedelta = _NO_TIME) -> Behaviour:
    """The task's process is killed: consumes a try."""
    return Behaviour(outcome=Died(Text("testing.died")), took=took)


def gets_lost(*, took: timedelta = _NO_TIME) -> Behaviour:
    """The worker dies and takes the task with it: consumes no try."""
    return Behaviour(outcome=Lost(Text("testing.lost")), took=took)


def runs_for_real() -> Behaviour:
    """The task's own code runs."""
    return Behaviour()


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    task_id: str
    behaviour: Behaviour
    run: int | None
    map_index: int | None
    try_number: int | None

    @property
    def weight(self) -> int:
        """How much the line says about which attempts it is for."""
        return sum(given is not None for given in (self.run, self.map_index, self.try_number))


class Script:
    """Which attempt does what. Of several lines that fit, the one that says most decides, then the latest.

    Script().on("load", fails(), try_number=1).on("load", skips(), run=2)
    """

    def __init__(self, *, otherwise: Behaviour | None = None) -> None:
        """Let what no line is for behave like `otherwise`: by default it succeeds."""
        self._otherwise = succeeds() if otherwise is None else otherwise
        self._lines: list[_Line] = []

    def on(
        self,
        task_id: str,
        behaviour: Behaviour,
        *,
        run: int | None = None,
        map_index: int | None = None,
        try_number: int | None = None,
    ) -> Script:
        """Add a line and return the script: for one run (from 0), map index and try (from 1), or for all."""
        self._lines.append(
            _Line(task_id=task_id, behaviour=behaviour, run=run, map_index=map_index, try_number=try_number)
        )
        return self

    def check(self, spec: DagSpec, *, runs: int) -> None:
        """Refuse a line that can be for no attempt.

        Raises:
            RequestError: There is no such task, or no such run.
        """
        known = [task.task_id for task in spec.tasks]
        for line in self._lines:
            if line.task_id not in known:
                guess = nearest_name(line.task_id, known) or ", ".join(known[:20])
                raise RequestError("inprocess.task_unknown", dag_id=spec.dag_id, task_id=line.task_id, guess=guess)
            if line.run is not None and not 0 <= line.run < runs:
                raise RequestError("testing.no_such_run", task_id=line.task_id, run=line.run, last=runs - 1)

    def behaviour(self, assignment: Assignment, *, run: int) -> Behaviour:
        """Return what an attempt of the run number `run` does."""
        instance = assignment.instance
        fitting = [
            line
            for line in self._lines
            if line.task_id == instance.task_id
            and line.run in (None, run)
            and line.map_index in (None, instance.map_index)
            and line.try_number in (None, instance.try_number)
        ]
        if not fitting:
            return self._otherwise
        # Of equal ones the last is the first of the reversed list, and `max` takes the first.
        return max(reversed(fitting), key=lambda line: line.weight).behaviour
