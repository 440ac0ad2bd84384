"""What a backfill does about one interval: one function for the preview and for the scheduler.

What counts is what the interval's run looks like when it is looked at, so a preview says what would happen now,
and the scheduler looks again when the interval's turn comes. Work that was begun after the backfill was asked
for is never done twice: whoever did it, it is what was asked for.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from mulgil.i18n import Text
from mulgil.kernel.graph import DagGraph
from mulgil.model import (
    BackfillAction,
    DagRun,
    DagRunState,
    RerunPolicy,
    TaskInstance,
    TaskInstanceState,
    TaskKey,
)

_FAILURES = (TaskInstanceState.FAILED, TaskInstanceState.UPSTREAM_FAILED)
# Skips that say nothing of the data: the run's time was over, or nobody wanted the task then.
_TIMED_OUT = "reason.run_timed_out"
_NOT_SELECTED = "reason.not_selected"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a backfill is to bring about: in `tasks` (none named = all), asked for at `since`."""

    rerun: RerunPolicy
    since: datetime
    tasks: frozenset[str] = frozenset()

    def selects(self, task_id: str) -> bool:
        """Whether a task is one of those that are wanted."""
        return not self.tasks or task_id in self.tasks


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done; `keys` are the task instances to clear, `has_failed` says how a skip counts."""

    action: BackfillAction
    keys: tuple[TaskKey, ...] = ()
    reason: Text | None = None
    has_failed: bool = False


def judge_interval(
    wanted: Wanted, graph: DagGraph, run: DagRun | None, rows: Iterable[TaskInstance], *, driver: int | None = None
) -> Judgement:
    """Say what is to be done about an interval that has this run with these rows (None: it has none).

    `graph` is that of the version which would run; `driver` is another backfill that has the run under way.
    """
    if run is None:
        lacking = _lacking(wanted, graph, {}, graph.numbers.values())
        return lacking or Judgement(action=BackfillAction.CREATE)
    if not run.state.is_finished:
        return Judgement(action=BackfillAction.JOIN, reason=_joined(run, driver))
    known = {row.key: row for row in rows}
    work = _with_work(wanted, graph, run, known)
    if not work:
        return _nothing_to_do(wanted, run, known)
    keys = _with_what_follows(wanted, graph, work)
    lacking = _lacking(wanted, graph, known, {graph.numbers[key.task_id] for key in keys})
    return lacking or Judgement(action=BackfillAction.RERUN, keys=keys)


def unwanted_keys(wanted: Wanted, rows: Iterable[TaskInstance]) -> tuple[TaskKey, ...]:
    """Return the task instances of `rows` that have never run and that nobody wants to."""
    return tuple(row.key for row in rows if row.state is TaskInstanceState.NONE and not wanted.selects(row.task_id))


def is_brought_about(wanted: Wanted, run: DagRun, rows: Iterable[TaskInstance]) -> bool:
    """Return whether a run that has ended brought about what was wanted; of some tasks, only theirs counts."""
    if not wanted.tasks:
        return run.state is DagRunState.SUCCESS
    return not any(row.state in _FAILURES for row in rows if row.task_id in wanted.tasks)


def _joined(run: DagRun, driver: int | None) -> Text:
    if driver is None:
        return Text("backfill.joined", {"run_id": run.run_id})
    return Text("backfill.joined_backfill", {"run_id": run.run_id, "backfill_id": driver})


def _keys(graph: DagGraph, number: int) -> tuple[TaskKey, ...]:
    return tuple(TaskKey(graph.tasks[number].task_id, index) for index in graph.map_indexes(number))


def _with_work(
    wanted: Wanted, graph: DagGraph, run: DagRun, known: Mapping[TaskKey, TaskInstance]
) -> dict[int, frozenset[TaskKey]]:
    """Return the tasks in which something is to be done whatever is done elsewhere, with the instances concerned."""
    found: dict[int, frozenset[TaskKey]] = {}
    has_failed_otherwise = _has_failed_otherwise(wanted, run, known)
    for number, task in enumerate(graph.tasks):
        if wanted.selects(task.task_id):
            keys = frozenset(
                key
                for key in _keys(graph, number)
                if _needs_work(wanted, known.get(key)) or (has_failed_otherwise and key in known)
            )
            if keys:
                found[number] = keys
    return found


def _needs_work(wanted: Wanted, row: TaskInstance | None) -> bool:
    if row is None or row.state is TaskInstanceState.REMOVED:
        # A task that the run's version hadn't; a run that succeeded without it is not called incomplete for that.
        return bool(wanted.tasks) or wanted.rerun is RerunPolicy.ALL
    if _was_left_out(row):
        return True
    begun_at = row.started_at or row.ended_at
    if begun_at is not None and begun_at > wanted.since:
        return False
    return wanted.rerun is RerunPolicy.ALL or (wanted.rerun is RerunPolicy.FAILED and _is_undone(row))


def _was_left_out(row: TaskInstance) -> bool:
    return row.state is TaskInstanceState.SKIPPED and row.reason is not None and row.reason.code == _NOT_SELECTED


def _is_undone(row: TaskInstance) -> bool:
    if row.state is TaskInstanceState.SKIPPED:
        return row.reason is not None and row.reason.code == _TIMED_OUT
    return row.state in _FAILURES


def _has_failed_otherwise(wanted: Wanted, run: DagRun, known: Mapping[TaskKey, TaskInstance]) -> bool:
    """Whether an earlier run failed although no task instance of it did: then all of it is done again."""
    return (
        wanted.rerun is RerunPolicy.FAILED
        and not wanted.tasks
        and run.state is DagRunState.FAILED
        and (run.started_at is None or run.started_at <= wanted.since)
        and not any(_is_undone(row) for row in known.values())
    )


def _with_what_follows(wanted: Wanted, graph: DagGraph, work: Mapping[int, frozenset[TaskKey]]) -> tuple[TaskKey, ...]:
    """Return what is to be cleared: what has work, and all that is wanted downstream of it."""
    following = graph.below({below for number in work for below in graph.downstream[number]})
    keys: list[TaskKey] = []
    for number in sorted(following | work.keys()):
        if not wanted.selects(graph.tasks[number].task_id):
            continue
        keys.extend(key for key in _keys(graph, number) if number in following or key in work[number])
    return tuple(keys)


def _lacking(
    wanted: Wanted, graph: DagGraph, known: Mapping[TaskKey, TaskInstance], numbers: Iterable[int]
) -> Judgement | None:
    """Say that nothing can be done where a wanted task needs another one that has never run and isn't wanted."""
    if not wanted.tasks:
        return None
    for number in sorted(numbers):
        task_id = graph.tasks[number].task_id
        for above in graph.upstream[number] if wanted.selects(task_id) else ():
            upstream = graph.tasks[above].task_id
            if not wanted.selects(upstream) and not any(_has_result(known.get(key)) for key in _keys(graph, above)):
                reason = Text("backfill.upstream_missing", {"task": task_id, "upstream": upstream})
                return Judgement(action=BackfillAction.SKIP, reason=reason)
    return None


def _has_result(row: TaskInstance | None) -> bool:
    return row is not None and row.state is not TaskInstanceState.REMOVED and not _was_left_out(row)


def _nothing_to_do(wanted: Wanted, run: DagRun, known: Mapping[TaskKey, TaskInstance]) -> Judgement:
    if is_brought_about(wanted, run, known.values()):
        return Judgement(action=BackfillAction.SKIP, reason=Text("backfill.done_already"))
    is_recent = run.started_at is not None and run.started_at > wanted.since
    if wanted.rerun is RerunPolicy.MISSING and not is_recent:
        return Judgement(action=BackfillAction.SKIP, reason=Text("backfill.failed_left"))
    reason = Text("backfill.run_failed", {"run_id": run.run_id})
    return Judgement(action=BackfillAction.SKIP, reason=reason, has_failed=True)
