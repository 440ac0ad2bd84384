"""What one seed sets up: dags, limits, what each task does, and what people ask for.

Everything here is independent of faults, so that one scenario can be played with and without them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from msgspec.structs import replace

from mulgil.model import (
    DagSpec,
    DataInterval,
    DeltaTimetable,
    ManualTimetable,
    Mapping,
    Pool,
    RerunPolicy,
    RetryPolicy,
    TaskKey,
    TaskSpec,
    TriggerRule,
)
from tests.simulation.simulator.agenda import EPOCH, chance

POOL = "narrow"
_SHAPES = ("chain", "fan", "diamond", "any", "any")


class End(StrEnum):
    """How a task ends once it has failed as often as it wants to."""

    SUCCEED = "succeed"
    SKIP = "skip"
    # Every try fails.
    FAIL = "fail"
    # It says that no other try would help.
    FAIL_FOR_GOOD = "fail for good"


@dataclass(frozen=True)
class Behaviour:
    """What a task instance does, whenever and however often it is run."""

    end: End
    # So many tries of its own fail first, counted anew after a clear.
    failures: int = 0
    chooses: tuple[str, ...] | None = None


class Ask(StrEnum):
    """What a person asks for."""

    TRIGGER = "trigger"
    CLEAR = "clear"
    PAUSE = "pause"
    RESUME = "resume"
    REPUBLISH = "republish"
    RESIZE_POOL = "resize the pool"
    MARK_SUCCESS = "mark success"
    MARK_FAILED = "mark failed"
    CANCEL = "cancel"
    BACKFILL = "backfill"
    PAUSE_BACKFILL = "pause a backfill"
    RESUME_BACKFILL = "resume a backfill"
    CANCEL_BACKFILL = "cancel a backfill"


# What ends otherwise, depending on when it is heard: no final state can be foretold then.
INTERVENTIONS = frozenset({Ask.MARK_SUCCESS, Ask.MARK_FAILED, Ask.CANCEL, Ask.CANCEL_BACKFILL})


@dataclass(frozen=True)
class Wish:
    """Something that a person asks for at a time."""

    at: float
    ask: Ask
    dag_id: str = ""
    run_id: str = ""
    tasks: tuple[TaskKey, ...] = ()
    downstream: bool = False
    slots: int = 0
    backfill: "Range | None" = None
    # Which of the backfills so far it is about.
    number: int = 0


@dataclass(frozen=True)
class Range:
    """What a backfill is to cover: so many intervals before the dag's start, and all after it that have ended."""

    before: int
    is_reverse: bool
    max_active: int
    rerun: RerunPolicy


@dataclass(frozen=True)
class Scenario:
    """See the module."""

    seed: int
    dags: tuple[DagSpec, ...]
    pool: Pool
    parallelism: int
    slots: int
    wishes: tuple[Wish, ...]
    # Dags whose file can't be forked from.
    unfit: frozenset[str]
    # Dags whose file can't be imported any more where it is to run.
    broken: frozenset[str]
    # Steps of the scheduler that take in very little at a time.
    has_small_steps: bool

    @property
    def is_foretellable(self) -> bool:
        """Whether the final state depends on nothing but the scenario."""
        has_interventions = any(wish.ask in INTERVENTIONS for wish in self.wishes)
        return not has_interventions and all(dag.dagrun_timeout is None for dag in self.dags)

    def behaviour(self, dag_id: str, run_id: str, key: TaskKey) -> Behaviour:
        """Return what a task instance does."""
        dag = next(dag for dag in self.dags if dag.dag_id == dag_id)
        task = next(task for task in dag.tasks if task.task_id == key.task_id)
        if dag_id in self.broken:
            return Behaviour(End.FAIL)
        random = chance(self.seed, f"{dag_id}/{run_id}/{key.task_id}/{key.map_index}")
        failures = random.randint(0, max(task.retry.retries - 1, 0)) if random.random() < 0.4 else 0
        if task.is_branch:
            below = [other.task_id for other in dag.tasks if task.task_id in other.upstream]
            chosen = tuple(sorted(random.sample(below, random.randint(0, len(below)))))
            return Behaviour(End.SUCCEED, failures, chosen)
        end = random.choices(list(End), weights=(80, 6, 9, 5))[0]
        return Behaviour(end, failures)

    def scheduled_intervals(self, dag: DagSpec) -> tuple[DataInterval, ...]:
        """Return the intervals that a dag's schedule has, by counting them."""
        if not isinstance(dag.timetable, DeltaTimetable):
            return ()
        assert dag.start_date is not None
        assert dag.end_date is not None
        intervals: list[DataInterval] = []
        start: datetime = dag.start_date
        while start <= dag.end_date:
            intervals.append(DataInterval(start, start + dag.timetable.delta))
            start += dag.timetable.delta
        return tuple(intervals)

    def backfilled_intervals(self, dag: DagSpec) -> tuple[DataInterval, ...]:
        """Return the intervals before a dag's start that backfills will run for sure, by counting them."""
        if any(wish.ask is Ask.CANCEL_BACKFILL for wish in self.wishes):
            return ()
        ranges = (wish.backfill for wish in self.wishes if wish.dag_id == dag.dag_id and wish.backfill is not None)
        before = max((one.before for one in ranges), default=0)
        if not before or not isinstance(dag.timetable, DeltaTimetable) or dag.start_date is None:
            return ()
        starts = (dag.start_date - number * dag.timetable.delta for number in range(before, 0, -1))
        return tuple(DataInterval(start, start + dag.timetable.delta) for start in starts)

    def run_ids(self, dag: DagSpec) -> tuple[str, ...]:
        """Return the ids of the runs that a dag will have in the end, backfilled ones as if they were scheduled."""
        intervals = (*self.backfilled_intervals(dag), *self.scheduled_intervals(dag))
        scheduled = tuple(f"scheduled__{one.start.isoformat()}" for one in intervals)
        triggered = (wish.run_id for wish in self.wishes if wish.ask is Ask.TRIGGER and wish.dag_id == dag.dag_id)
        return (*scheduled, *triggered)


def make_scenario(seed: int) -> Scenario:
    """Return the scenario of a seed."""
    random = chance(seed, "scenario")
    dags = tuple(_make_dag(random, f"dag{number}") for number in range(random.choice((1, 1, 2, 2, 3))))
    scenario = Scenario(
        seed=seed,
        dags=dags,
        pool=Pool(name=POOL, slots=random.randint(2, 3)),
        parallelism=random.randint(2, 6),
        slots=random.randint(1, 5),
        wishes=(),
        unfit=frozenset(dag.dag_id for dag in dags if random.random() < 0.1),
        broken=frozenset(dag.dag_id for dag in dags if random.random() < 0.05),
        has_small_steps=random.random() < 0.25,
    )
    return _with_wishes(random, scenario)


def _make_dag(random: Random, dag_id: str) -> DagSpec:
    tasks = _make_tasks(random)
    manual = DagSpec(
        dag_id=dag_id,
        tasks=tasks,
        timetable=ManualTimetable(),
        catchup=True,
        max_active_runs=random.randint(1, 2),
        max_active_tasks=random.randint(1, 4),
        dagrun_timeout=timedelta(seconds=3) if random.random() < 0.05 else None,
    )
    if random.random() < 0.4:
        return manual
    delta = timedelta(seconds=random.randint(2, 6))
    # Some intervals lie behind already, some are still to come.
    start = EPOCH - random.randint(0, 2) * delta - timedelta(seconds=random.choice((0, 0, 1)))
    end = start + delta * random.randint(0, 2)
    return replace(manual, timetable=DeltaTimetable(delta, start), start_date=start, end_date=end)


def _make_tasks(random: Random) -> tuple[TaskSpec, ...]:
    size = random.randint(1, 6)
    shape = random.choice(_SHAPES)
    tasks: list[TaskSpec] = []
    for number in range(size):
        tasks.append(_make_task(random, number, _upstream(random, shape, number, size)))
    is_branching = random.random() < 0.35
    followed = {name for task in tasks for name in task.upstream}
    if is_branching and followed:
        chosen = random.choice(sorted(followed))
        tasks = [_as_branch(task) if task.task_id == chosen else task for task in tasks]
    return tuple(tasks)


def _upstream(random: Random, shape: str, number: int, size: int) -> tuple[str, ...]:
    if number == 0:
        return ()
    if shape == "chain":
        return (f"t{number - 1}",)
    if shape == "fan" or (shape == "diamond" and number < size - 1):
        return ("t0",)
    if shape == "diamond":
        return tuple(f"t{above}" for above in range(1, number)) or ("t0",)
    count = random.choice((0, 1, 1, 2, 3))
    return tuple(sorted(f"t{above}" for above in random.sample(range(number), min(count, number))))


def _make_task(random: Random, number: int, upstream: tuple[str, ...]) -> TaskSpec:
    is_odd = random.random() < 0.35
    in_pool = random.random() < 0.3
    return TaskSpec(
        task_id=f"t{number}",
        operator="python",
        upstream=upstream,
        trigger_rule=random.choice(list(TriggerRule)) if is_odd else TriggerRule.ALL_SUCCESS,
        retry=RetryPolicy(
            retries=random.choice((0, 1, 2, 3)),
            delay=timedelta(seconds=random.choice((0.0, 0.2, 1.0))),
            multiplier=random.choice((1.0, 2.0)),
            jitter=random.choice((0.0, 0.2)),
        ),
        # Such a task hangs where others fail, until its time is over.
        execution_timeout=timedelta(seconds=3) if random.random() < 0.1 else None,
        pool=POOL if in_pool else "default_pool",
        pool_slots=random.randint(1, 2) if in_pool else 1,
        priority_weight=random.randint(1, 3),
        mapping=Mapping(("x",), (random.choice((0, 1, 2, 2, 3)),)) if random.random() < 0.2 else None,
        is_resolvable=random.random() < 0.25,
    )


def _as_branch(task: TaskSpec) -> TaskSpec:
    return replace(task, is_branch=True, mapping=None, is_resolvable=False, execution_timeout=None)


def _with_wishes(random: Random, scenario: Scenario) -> Scenario:
    wishes: list[Wish] = []
    for dag in scenario.dags:
        is_manual = isinstance(dag.timetable, ManualTimetable)
        for number in range(random.randint(1, 2) if is_manual else random.randint(0, 1)):
            wishes.append(Wish(random.uniform(0, 5), Ask.TRIGGER, dag.dag_id, f"m{number}"))
    known = [(dag, run_id) for dag in scenario.dags for run_id in _with(scenario, wishes).run_ids(dag)]
    for _ in range(random.choice((0, 1, 1, 2))):
        dag, run_id = random.choice(known) if known else (scenario.dags[0], "")
        if run_id:
            wishes.append(_later_wish(random, dag, run_id))
            if wishes[-1].ask is Ask.PAUSE:
                wishes.append(Wish(wishes[-1].at + random.uniform(0.1, 3), Ask.RESUME, dag.dag_id))
    wishes += _backfills(chance(scenario.seed, "backfills"), scenario)
    return _with(scenario, wishes)


def _backfills(random: Random, scenario: Scenario) -> list[Wish]:
    """Return what people ask of the past, in some scenarios; often two backfills overlap, and the schedule."""
    scheduled = [dag for dag in scenario.dags if isinstance(dag.timetable, DeltaTimetable)]
    if not scheduled or random.random() > 0.5:
        return []
    wishes: list[Wish] = []
    dag = random.choice(scheduled)
    for _ in range(random.choice((1, 2, 2))):
        covers = Range(
            before=random.randint(1, 4),
            is_reverse=random.random() < 0.3,
            max_active=random.randint(1, 3),
            rerun=random.choice(list(RerunPolicy)),
        )
        wishes.append(Wish(random.uniform(0, 6), Ask.BACKFILL, dag.dag_id, backfill=covers))
    what = random.random()
    if what < 0.3:
        at = random.uniform(0.5, 6)
        wishes.append(Wish(at, Ask.PAUSE_BACKFILL, dag.dag_id, number=1))
        wishes.append(Wish(at + random.uniform(0.1, 3), Ask.RESUME_BACKFILL, dag.dag_id, number=1))
    elif what < 0.4:
        wishes.append(Wish(random.uniform(0.5, 6), Ask.CANCEL_BACKFILL, dag.dag_id, number=1))
    return wishes


def _later_wish(random: Random, dag: DagSpec, run_id: str) -> Wish:
    at = random.uniform(0.2, 8)
    ask = random.choices(
        [Ask.CLEAR, Ask.PAUSE, Ask.REPUBLISH, Ask.RESIZE_POOL, Ask.MARK_SUCCESS, Ask.MARK_FAILED, Ask.CANCEL],
        weights=(50, 8, 8, 8, 4, 4, 4),
    )[0]
    names = [task.task_id for task in dag.tasks]
    tasks: tuple[TaskKey, ...] = ()
    if ask in (Ask.MARK_SUCCESS, Ask.MARK_FAILED) or random.random() < 0.7:
        tasks = tuple(TaskKey(name) for name in random.sample(names, random.randint(1, len(names))))
    return Wish(at, ask, dag.dag_id, run_id, tasks, downstream=random.random() < 0.5, slots=random.randint(2, 5))


def _with(scenario: Scenario, wishes: list[Wish]) -> Scenario:
    return Scenario(**{**vars(scenario), "wishes": tuple(sorted(wishes, key=lambda wish: wish.at))})
