"""Playing a dag's runs in memory, every attempt as the script says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from mulgil.config import Home, environment
from mulgil.i18n import MulgilError
from mulgil.inprocess import (
    Configuration,
    GivenConfiguration,
    GivenConnection,
    GivenDate,
    Order,
    Play,
    RequestError,
    Result,
    Session,
    Surroundings,
    VirtualClock,
    as_connections,
    as_variables,
    first_in,
    intervals_for,
    make_runs,
    playable,
)
from mulgil.messages import Assignment, Failed, Report, Succeeded, XComEntry
from mulgil.model import DagSpec, DataInterval, JsonValue, RunType
from mulgil.sdk import DAG
from mulgil.system import SystemClock
from mulgil.testing.script import Behaviour, Script
from mulgil.timetables import timetable_for

_RETURN_VALUE = "return_value"
_WAVE = 1_000_000
_STEP = timedelta(days=1)


class CountingIds:
    """Ids that are the same in every test."""

    def __init__(self) -> None:
        """Count from one."""
        self._last = 0

    def new_id(self) -> str:
        """Return the next id."""
        self._last += 1
        return f"{self._last:026}"


class _TaskTime:
    """What tasks see: the virtual instant; deadlines pass as they really do."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._system = SystemClock()

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._system.monotonic()


def simulate(
    dag: DAG,
    *,
    runs: int | Sequence[GivenDate] = 1,
    first: GivenDate | None = None,
    run_type: str = RunType.SCHEDULED,
    conf: Mapping[str, JsonValue] | None = None,
    script: Script | None = None,
    order: Order = first_in,
    clock: VirtualClock | None = None,
    pools: Mapping[str, int] | None = None,
    tasks: Sequence[str] = (),
    connections: Mapping[str, GivenConnection] | None = None,
    variables: Mapping[str, object] | None = None,
    home: Path | str | None = None,
) -> Result:
    """Play consecutive runs of a dag together, to their end or to a standstill.

    Everything is the real thing but the attempts, which do what the script says, and the clock, which
    jumps: retry delays cost no time. The same arguments give the same result, always. All runs are there
    from the beginning; as many are active as the dag's `max_active_runs` allows.

    Args:
        dag: The dag.
        runs: How many consecutive data intervals get a run, or a date for each run.
        first: A date in the first interval; by default the dag's start date, else the first day of 2026.
        run_type: `scheduled` or `manual`.
        conf: What every run gets as its conf.
        script: What each attempt does; without one, every task's own code runs.
        order: Which of the queued attempts runs next: `first_in`, `last_in`, `wave` or `seeded(n)`.
        clock: By default it begins when the last interval ends.
        pools: Slots by name; a pool that isn't named has room for everybody.
        tasks: Play these tasks only.
        connections: Fakes by id: `"duckdb:/tmp/x.duckdb"`, a dict of fields, or a `Connection`. There are
            no others.
        variables: Variables by key. There are no others.
        home: Where relative paths of connections start; by default the working folder.

    Raises:
        DagDefinitionError: The dag can't run as it is declared.
        RequestError: The script, a date or a task doesn't fit the dag.
    """
    spec = dag.to_spec()
    intervals = _intervals(spec, runs, first)
    clock = VirtualClock(max(interval.end for interval in intervals)) if clock is None else clock
    ids = CountingIds()
    session = Session(
        playable(spec, tasks=tasks, is_one_by_one=False), clock=clock, ids=ids, order=order, slots=_WAVE, pools=pools
    )
    made = make_runs(
        spec,
        intervals,
        version_id=session.version_id,
        now=clock.now(),
        ids=ids,
        conf=conf,
        run_type=RunType(run_type),
    )
    surroundings = Surroundings(
        home=_home(home),
        configuration=_configuration(connections, variables),
        clock=clock,
        task_clock=_TaskTime(clock),
        ids=ids,
    )
    play: Play = surroundings.player(dag, session).play
    if script is not None:
        script.check(session.spec, runs=len(made))
        numbers = {run.run_id: number for number, run in enumerate(made)}
        play = _Actor(session.spec, script, numbers, clock, surroundings, play).play
    session.add(made)
    return session.result(session.play(play), surroundings.files.decode)


def _intervals(spec: DagSpec, runs: int | Sequence[GivenDate], first: GivenDate | None) -> tuple[DataInterval, ...]:
    now = VirtualClock().now()
    if not isinstance(runs, int):
        found = [intervals_for(spec, now=now, at=day)[0] for day in runs]
    else:
        if runs < 1:
            raise RequestError("testing.no_runs")
        start: GivenDate = first if first is not None else spec.start_date or now
        found = [intervals_for(spec, now=now, at=start)[0]]
        timetable = timetable_for(spec.timetable, start_date=None, end_date=None)
        while len(found) < runs:
            last = found[-1]
            following = timetable.next_interval(last) if timetable.is_recurring else None
            found.append(DataInterval.at(last.end + _STEP) if following is None else following)
    if not found:
        raise RequestError("testing.no_runs")
    return tuple(found)


def _home(home: Path | str | None) -> Home:
    folder = Path.cwd() if home is None else Path(home)
    return Home(folder, environment.runtime_root())


def _configuration(
    connections: Mapping[str, GivenConnection] | None, variables: Mapping[str, object] | None
) -> Configuration:
    return GivenConfiguration(as_connections(connections or {}), as_variables(variables or {}))


class _Actor:
    """Plays attempts as the script says."""

    def __init__(
        self,
        spec: DagSpec,
        script: Script,
        numbers: Mapping[str, int],
        clock: VirtualClock,
        surroundings: Surroundings,
        real: Play,
    ) -> None:
        self._script = script
        self._numbers = numbers
        self._clock = clock
        self._files = surroundings.files
        self._real = real
        self._branches = {
            task.task_id: tuple(below.task_id for below in spec.tasks if task.task_id in below.upstream)
            for task in spec.tasks
            if task.is_branch
        }

    def play(self, assignment: Assignment) -> Report:
        instance = assignment.instance
        behaviour = self._script.behaviour(assignment, run=self._numbers[instance.run_id])
        if behaviour.outcome is None:
            return self._real(assignment)
        started_at = self._clock.now()
        self._clock.take(behaviour.took)
        outcome = behaviour.outcome
        if outcome == Succeeded():
            outcome = Succeeded(self._branches.get(instance.task_id))
        xcoms: tuple[XComEntry, ...] = ()
        try:
            xcoms = self._values(behaviour, instance.task_id)
        except MulgilError as error:
            outcome = Failed(error.text, may_retry=False)
        return Report(
            attempt_id=assignment.attempt_id,
            outcome=outcome,
            started_at=started_at,
            ended_at=self._clock.now(),
            xcoms=xcoms,
        )

    def _values(self, behaviour: Behaviour, task_id: str) -> tuple[XComEntry, ...]:
        if behaviour.value is None:
            return ()
        return (XComEntry(_RETURN_VALUE, self._files.encode(behaviour.value, task_id=task_id, key=_RETURN_VALUE)),)
