"""Backfill: plan it, start it, and pause, resume or cancel it.

The plan is made by the kernel's judgement of each interval, which the scheduler asks again when the interval's
turn comes: so what a plan shows is what then runs, and what was done meanwhile is not done twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, pairwise

from mulgil.i18n import Text, nearest_name
from mulgil.kernel import BackfillCause, Judgement, Wanted, compile_graph, judge_interval
from mulgil.messages import BackfillChange, ChangeBackfill, Command, CreateBackfill, PlannedInterval
from mulgil.model import (
    Backfill,
    BackfillAction,
    BackfillRun,
    BackfillRunState,
    BackfillState,
    Dag,
    DagSpec,
    DagVersion,
    DataInterval,
)
from mulgil.operations.effect import Effect, MoveBackfill, NoEffect, StartBackfill, applied, refuse
from mulgil.operations.errors import InvalidArgumentError
from mulgil.operations.params import check_conf
from mulgil.operations.selection import widen
from mulgil.ports import BackfillPlan, BackfillRequest, MetadataStore, NotFoundError, PlannedRun, StoredRun
from mulgil.timetables import Timetable, TimetableError, timetable_for

# One command and one transaction hold them all.
MAX_INTERVALS = 10_000
DEFAULT_MAX_ACTIVE = 10
MOST_ACTIVE = 1_000

_TICK = timedelta(microseconds=1)
_CAUSES = {
    BackfillChange.PAUSE: BackfillCause.PAUSED,
    BackfillChange.RESUME: BackfillCause.RESUMED,
    BackfillChange.CANCEL: BackfillCause.CANCELLED,
}
_REACHED = {BackfillChange.PAUSE: BackfillState.PAUSED, BackfillChange.RESUME: BackfillState.RUNNING}


def plan_backfill(
    store: MetadataStore, request: BackfillRequest, *, dag: Dag, version: DagVersion, now: datetime
) -> BackfillPlan:
    """Say what a backfill would do now, interval by interval.

    Raises:
        InvalidArgumentError: The range, a limit or the conf can't be used, or the dag has no intervals.
        NotFoundError: A task that is named doesn't exist.
    """
    spec = version.spec
    tasks = _selected(request, spec)
    _check_request(request, spec)
    intervals, unfinished = _intervals(request, spec, now)
    graph = compile_graph(spec)
    wanted = Wanted(rerun=request.rerun, since=now, tasks=frozenset(tasks))
    known = {
        stored.run.data_interval: stored
        for stored in store.runs_of_range(dag.dag_id, request.range_start, request.range_end)
    }
    drivers = _drivers(store, dag.dag_id)

    def planned(interval: DataInterval) -> PlannedRun:
        stored = known.get(interval)
        if stored is None:
            return _planned(interval, None, judge_interval(wanted, graph, None, ()))
        driver = drivers.get(stored.run.run_id)
        return _planned(interval, stored, judge_interval(wanted, graph, stored.run, stored.instances, driver=driver))

    runs = tuple(map(planned, intervals))
    return BackfillPlan(
        request=request,
        runs=runs[::-1] if request.is_reverse else runs,
        tasks=tasks,
        max_active=min(request.max_active or DEFAULT_MAX_ACTIVE, spec.max_active_runs),
        is_paused=dag.is_paused,
        timezone=spec.timezone,
        unfinished=unfinished,
    )


def command_of(plan: BackfillPlan) -> CreateBackfill:
    """Return the command that starts what was planned."""
    request = plan.request
    return CreateBackfill(
        dag_id=request.dag_id,
        range_start=request.range_start,
        range_end=request.range_end,
        intervals=tuple(PlannedInterval(run.data_interval, run.action) for run in plan.runs),
        max_active=request.max_active or DEFAULT_MAX_ACTIVE,
        rerun=request.rerun,
        is_reverse=request.is_reverse,
        tasks=plan.tasks,
        conf=request.conf,
    )


def apply_create_backfill(
    command: Command,
    payload: CreateBackfill,
    *,
    dag: Dag | None,
    version: DagVersion | None,
    timetable: Timetable | None,
    backfill_id: int,
    now: datetime,
) -> Effect:
    """Create the backfill, unless the dag isn't any more what it was planned for."""
    if dag is None or dag.is_stale or version is None or timetable is None:
        return refuse("operations.dag_unknown", dag_id=payload.dag_id)
    problem = _problem(payload, version.spec, timetable, now)
    if problem is not None:
        return problem
    backfill = Backfill(
        backfill_id=backfill_id,
        dag_id=payload.dag_id,
        range_start=payload.range_start,
        range_end=payload.range_end,
        state=BackfillState.RUNNING,
        max_active=payload.max_active,
        rerun=payload.rerun,
        created_at=now,
        created_by=command.by,
        is_reverse=payload.is_reverse,
        tasks=payload.tasks,
        conf=payload.conf,
    )
    runs = tuple(_first_row(backfill_id, number, planned, now) for number, planned in enumerate(payload.intervals))
    facts = applied(backfill_id=backfill_id, dag_id=payload.dag_id, intervals=len(runs), is_paused=dag.is_paused)
    return StartBackfill(backfill, runs, facts)


def apply_change_backfill(payload: ChangeBackfill, *, backfill: Backfill | None) -> Effect:
    """Pause, resume or cancel the backfill."""
    number = payload.backfill_id
    if backfill is None:
        return refuse("operations.backfill_unknown", backfill_id=number)
    facts = applied(backfill_id=number, dag_id=backfill.dag_id, change=payload.change.value)
    if backfill.state is _REACHED.get(payload.change):
        return NoEffect(facts)
    is_ending = backfill.state is BackfillState.CANCELLING
    if backfill.state.is_finished or is_ending:
        return refuse("operations.backfill_over", backfill_id=number, state=backfill.state.value)
    return MoveBackfill(_CAUSES[payload.change], facts)


def _selected(request: BackfillRequest, spec: DagSpec) -> tuple[str, ...]:
    """Return the only tasks to run, in the dag's order; none where that is all of them."""
    known = [task.task_id for task in spec.tasks]
    for name in request.tasks:
        if name not in known:
            nearest = nearest_name(name, known)
            if nearest is None:
                raise NotFoundError("operations.backfill_task_unknown", dag_id=spec.dag_id, task_id=name)
            raise NotFoundError("operations.backfill_task_misspelt", dag_id=spec.dag_id, task_id=name, nearest=nearest)
    if not request.tasks:
        return ()
    chosen = widen(request.tasks, spec, upstream=request.upstream, downstream=request.downstream)
    return () if len(chosen) == len(known) else tuple(name for name in known if name in chosen)


def _check_request(request: BackfillRequest, spec: DagSpec) -> None:
    if request.range_start >= request.range_end:
        raise InvalidArgumentError(
            "operations.backfill_range_inverted",
            first=request.range_start.isoformat(),
            last=request.range_end.isoformat(),
        )
    if request.max_active is not None and not 1 <= request.max_active <= MOST_ACTIVE:
        raise InvalidArgumentError("operations.backfill_max_active", value=request.max_active, most=MOST_ACTIVE)
    if request.conf:
        check_conf(spec.dag_id, spec.params, request.conf)


def _intervals(request: BackfillRequest, spec: DagSpec, now: datetime) -> tuple[tuple[DataInterval, ...], int]:
    """Return the intervals that have ended, and how many of the range haven't."""
    timetable = timetable_for(spec.timetable, start_date=spec.start_date, end_date=spec.end_date)
    if not timetable.is_recurring:
        raise InvalidArgumentError("operations.backfill_without_intervals", dag_id=spec.dag_id)
    found = timetable.intervals_between(request.range_start, request.range_end)
    intervals = tuple(islice(found, MAX_INTERVALS + 1))
    if len(intervals) > MAX_INTERVALS:
        raise InvalidArgumentError("operations.backfill_too_long", dag_id=spec.dag_id, most=MAX_INTERVALS)
    complete = tuple(interval for interval in intervals if interval.end <= now)
    if not intervals:
        following = timetable.interval_at(request.range_end)
        raise InvalidArgumentError(
            "operations.backfill_no_interval",
            dag_id=spec.dag_id,
            first=request.range_start.isoformat(),
            last=request.range_end.isoformat(),
            start=following.start.isoformat(),
        )
    if not complete:
        raise InvalidArgumentError(
            "operations.backfill_nothing_complete", dag_id=spec.dag_id, end=intervals[0].end.isoformat()
        )
    return complete, len(intervals) - len(complete)


def _drivers(store: MetadataStore, dag_id: str) -> Mapping[str, int]:
    """Return which backfill has a run under way, by run id."""
    return {
        run.run_id: stored.backfill.backfill_id
        for stored in store.active_backfills()
        if stored.backfill.dag_id == dag_id
        for run in stored.runs
        if run.run_id is not None and run.state is BackfillRunState.RUNNING and run.action is not BackfillAction.JOIN
    }


def _planned(interval: DataInterval, stored: StoredRun | None, judgement: Judgement) -> PlannedRun:
    return PlannedRun(
        data_interval=interval,
        action=judgement.action,
        run_id=None if stored is None else stored.run.run_id,
        reason=judgement.reason,
        cleared=len(judgement.keys),
    )


def _problem(payload: CreateBackfill, spec: DagSpec, timetable: Timetable, now: datetime) -> NoEffect | None:
    """Return the refusal of a backfill that can't be done as it was planned."""
    intervals = [planned.data_interval for planned in payload.intervals]
    is_sound = 0 < len(intervals) <= MAX_INTERVALS and 1 <= payload.max_active <= MOST_ACTIVE
    if not is_sound or not _is_in_order(intervals, is_reverse=payload.is_reverse):
        return refuse("operations.backfill_malformed", dag_id=payload.dag_id)
    if not timetable.is_recurring:
        return refuse("operations.backfill_without_intervals", dag_id=payload.dag_id)
    unknown = _first_unknown(intervals, timetable, now)
    if unknown is not None:
        return refuse("operations.backfill_schedule_changed", dag_id=payload.dag_id, start=_text(unknown.start))
    missing = set(payload.tasks) - {task.task_id for task in spec.tasks}
    if missing:
        return refuse("operations.backfill_task_unknown", dag_id=payload.dag_id, task_id=min(missing))
    return None


def _is_in_order(intervals: Sequence[DataInterval], *, is_reverse: bool) -> bool:
    pairs: Iterator[tuple[DataInterval, DataInterval]] = pairwise(intervals)
    return all((later.end <= earlier.start) if is_reverse else (earlier.end <= later.start) for earlier, later in pairs)


def _first_unknown(intervals: Sequence[DataInterval], timetable: Timetable, now: datetime) -> DataInterval | None:
    """Return an interval that the timetable hasn't, or that hasn't ended."""
    first, last = min(intervals), max(intervals)
    try:
        known = set(islice(timetable.intervals_between(first.start, last.start + _TICK), MAX_INTERVALS))
    except TimetableError:
        known = set()
    return next((interval for interval in intervals if interval.end > now or interval not in known), None)


def _first_row(backfill_id: int, position: int, planned: PlannedInterval, now: datetime) -> BackfillRun:
    """Return an interval's first row; what was planned to be skipped is done with."""
    is_skipped = planned.action is BackfillAction.SKIP
    return BackfillRun(
        backfill_id=backfill_id,
        position=position,
        data_interval=planned.data_interval,
        state=BackfillRunState.SKIPPED if is_skipped else BackfillRunState.WAITING,
        action=planned.action,
        reason=Text("backfill.skipped_by_plan") if is_skipped else None,
        ended_at=now if is_skipped else None,
    )


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
