"""From what somebody asks for to the runs that are made: dates become data intervals, tasks a smaller dag."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from msgspec.structs import replace

from mulgil.i18n import nearest_name
from mulgil.inprocess.errors import RequestError
from mulgil.model import DagRun, DagRunState, DagSpec, DataInterval, JsonValue, ManualTimetable, RunType, TriggerRule
from mulgil.operations import check_conf, make_run_id
from mulgil.ports import IdSource
from mulgil.timetables import Timetable, load_zone, timetable_for

GivenDate = date | datetime | str
_MOST_RUNS = 10_000


def intervals_for(
    spec: DagSpec,
    *,
    now: datetime,
    at: GivenDate | None = None,
    first: GivenDate | None = None,
    last: GivenDate | None = None,
) -> tuple[DataInterval, ...]:
    """Return the data intervals that are meant, in order.

    `at` names the interval that starts there or contains it; `first` and `last` all that start between
    them, `last` included (a plain date: the whole day). Without any of them it is the latest interval
    that is complete at `now`. Naive dates are in the dag's time zone.

    Raises:
        RequestError: They contradict each other, no interval is meant, or a date can't be read.
    """
    timetable = timetable_for(spec.timetable, start_date=spec.start_date, end_date=spec.end_date)
    if at is not None and (first is not None or last is not None):
        raise RequestError("inprocess.date_and_range")
    if at is not None:
        return (timetable.interval_at(_instant(at, spec)),)
    if first is None and last is None:
        return (_latest(spec, timetable, now),)
    if first is None or last is None:
        raise RequestError("inprocess.half_a_range")
    return _between(spec, timetable, first, last)


def _latest(spec: DagSpec, timetable: Timetable, now: datetime) -> DataInterval:
    found = timetable.latest_complete_interval(now)
    if found is None:
        raise RequestError("inprocess.no_complete_interval", dag_id=spec.dag_id)
    return found


def _between(spec: DagSpec, timetable: Timetable, first: GivenDate, last: GivenDate) -> tuple[DataInterval, ...]:
    if not timetable.is_recurring:
        raise RequestError("inprocess.no_intervals", dag_id=spec.dag_id)
    end = _instant(last, spec, is_end=True)
    found: list[DataInterval] = []
    for interval in timetable.intervals_between(_instant(first, spec), end):
        found.append(interval)
        if len(found) > _MOST_RUNS:
            raise RequestError("inprocess.too_many_runs", dag_id=spec.dag_id, limit=_MOST_RUNS)
    if not found:
        raise RequestError("inprocess.empty_range", dag_id=spec.dag_id, first=str(first), last=str(last))
    return tuple(found)


def _instant(given: GivenDate, spec: DagSpec, *, is_end: bool = False) -> datetime:
    """Return an instant; as an end, the first one that no longer counts."""
    value: date = given if isinstance(given, date) else _parsed(given)
    is_day = not isinstance(value, datetime)
    instant = value if isinstance(value, datetime) else datetime.combine(value, time())
    try:
        if is_end:
            instant += timedelta(days=1) if is_day else timedelta(microseconds=1)
        return (instant if instant.tzinfo else instant.replace(tzinfo=load_zone(spec.timezone))).astimezone(UTC)
    except OverflowError:
        raise RequestError("inprocess.date_unreadable", value=str(given)) from None


def _parsed(text: str) -> date:
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    raise RequestError("inprocess.date_unreadable", value=text)


def make_runs(
    spec: DagSpec,
    intervals: Sequence[DataInterval],
    *,
    version_id: str,
    now: datetime,
    ids: IdSource,
    conf: Mapping[str, JsonValue] | None = None,
    run_type: RunType = RunType.MANUAL,
) -> tuple[DagRun, ...]:
    """Return a queued run for each interval, in their order.

    Raises:
        InvalidArgumentError: The conf doesn't fit the dag's params.
    """
    given = dict(conf or {})
    check_conf(spec.dag_id, spec.params, given)
    runs: dict[str, DagRun] = {}
    for number, interval in enumerate(intervals):
        run_id = make_run_id(run_type, interval.start, is_taken=runs.__contains__)
        runs[run_id] = DagRun(
            dag_id=spec.dag_id,
            run_id=run_id,
            run_uid=ids.new_id(),
            run_type=run_type,
            state=DagRunState.QUEUED,
            data_interval=interval,
            version_id=version_id,
            # Runs start in the order of their creation.
            created_at=now + timedelta(microseconds=number),
            conf=given,
        )
    return tuple(runs.values())


def playable(spec: DagSpec, *, tasks: Sequence[str] = (), is_one_by_one: bool) -> DagSpec:
    """Return the dag as it is played: without a schedule of its own, and with `tasks` only if any are named.

    Raises:
        RequestError: There is no such task.
    """
    chosen = _subset(spec, frozenset(tasks)) if tasks else spec
    limit = 1 if is_one_by_one else spec.max_active_runs
    return replace(chosen, timetable=ManualTimetable(), is_paused_upon_creation=False, max_active_runs=limit)


def _subset(spec: DagSpec, names: frozenset[str]) -> DagSpec:
    known = [task.task_id for task in spec.tasks]
    for name in sorted(names.difference(known)):
        guess = nearest_name(name, known) or ", ".join(known[:20])
        raise RequestError("inprocess.task_unknown", dag_id=spec.dag_id, task_id=name, guess=guess)
    kept = []
    for task in spec.tasks:
        if task.task_id not in names:
            continue
        upstream = tuple(name for name in task.upstream if name in names)
        # A rule about tasks that aren't there would never hold.
        rule = task.trigger_rule if upstream else TriggerRule.ALL_SUCCESS
        labels = tuple(label for label in task.labels if label[0] in names)
        kept.append(replace(task, upstream=upstream, trigger_rule=rule, labels=labels))
    return replace(spec, tasks=tuple(kept))
