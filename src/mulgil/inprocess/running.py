"""Running a dag in this process: what `dag.test()`, `python file.py` and `mulgil run` do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mulgil.config import Home, environment
from mulgil.gateway import AttemptQuestions
from mulgil.inprocess.attempt import TaskPlayer, XComMemory
from mulgil.inprocess.configuration import (
    Configuration,
    GivenConfiguration,
    GivenConnection,
    HomeConfiguration,
    QuestionSource,
    as_connections,
    as_variables,
)
from mulgil.inprocess.console import Console
from mulgil.inprocess.request import GivenDate, intervals_for, make_runs, playable
from mulgil.inprocess.result import Result
from mulgil.inprocess.session import Session
from mulgil.inprocess.waiting import RealWait, SkippingWait, WaitingClock
from mulgil.inprocess.watcher import Nobody, Watcher
from mulgil.model import DagRun, JsonValue, RunType, XComValue
from mulgil.ports import Clock, IdSource
from mulgil.sdk import DAG
from mulgil.system import SystemClock, SystemIds
from mulgil.worker.attempt.xcom_files import XComFiles


class OneDag:
    """`DagSource` of a dag that was made in this process."""

    def __init__(self, dag: DAG) -> None:
        """Offer `dag`; without a bundle, files of templates are looked for beside the file that made it."""
        if not dag.root_folder and dag.origin.module_file:
            dag.root_folder = str(Path(dag.origin.module_file).resolve().parent)
        self._dag = dag

    def dag(self, dag_id: str) -> DAG:
        """Return the dag."""
        return self._dag


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What is around runs in this process.

    `clock` times the runs, `task_clock` is what tasks see. Relative paths of connections start at
    `home`, where nothing is written.
    """

    home: Home
    configuration: Configuration
    clock: WaitingClock
    task_clock: Clock
    ids: IdSource = field(default_factory=SystemIds)
    watcher: Watcher = field(default_factory=Nobody)
    files: XComFiles = field(default_factory=XComMemory)
    faults: str = ""
    debug: bool = False

    def player(self, dag: DAG, session: Session) -> TaskPlayer:
        """Return what runs the tasks of a session for real."""
        questions = AttemptQuestions(QuestionSource(self.configuration, session.store), lambda _: dag.dag_id)
        return TaskPlayer(
            OneDag(dag),
            questions,
            home=self.home,
            clock=self.clock,
            task_clock=self.task_clock,
            watcher=self.watcher,
            files=self.files,
            faults=self.faults,
            debug=self.debug,
        )


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be run: dates as `intervals_for` takes them, and all or some of the tasks."""

    at: GivenDate | None = None
    first: GivenDate | None = None
    last: GivenDate | None = None
    conf: Mapping[str, JsonValue] | None = None
    tasks: Sequence[str] = ()


def run_dag(dag: DAG, request: Request, surroundings: Surroundings) -> Result:
    """Run a dag for the intervals that are asked for, one after another, to their ends.

    Raises:
        RequestError: What is asked for doesn't fit the dag.
        DagDefinitionError: The dag can't run as it is declared.
    """
    spec = dag.to_spec()
    now = surroundings.clock.now()
    intervals = intervals_for(spec, now=now, at=request.at, first=request.first, last=request.last)
    session = Session(
        playable(spec, tasks=request.tasks, is_one_by_one=True),
        clock=surroundings.clock,
        ids=surroundings.ids,
        watcher=surroundings.watcher,
    )
    runs = make_runs(
        spec,
        intervals,
        version_id=session.version_id,
        now=now,
        ids=surroundings.ids,
        conf=request.conf,
        run_type=RunType.MANUAL,
    )
    return play_runs(dag, session, runs, surroundings)


def play_runs(
    dag: DAG, session: Session, runs: Sequence[DagRun], surroundings: Surroundings, *, xcoms: Sequence[XComValue] = ()
) -> Result:
    """Play given runs for real; `xcoms` are values that they have already."""
    session.add(runs, xcoms=xcoms)
    standstill = session.play(surroundings.player(dag, session).play)
    return session.result(standstill, surroundings.files.decode)


def surroundings_for(
    *,
    home: Home | None = None,
    connections: Mapping[str, GivenConnection] | None = None,
    variables: Mapping[str, object] | None = None,
    clock: Clock | None = None,
    waits_for_retries: bool = False,
    watcher: Watcher | None = None,
    debug: bool = False,
) -> Surroundings:
    """Return the surroundings of an author's machine: its home, before it what is given, and its clock."""
    home = home or environment.resolve_home()
    task_clock = SystemClock() if clock is None else clock
    return Surroundings(
        home=home,
        configuration=GivenConfiguration(
            as_connections(connections or {}), as_variables(variables or {}), others=HomeConfiguration(home)
        ),
        clock=RealWait(task_clock) if waits_for_retries else SkippingWait(task_clock),
        task_clock=task_clock,
        watcher=watcher or Nobody(),
        faults=environment.faults(),
        debug=debug,
    )


def run_shown(dag: DAG, request: Request, surroundings: Surroundings, console: Console) -> Result:
    """Run a dag as `run_dag` does and print the summary."""
    try:
        result = run_dag(dag, request, surroundings)
    finally:
        console.close()
    console.summarize(result)
    return result
