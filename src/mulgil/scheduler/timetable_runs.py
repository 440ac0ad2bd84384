"""Which runs a dag may have now: those that its schedule is due to create, those that backfills want, who may start."""

import logging
from collections.abc import Callable

from mulgil.kernel import RunStarted, may_start_queued_run
from mulgil.model import DagRun, DagRunState, DataInterval, RunType
from mulgil.operations import make_run_id
from mulgil.scheduler.backfills import BackfillFeeder
from mulgil.scheduler.dag_book import Plan
from mulgil.scheduler.limits import SchedulerLimits
from mulgil.scheduler.step_work import StepWork
from mulgil.scheduler.timers import ScheduleTimer
from mulgil.timetables import TimetableError, advance_mark, interval_to_schedule

_log = logging.getLogger(__name__)


class RunMaker:
    """Creates and starts the runs of one dag after another, until the step has enough to write."""

    def __init__(self, work: StepWork, limits: SchedulerLimits, new_id: Callable[[], str]) -> None:
        """Work for one step."""
        self._work = work
        self._limits = limits
        self._new_id = new_id
        self._feeder = BackfillFeeder(work, new_id)

    @property
    def is_full(self) -> bool:
        """Whether the step writes enough already."""
        batch = self._work.batch
        return (
            len(batch.instances) >= self._limits.rows_per_step
            or len(batch.backfill_runs) >= self._limits.backfill_runs_per_step
        )

    def settle_dag(self, dag_id: str) -> bool:
        """Start and create what the dag may have now; False if the step was full before that was done."""
        while True:
            self._feeder.conclude(dag_id)
            self._start_queued(dag_id)
            if not self._create_next(dag_id) and not self._feeder.take_up_next(dag_id):
                return True
            if self.is_full:
                return False

    def _start_queued(self, dag_id: str) -> None:
        """Let runs in, in their order, as far as `max_active_runs` allows; a paused dag's wait."""
        dag, runs = self._work.memory.dags.dag(dag_id), self._work.memory.runs
        if dag is not None and dag.is_paused:
            return
        plan, backfills = self._work.memory.dags.plan(dag_id), self._work.memory.backfills
        while (live := runs.next_queued(dag_id)) is not None:
            limit = live.state.graph.spec.max_active_runs if plan is None else plan.max_active_runs
            if not may_start_queued_run(
                limit,
                running=runs.running(dag_id),
                by_backfills=backfills.driven(dag_id, runs),
                wanted_by_backfills=0 if dag is None or dag.is_stale or plan is None else backfills.room(dag_id),
            ):
                return
            self._work.apply(live, RunStarted())

    def _create_next(self, dag_id: str) -> bool:
        """Create the next scheduled run if it is due and there is room; say whether there was one."""
        memory = self._work.memory
        dag, plan = memory.dags.dag(dag_id), memory.dags.plan(dag_id)
        timer = ScheduleTimer(dag_id)
        if dag is None or plan is None or dag.is_paused or dag.is_stale:
            memory.timers.clear(timer)
            return False
        if memory.runs.scheduled_ahead(dag_id) >= self._limits.runs_ahead:
            # The end of a run makes the dag restless again.
            return False
        interval = self._next_interval(dag_id, plan)
        if interval is None:
            memory.timers.clear(timer)
            return False
        if interval.end > self._work.now:
            memory.timers.set(timer, interval.end)
            return False
        self._create(dag_id, plan, interval)
        return True

    def _next_interval(self, dag_id: str, plan: Plan) -> DataInterval | None:
        mark = self._work.memory.dags.mark(dag_id)
        try:
            return interval_to_schedule(plan.timetable, mark, now=self._work.now, catchup=plan.catchup)
        except TimetableError as error:
            _log.warning("dag %s has no further runs: %s", dag_id, error)
            return None

    def _create(self, dag_id: str, plan: Plan, interval: DataInterval) -> None:
        work = self._work
        mark = advance_mark(work.memory.dags.mark(dag_id), interval, plan.timetable)
        work.memory.dags.put_mark(mark)
        work.batch.schedules.append(mark)
        if work.memory.runs.of_interval(dag_id, interval) or work.store.run_of_interval(dag_id, interval):
            # Somebody asked for this interval before.
            return
        run = DagRun(
            dag_id=dag_id,
            run_id=make_run_id(RunType.SCHEDULED, interval.start, is_taken=lambda run_id: work.has_run(dag_id, run_id)),
            run_uid=self._new_id(),
            run_type=RunType.SCHEDULED,
            state=DagRunState.QUEUED,
            data_interval=interval,
            version_id=plan.version_id,
            created_at=work.now,
        )
        work.create_run(run, work.memory.dags.version(plan.version_id))
