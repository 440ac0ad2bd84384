"""Laws of backfills: no interval twice, none left out, in order, within every limit, whatever happens when.

A small machine plays the shell: it asks the judgement, starts and ends runs at random, pauses, resumes,
cancels, and loads everything anew from the rows. It knows how a run ends; the kernel decides everything else.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mulgil.i18n import Text
from mulgil.kernel import (
    BackfillCause,
    BackfillCourse,
    BackfillRunCause,
    RunStarted,
    RunState,
    RunTakenUp,
    Wanted,
    advance,
    compile_graph,
    judge_interval,
    may_start_backfill_run,
    may_start_queued_run,
    unwanted_keys,
)
from mulgil.model import (
    Backfill,
    BackfillAction,
    BackfillRun,
    BackfillRunState,
    BackfillState,
    DagRun,
    DagRunState,
    DagSpec,
    DataInterval,
    ManualTimetable,
    RerunPolicy,
    RunType,
    TaskInstance,
    TaskInstanceState,
    TaskSpec,
)

NOW = datetime(2024, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
S, A, R = TaskInstanceState, BackfillAction, BackfillRunState


def interval(number: int) -> DataInterval:
    return DataInterval(NOW - (30 - number) * DAY, NOW - (29 - number) * DAY)


def a_run(state: DagRunState = DagRunState.SUCCESS, **fields: object) -> DagRun:
    return DagRun(
        dag_id="d",
        run_id="r",
        run_uid="u",
        run_type=RunType.SCHEDULED,
        state=state,
        data_interval=interval(0),
        version_id="v",
        created_at=NOW - DAY,
        started_at=NOW - DAY,
        **fields,  # type: ignore[arg-type]
    )


@st.composite
def specs(draw: st.DrawFn) -> DagSpec:
    size = draw(st.integers(1, 6))
    tasks = [
        TaskSpec(
            task_id=f"t{number}",
            operator="x",
            upstream=tuple(f"t{above}" for above in sorted(draw(st.sets(st.integers(0, number - 1), max_size=2))))
            if number
            else (),
        )
        for number in range(size)
    ]
    return DagSpec(dag_id="d", tasks=tuple(tasks), timetable=ManualTimetable())


ended = st.sampled_from([S.SUCCESS, S.SUCCESS, S.FAILED, S.UPSTREAM_FAILED, S.SKIPPED])
reasons = st.sampled_from([None, "reason.skipped_itself", "reason.not_selected", "reason.run_timed_out"])


@st.composite
def finished_rows(draw: st.DrawFn, spec: DagSpec) -> list[TaskInstance]:
    rows = []
    for task in spec.tasks:
        code = draw(reasons)
        rows.append(
            TaskInstance(
                dag_id="d",
                run_id="r",
                task_id=task.task_id,
                state=draw(ended),
                try_number=1,
                started_at=NOW + draw(st.sampled_from([-DAY, DAY])),
                reason=None if code is None else Text(code),
            )
        )
    return rows


def below(spec: DagSpec, names: set[str]) -> set[str]:
    """Return what lies downstream of tasks, slowly: a task does if one right upstream of it is one, or does."""
    found: set[str] = set()
    for task in spec.tasks:
        if any(name in names or name in found for name in task.upstream):
            found.add(task.task_id)
    return found


@given(st.data(), specs(), st.sampled_from(RerunPolicy))
def test_what_is_run_again_is_what_has_work_and_all_that_follows(
    data: st.DataObject, spec: DagSpec, rerun: RerunPolicy
) -> None:
    rows = data.draw(finished_rows(spec))
    chosen = data.draw(st.sets(st.sampled_from([task.task_id for task in spec.tasks])))
    wanted = Wanted(rerun=rerun, since=NOW, tasks=frozenset(chosen))
    state = (
        DagRunState.FAILED if any(row.state in (S.FAILED, S.UPSTREAM_FAILED) for row in rows) else DagRunState.SUCCESS
    )
    judgement = judge_interval(wanted, compile_graph(spec), a_run(state), rows)

    def has_work(row: TaskInstance) -> bool:
        code = row.reason.code if row.reason else None
        if row.state is S.SKIPPED and code == "reason.not_selected":
            return True
        if row.started_at is not None and row.started_at > NOW:
            return False
        is_undone = row.state in (S.FAILED, S.UPSTREAM_FAILED) or (
            row.state is S.SKIPPED and code == "reason.run_timed_out"
        )
        return rerun is RerunPolicy.ALL or (rerun is RerunPolicy.FAILED and is_undone)

    selected = chosen or {task.task_id for task in spec.tasks}
    work = {row.task_id for row in rows if row.task_id in selected and has_work(row)}
    cleared = [key.task_id for key in judgement.keys]
    assert len(cleared) == len(set(cleared))
    if judgement.action is A.RERUN:
        assert set(cleared) == (work | below(spec, work)) & selected
    else:
        assert judgement.action is A.SKIP
        assert not cleared
        assert not work or (judgement.reason is not None and judgement.reason.code == "backfill.upstream_missing")


@given(specs(), st.sampled_from([DagRunState.QUEUED, DagRunState.RUNNING]), st.sampled_from(RerunPolicy))
def test_what_is_under_way_is_waited_for_and_what_has_no_run_gets_one(
    spec: DagSpec, state: DagRunState, rerun: RerunPolicy
) -> None:
    wanted, graph = Wanted(rerun=rerun, since=NOW), compile_graph(spec)
    assert judge_interval(wanted, graph, a_run(state), ()).action is A.JOIN
    assert judge_interval(wanted, graph, None, ()).action is A.CREATE


@given(st.data(), specs(), specs())
def test_a_run_by_another_version_has_exactly_its_tasks_and_loses_no_row(
    data: st.DataObject, old: DagSpec, new: DagSpec
) -> None:
    rows = data.draw(finished_rows(old))
    graph = compile_graph(new)
    state, changes = RunState.revise(graph, a_run(), rows)
    assert [row.task_id for row in state.instances()] == [task.task_id for task in graph.tasks]
    kept = {row.key: row for row in rows} | {change.instance.key: change.instance for change in changes}
    gone = {key for key, row in kept.items() if row.state is S.REMOVED}
    assert gone == {row.key for row in rows} - {row.key for row in state.instances()}
    # Loaded from what is written, it is the same; and back again nothing is removed.
    assert RunState.load(graph, a_run(), kept.values()).instances() == state.instances()
    ended = [replace(row, state=S.SUCCESS) if row.state is S.NONE else row for row in kept.values()]
    back, changes = RunState.revise(compile_graph(old), a_run(), ended)
    assert [row.task_id for row in back.instances()] == [task.task_id for task in compile_graph(old).tasks]
    assert all(row.state is not S.REMOVED for row in back.instances())


@given(specs(), st.data())
def test_a_new_run_of_some_tasks_ends_with_the_others_skipped(spec: DagSpec, data: st.DataObject) -> None:
    names = [task.task_id for task in spec.tasks]
    chosen = data.draw(st.sets(st.sampled_from(names), min_size=1))
    wanted = Wanted(rerun=RerunPolicy.FAILED, since=NOW, tasks=frozenset(chosen))
    graph = compile_graph(spec)
    assume(judge_interval(wanted, graph, None, ()).action is A.CREATE)
    state, rows = RunState.create(graph, replace(a_run(DagRunState.QUEUED), started_at=None))
    advance(state, RunTakenUp(1, passed_over=unwanted_keys(wanted, rows)), NOW)
    advance(state, RunStarted(), NOW)
    for row in state.instances():
        assert (row.state is S.SKIPPED) == (row.task_id not in chosen)
        assert row.state in (S.SKIPPED, S.SCHEDULED, S.NONE)
    # Whoever wants the rest later finds it missing.
    done = [replace(row, state=S.SUCCESS) if row.task_id in chosen else row for row in state.instances()]
    later = judge_interval(Wanted(rerun=RerunPolicy.FAILED, since=NOW + DAY), graph, a_run(), done)
    left = set(names) - chosen
    assert later.action is (A.RERUN if left else A.SKIP)
    assert left <= {key.task_id for key in later.keys}


@given(
    limit=st.integers(1, 20), live=st.integers(0, 20), driven=st.integers(0, 20), queued=st.integers(0, 5),
    wanted=st.integers(0, 20),
)  # fmt: skip
def test_slots_are_never_exceeded_never_idle_and_nobody_starves(
    limit: int, live: int, driven: int, queued: int, wanted: int
) -> None:
    assume(live + driven <= limit)
    started_live = started_driven = 0
    while True:
        running = live + driven + started_live + started_driven
        has_room = {"running": running, "by_backfills": driven + started_driven}
        if queued > started_live and may_start_queued_run(
            limit, wanted_by_backfills=wanted - started_driven, **has_room
        ):
            started_live += 1
        elif wanted > started_driven and may_start_backfill_run(
            limit, is_queue_empty=queued == started_live, **has_room
        ):
            started_driven += 1
        else:
            break
    running = live + driven + started_live + started_driven
    assert running <= limit
    assert running == limit or (started_live == queued and started_driven == wanted)
    if started_live < queued:
        # The schedule still waits: backfills began nothing beyond their half.
        assert driven + started_driven <= max(limit // 2, driven)
    if started_driven < wanted:
        # Backfills still wait: the schedule began nothing that would leave them less than their half.
        reserved = max(limit // 2 - driven, 0)
        assert started_driven >= min(wanted, reserved, limit - live - driven)


WISHES = {
    "pause": BackfillCause.PAUSED,
    "resume": BackfillCause.RESUMED,
    "cancel": BackfillCause.CANCELLED,
}
moves = st.lists(
    st.sampled_from(["take", "take", "take", "end", "end", "fail", "pause", "resume", "cancel", "reload"]), max_size=60
)


class Shell:
    """What a scheduler does with a backfill, one move after another."""

    def __init__(self, backfill: Backfill, runs: list[BackfillRun]) -> None:
        self.course = BackfillCourse(backfill, runs)
        self.rows = {run.position: run for run in runs}
        self.taken: list[int] = []

    @property
    def backfill(self) -> Backfill:
        return self.course.backfill

    def move(self, move: str) -> None:
        is_over = self.backfill.state.is_finished
        if move == "take":
            self.take()
        elif move in ("end", "fail"):
            self.end(BackfillRunCause.RUN_SUCCEEDED if move == "end" else BackfillRunCause.RUN_FAILED)
        elif move == "reload":
            self.course = BackfillCourse(self.backfill, self.rows.values())
        else:
            self.ask(move)
        cause = self.course.end
        if cause is not None:
            assert not is_over
            self.course.change(cause, NOW)

    def take(self) -> None:
        run = self.course.next
        if run is not None:
            self.taken.append(run.position)
            self.change(run.position, BackfillRunCause.TAKEN_UP)

    def end(self, cause: BackfillRunCause) -> None:
        if self.course.running:
            self.change(self.course.running[0].position, cause)

    def ask(self, wish: str) -> None:
        possible = {"pause": [BackfillState.RUNNING], "resume": [BackfillState.PAUSED]}
        if self.backfill.state in possible.get(wish, [BackfillState.RUNNING, BackfillState.PAUSED]):
            self.course.change(WISHES[wish], NOW)
            for run in self.course.waiting if wish == "cancel" else ():
                self.change(run.position, BackfillRunCause.CANCELLED)

    def change(self, position: int, cause: BackfillRunCause) -> None:
        self.rows[position] = self.course.change_run(position, cause)


@settings(max_examples=200)
@given(size=st.integers(1, 8), max_active=st.integers(1, 4), moves=moves)
def test_each_interval_once_in_order_within_the_limit_whatever_happens_when(
    size: int, max_active: int, moves: list[str]
) -> None:
    backfill = Backfill(
        backfill_id=1,
        dag_id="d",
        range_start=interval(0).start,
        range_end=interval(size).start,
        state=BackfillState.RUNNING,
        max_active=max_active,
        rerun=RerunPolicy.FAILED,
        created_at=NOW,
        created_by="ann",
    )
    runs = [
        BackfillRun(backfill_id=1, position=number, data_interval=interval(number), state=R.WAITING, action=A.CREATE)
        for number in range(size)
    ]
    shell = Shell(backfill, runs)
    for move in [*moves, "resume", *(["take", "end"] * size)]:
        shell.move(move)
        assert len(shell.course.running) <= max_active
        assert shell.backfill.state is BackfillState.RUNNING or shell.course.next is None
        assert {run.position for run in shell.course.running} == {
            position for position, run in shell.rows.items() if run.state is R.RUNNING
        }
    assert shell.taken == sorted(set(shell.taken))
    assert shell.backfill.state.is_finished
    assert all(run.state.is_finished for run in shell.rows.values())
    if shell.backfill.state is not BackfillState.CANCELLED:
        assert shell.taken == list(range(size))
        has_failed = any(run.state is R.FAILED for run in shell.rows.values())
        assert shell.backfill.state is (BackfillState.FAILED if has_failed else BackfillState.SUCCESS)
