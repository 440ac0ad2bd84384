"""One leg of a proof, played in a child: the pipeline, or one of its tasks, on a world of its own."""

import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec

from mulgil.config import Home
from mulgil.i18n import Text
from mulgil.inprocess import (
    GivenConfiguration,
    GivenConnection,
    HomeConfiguration,
    Nobody,
    Play,
    Result,
    Session,
    SkippingWait,
    Surroundings,
    as_connections,
    as_variables,
    choose_dag,
    playable,
)
from mulgil.logstores import LogLine
from mulgil.messages import Assignment, Report
from mulgil.model import DagRun, TaskInstanceState, XComValue
from mulgil.proving.contents import Contents, read_world
from mulgil.proving.statements import unfolded
from mulgil.proving.wall_clock import ShiftedClock, wall_clock_ahead
from mulgil.proving.world import Redirected, World
from mulgil.sdk import DAG, PythonOperator
from mulgil.system import SystemClock, SystemIds
from mulgil.worker.attempt.xcom_files import XComFiles

# A line is counted this often at most: the first time and once more, as in a loop.
_PASSES = 2
_LIBRARIES = "/site-packages/"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The pipeline that is proven, and what its author gave with it."""

    file: Path
    dag_id: str | None
    home: Home
    scratch: Path
    connections: Mapping[str, GivenConnection] = {}
    variables: Mapping[str, object] = {}

    def load(self) -> DAG:
        """Import the file and return the dag."""
        return choose_dag(self.file, self.dag_id)

    @property
    def log(self) -> Path:
        """What the tasks of all legs print."""
        return self.scratch / "log.txt"


class Death(msgspec.Struct, frozen=True):
    """Where a task that writes by itself is killed: before its nth line (`line` > 0), or after its end (0)."""

    line: int = 0


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """What is played: all tasks or one, on which world, and how the process is to die."""

    world: Path
    runs: tuple[DagRun, ...]
    tasks: tuple[str, ...] = ()
    xcoms: tuple[XComValue, ...] = ()
    faults: str = ""
    death: Death | None = None
    ahead: timedelta = timedelta(0)
    # Read the world before anything is played, too.
    looks_first: bool = False
    # Where a copy of the world is kept before each task of the last run.
    steps: Path | None = None


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a leg. `lines` are those that the tasks' own code passed, as deaths count them."""

    succeeded: bool
    failures: tuple[tuple[str, Text], ...]
    before: Contents
    contents: Contents
    stages: tuple[str, ...]
    xcoms: tuple[XComValue, ...]
    order: tuple[str, ...]
    lines: tuple[str, ...]


def play_leg(subject: Subject, leg: Leg, tables: tuple[tuple[str, str], ...]) -> Played:
    """Play a leg in this process, a child, and read its world afterwards."""
    clock = ShiftedClock(SystemClock(), leg.ahead)
    world = World(leg.world)
    before = read_world(world, tables, clock)[0] if leg.looks_first else {}
    with wall_clock_ahead(leg.ahead):
        result, watched = _played(subject, leg, world, clock, tables)
    contents, stages = read_world(world, tables, clock)
    return Played(
        succeeded=result.succeeded,
        failures=tuple(_failures(result)),
        before=before,
        contents=contents,
        stages=stages,
        xcoms=result.xcoms,
        order=tuple(watched.order),
        lines=tuple(watched.lines),
    )


def _played(
    subject: Subject, leg: Leg, world: World, clock: ShiftedClock, tables: tuple[tuple[str, str], ...]
) -> "tuple[Result, _WatchedPlay]":
    dag = subject.load()
    surroundings = _surroundings(subject, world, clock, leg, tables)
    waiting = surroundings.clock
    session = Session(playable(dag.to_spec(), tasks=leg.tasks, is_one_by_one=True), clock=waiting, ids=surroundings.ids)
    runs = tuple(msgspec.structs.replace(run, version_id=session.version_id) for run in leg.runs)
    watched = _WatchedPlay(surroundings.player(dag, session).play, dag, leg, world)
    session.add(runs, xcoms=leg.xcoms)
    return session.result(session.play(watched.play), surroundings.files.decode), watched


def _surroundings(
    subject: Subject, world: World, clock: ShiftedClock, leg: Leg, tables: tuple[tuple[str, str], ...]
) -> Surroundings:
    others = GivenConfiguration(
        as_connections(subject.connections), as_variables(subject.variables), others=HomeConfiguration(subject.home)
    )
    written = frozenset(connection_id for connection_id, _ in tables)
    return Surroundings(
        home=subject.home,
        configuration=Redirected(
            others, world, World(subject.scratch / "beginning"), home=subject.home.path, clock=clock, written=written
        ),
        clock=SkippingWait(clock),
        task_clock=clock,
        ids=SystemIds(),
        watcher=_Printer(),
        files=XComFiles(Home(subject.scratch, subject.home.runtime_root)),
        faults=leg.faults,
    )


class _Printer(Nobody):
    """Keeps what tasks say in the proof's log, which is this process's standard error."""

    def line(self, assignment: Assignment, line: LogLine) -> None:
        instance = assignment.instance
        shown = f"{instance.run_id} {instance.task_id} {line.msg} {line.trace}".rstrip()
        os.write(2, f"{shown}\n".encode(errors="replace"))


def _failures(result: Result) -> list[tuple[str, Text]]:
    failed = [
        (f"{run.run_id} {instance.task_id}", instance.reason)
        for run in result.runs
        for instance in run.instances
        if instance.state is TaskInstanceState.FAILED and instance.reason is not None
    ]
    standing = [
        (f"{run_id} {label}".strip(), why)
        for run_id, reasons in result.standstill.items()
        for label, why in reasons.items()
    ]
    return failed + standing


class _WatchedPlay:
    """Plays attempts; keeps worlds, counts lines, dies where it is told."""

    def __init__(self, play: Play, dag: DAG, leg: Leg, world: World) -> None:
        self._play = play
        self._dag = dag
        self._leg = leg
        self._world = world
        self._last_run = leg.runs[-1].run_id
        self.order: list[str] = []
        self.lines: list[str] = []

    def play(self, assignment: Assignment) -> Report:
        task_id = assignment.instance.task_id
        if assignment.run.run_id == self._last_run and task_id not in self.order:
            self.order.append(task_id)
            if self._leg.steps is not None:
                self._world.copy_to(step_folder(self._leg.steps, len(self.order) - 1))
        operator = unfolded(self._dag.task(task_id))
        report = self._traced(assignment) if isinstance(operator, PythonOperator) else self._play(assignment)
        if self._leg.death == Death():
            _die()
        return report

    def _traced(self, assignment: Assignment) -> Report:
        counter = _LineCounter(Path(self._dag.root_folder), self._leg.death, self.lines)
        sys.settrace(counter.called)
        try:
            return self._play(assignment)
        finally:
            sys.settrace(None)


class _LineCounter:
    """Counts the lines of the author's files as they are passed, and dies before the one that is told."""

    def __init__(self, folder: Path, death: Death | None, lines: list[str]) -> None:
        self._prefix = f"{folder}/"
        self._at = death.line if death is not None and death.line else -1
        self._passed: Counter[tuple[str, int]] = Counter()
        self._lines = lines

    def called(self, frame: FrameType, event: str, arg: object) -> Any:
        file = frame.f_code.co_filename
        return self.passed if file.startswith(self._prefix) and _LIBRARIES not in file else None

    def passed(self, frame: FrameType, event: str, arg: object) -> Any:
        place = frame.f_code.co_filename, frame.f_lineno
        if event == "line" and self._passed[place] < _PASSES:
            self._passed[place] += 1
            self._lines.append(f"{place[0].removeprefix(self._prefix)}:{place[1]}")
            if len(self._lines) == self._at:
                _die()
        return self.passed


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def step_folder(steps: Path, number: int) -> Path:
    """Return where the world before a step is kept."""
    return steps / str(number)


def forget(folder: Path) -> None:
    """Remove a world that isn't needed any more."""
    shutil.rmtree(folder, ignore_errors=True)
