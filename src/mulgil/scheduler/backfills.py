"""Backfills at work: which of their intervals are taken up now, and what became of those that were.

A backfill's rows and the runs that it starts are written in one transaction, and everything that is asked
of memory here can be read from the store: a scheduler that dies leaves nothing that another one can't go on
with, and doing any of this twice does nothing the second time.
"""

from collections.abc import Callable, Sequence
from functools import partial

from mulgil.i18n import Text
from mulgil.kernel import (
    BackfillCause,
    BackfillCourse,
    BackfillRunCause,
    DagGraph,
    Judgement,
    RunCancelled,
    RunStarted,
    RunTakenUp,
    is_brought_about,
    judge_interval,
    may_start_backfill_run,
    unwanted_keys,
)
from mulgil.model import (
    BackfillAction,
    BackfillRun,
    BackfillState,
    DagRun,
    DagRunState,
    DataInterval,
    RunType,
    TaskInstance,
)
from mulgil.operations import make_run_id
from mulgil.scheduler.dag_book import Plan
from mulgil.scheduler.run_book import LiveRun
from mulgil.scheduler.step_work import StepWork

Rows = Sequence[TaskInstance]


def cancel_backfill(work: StepWork, course: BackfillCourse, *, by: str) -> None:
    """Give up what waits, and end the runs that the backfill has started and nobody else waits for."""
    dag_id, book = course.backfill.dag_id, work.memory.backfills
    work.change_backfill(course, BackfillCause.CANCELLED)
    for entry in (*course.waiting, *course.running):
        live = None if entry.run_id is None else work.memory.runs.get(dag_id, entry.run_id)
        is_own = entry.action is not BackfillAction.JOIN
        if live is None or not is_own or book.waits_for(dag_id, entry.run_id, but=course.backfill.backfill_id):
            work.change_backfill_run(course, entry.position, BackfillRunCause.CANCELLED, ended_at=work.now)
        else:
            work.apply(live, RunCancelled(by))


class BackfillFeeder:
    """Moves the backfills of one dag after another, within one step."""

    def __init__(self, work: StepWork, new_id: Callable[[], str]) -> None:
        """Work for one step."""
        self._work = work
        self._new_id = new_id

    def conclude(self, dag_id: str) -> None:
        """Take note of what has ended: runs that backfills wait for, and backfills."""
        for course in self._work.memory.backfills.of_dag(dag_id):
            for entry in course.running:
                self._conclude_run(course, entry)
            cause = course.end
            if cause is not None:
                self._work.change_backfill(course, cause)

    def take_up_next(self, dag_id: str) -> bool:
        """Take up one more interval of the dag's backfills if there may be another; say whether there was."""
        dag, plan = self._work.memory.dags.dag(dag_id), self._work.memory.dags.plan(dag_id)
        if dag is None or plan is None or dag.is_paused or dag.is_stale:
            return False
        for course in self._work.memory.backfills.of_dag(dag_id):
            entry = course.next
            if entry is not None and self._take_up(course, entry, plan):
                return True
        return False

    # What has ended.

    def _conclude_run(self, course: BackfillCourse, entry: BackfillRun) -> None:
        work = self._work
        assert entry.run_id is not None
        found = self._run(course.backfill.dag_id, entry.run_id)
        if found is None:
            work.change_backfill_run(course, entry.position, BackfillRunCause.RUN_FAILED, ended_at=work.now)
            return
        run, rows = found
        if not run.state.is_finished:
            return
        if course.backfill.state is BackfillState.CANCELLING:
            work.change_backfill_run(course, entry.position, BackfillRunCause.CANCELLED, ended_at=work.now)
        elif entry.action is BackfillAction.JOIN:
            self._conclude_joined(course, entry, run, rows)
        else:
            is_done = is_brought_about(course.wanted, run, rows)
            cause = BackfillRunCause.RUN_SUCCEEDED if is_done else BackfillRunCause.RUN_FAILED
            reason = None if is_done else run.reason
            work.change_backfill_run(course, entry.position, cause, reason=reason, ended_at=work.now)

    def _conclude_joined(self, course: BackfillCourse, entry: BackfillRun, run: DagRun, rows: Rows) -> None:
        """Look at a run that somebody else had under way: it may have left something to do."""
        graph = self._graph(course)
        if graph is None:
            return
        work = self._work
        if judge_interval(course.wanted, graph, run, rows).action is not BackfillAction.SKIP:
            work.change_backfill_run(course, entry.position, BackfillRunCause.HANDED_BACK, reason=None)
        elif is_brought_about(course.wanted, run, rows):
            work.change_backfill_run(
                course, entry.position, BackfillRunCause.RUN_SUCCEEDED, reason=None, ended_at=work.now
            )
        else:
            reason = Text("backfill.run_failed", {"run_id": run.run_id})
            work.change_backfill_run(
                course, entry.position, BackfillRunCause.RUN_FAILED, reason=reason, ended_at=work.now
            )

    def _graph(self, course: BackfillCourse) -> DagGraph | None:
        plan = self._work.memory.dags.plan(course.backfill.dag_id)
        return None if plan is None else self._work.memory.dags.version(plan.version_id).graph

    def _run(self, dag_id: str, run_id: str) -> tuple[DagRun, Rows] | None:
        live = self._work.memory.runs.get(dag_id, run_id)
        if live is not None:
            return live.state.run, live.state.instances() if live.state.run.state.is_finished else ()
        stored = self._work.store.stored_run(dag_id, run_id)
        return None if stored is None else (stored.run, stored.instances)

    # What is taken up.

    def _take_up(self, course: BackfillCourse, entry: BackfillRun, plan: Plan) -> bool:
        """Do what is to be done about an interval; False if it must wait for a slot."""
        work, dag_id = self._work, course.backfill.dag_id
        graph = work.memory.dags.version(plan.version_id).graph
        run, rows = self._run_of_interval(dag_id, entry.data_interval) or (None, ())
        driver = None if run is None else work.memory.backfills.driver(dag_id, run.run_id)
        judgement = judge_interval(course.wanted, graph, run, rows, driver=driver)
        run_id = None if run is None else run.run_id
        match judgement.action:
            case BackfillAction.SKIP:
                cause = BackfillRunCause.RUN_FAILED if judgement.has_failed else BackfillRunCause.PASSED_OVER
                work.change_backfill_run(
                    course, entry.position, cause, action=judgement.action, run_id=run_id, reason=judgement.reason,
                    ended_at=work.now,
                )  # fmt: skip
                return True
            case BackfillAction.JOIN:
                pass
            case _ if not self._has_slot(dag_id, plan):
                return False
            case BackfillAction.RERUN if work.memory.runs.get(dag_id, run_id or "") is not None:
                # It ended in this very step: let that be written first.
                work.memory.restless[dag_id] = None
                return False
            case _:
                run_id = self._start(course, entry, plan, judgement, run=run, rows=rows)
        work.change_backfill_run(
            course, entry.position, BackfillRunCause.TAKEN_UP, action=judgement.action, run_id=run_id,
            reason=judgement.reason, started_at=work.now,
        )  # fmt: skip
        return True

    def _has_slot(self, dag_id: str, plan: Plan) -> bool:
        runs = self._work.memory.runs
        return may_start_backfill_run(
            plan.max_active_runs,
            running=runs.running(dag_id),
            by_backfills=self._work.memory.backfills.driven(dag_id, runs),
            is_queue_empty=runs.next_queued(dag_id) is None,
        )

    def _run_of_interval(self, dag_id: str, interval: DataInterval) -> tuple[DagRun, Rows] | None:
        work = self._work
        live = work.memory.runs.of_interval(dag_id, interval)
        if live is not None:
            return live.state.run, live.state.instances()
        run = work.store.run_of_interval(dag_id, interval)
        return None if run is None else self._run(dag_id, run.run_id)

    def _start(
        self,
        course: BackfillCourse,
        entry: BackfillRun,
        plan: Plan,
        judgement: Judgement,
        *,
        run: DagRun | None,
        rows: Rows,
    ) -> str:
        """Start the interval's run, a new one or the one that it has; return its id."""
        work, backfill = self._work, course.backfill
        if run is None:
            live = self._create(course, entry, plan)
        else:
            version = work.memory.dags.version(plan.version_id)
            live = work.revise_run(run, rows, version, conf=backfill.conf or run.conf)
        passed_over = unwanted_keys(course.wanted, live.state.instances())
        if run is not None or passed_over:
            work.apply(live, RunTakenUp(backfill.backfill_id, cleared=judgement.keys, passed_over=passed_over))
        if run is None:
            work.apply(live, RunStarted())
        return live.state.run.run_id

    def _create(self, course: BackfillCourse, entry: BackfillRun, plan: Plan) -> LiveRun:
        work, backfill = self._work, course.backfill
        start = entry.data_interval.start
        run = DagRun(
            dag_id=backfill.dag_id,
            run_id=make_run_id(RunType.BACKFILL, start, is_taken=partial(work.has_run, backfill.dag_id)),
            run_uid=self._new_id(),
            run_type=RunType.BACKFILL,
            state=DagRunState.QUEUED,
            data_interval=entry.data_interval,
            version_id=plan.version_id,
            created_at=work.now,
            conf=backfill.conf,
            triggered_by=backfill.created_by,
        )
        return work.create_run(run, work.memory.dags.version(plan.version_id))
