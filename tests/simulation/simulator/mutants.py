"""The system with one rule broken at a time, to see that the simulation notices.

Each mutant replaces as little as possible in the real classes, in the way in which somebody might get the
rule wrong. `required` ones stand for the rules that the engine rests on; the others are bugs that this
simulation has found, or their like.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from mulgil.gateway import Gateway
from mulgil.kernel import Admission, BackfillCourse, Candidate, Judgement
from mulgil.kernel import attempts as kernel_attempts
from mulgil.kernel.readiness import trigger_rules
from mulgil.kernel.run_state import Place
from mulgil.kernel.step import Step
from mulgil.messages import Assignment, Finished
from mulgil.model import BackfillAction, BackfillRunState, TriggerRule
from mulgil.ports import Batch
from mulgil.scheduler import backfills, worker_events
from mulgil.scheduler import scheduler as scheduler_module
from mulgil.scheduler.backfills import BackfillFeeder
from mulgil.scheduler.clock_watch import ClockWatch
from mulgil.scheduler.dispatch import Dispatcher
from mulgil.scheduler.memory import Memory
from mulgil.scheduler.run_book import LiveRun
from mulgil.scheduler.scheduler import Scheduler
from mulgil.scheduler.step_work import StepWork
from mulgil.stores.memory.scheduler_store import MemorySchedulerStore
from mulgil.worker.state.action import DaemonAction, JournalReport
from mulgil.worker.state.attempt_record import AttemptRecord
from mulgil.worker.state.attempt_table import AttemptTable
from mulgil.worker.state.daemon_state import DaemonState
from mulgil.worker.state.desk import Desk
from tests.simulation.simulator.faults import Trouble

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Mutant:
    """One broken rule."""

    name: str
    apply: Callable[[Patch], None]
    required: bool = True
    # The trouble in which it shows soonest.
    emphasis: frozenset[Trouble] = frozenset()


def _dispatch_before_commit(patch: Patch) -> None:
    commit = Scheduler._commit

    def broken(self: Scheduler, work: StepWork) -> None:
        for attempt, assignment in work.submits:
            self._dispatcher.executor(attempt.executor).submit(assignment, daemon_id=attempt.daemon_id)
        work.submits.clear()
        commit(self, work)

    patch.setattr(Scheduler, "_commit", broken)


def _no_duplicate_id_check(patch: Patch) -> None:
    assigned = AttemptTable.assigned

    def broken(self: AttemptTable, assignment: Assignment, *, is_refused: bool) -> None:
        self._attempts.pop(assignment.attempt_id, None)
        self._ended.pop(assignment.attempt_id, None)
        assigned(self, assignment, is_refused=is_refused)

    patch.setattr(AttemptTable, "assigned", broken)


def _acknowledge_before_commit(patch: Patch) -> None:
    commit = Scheduler._commit

    def broken(self: Scheduler, work: StepWork) -> None:
        for executor in self._executors.values():
            executor.acknowledge(work.acknowledged)
        commit(self, work)

    patch.setattr(Scheduler, "_commit", broken)


def _report_not_journalled(patch: Patch) -> None:
    do = Desk.do

    def broken(self: Desk, *actions: DaemonAction) -> None:
        do(self, *(action for action in actions if not isinstance(action, JournalReport)))

    patch.setattr(Desk, "do", broken)


def _xcoms_in_a_transaction_of_their_own(patch: Patch) -> None:
    commit = Scheduler._commit

    def broken(self: Scheduler, work: StepWork) -> None:
        xcoms, work.batch.xcoms = work.batch.xcoms, []
        commit(self, work)
        if xcoms and self._epoch is not None:
            self.store.commit(Batch(xcoms=xcoms), epoch=self._epoch)

    patch.setattr(Scheduler, "_commit", broken)


def _epoch_not_checked(patch: Patch) -> None:
    commit = MemorySchedulerStore.commit

    def broken(self: MemorySchedulerStore, batch: Batch, *, epoch: int) -> int:
        return commit(self, batch, epoch=self._tables.epoch)

    patch.setattr(MemorySchedulerStore, "commit", broken)


def _memory_kept_after_a_failed_commit(patch: Patch) -> None:
    fail = Scheduler._fail

    def broken(self: Scheduler, error: Exception) -> object:
        memory = self._memory
        delay = fail(self, error)
        self._memory = memory
        return delay

    patch.setattr(Scheduler, "_fail", broken)


def _moved_clock_not_noticed(patch: Patch) -> None:
    patch.setattr(ClockWatch, "moved", lambda self, now: timedelta(0))


def _pool_slot_not_released(patch: Patch) -> None:
    release = Admission.release

    def broken(self: Admission, dag_id: str, run_id: str, key: Any) -> None:
        used = dict(self._usage.pools)
        release(self, dag_id, run_id, key)
        self._usage.pools.update(used)

    patch.setattr(Admission, "release", broken)


def _trigger_rule_changed(rule: TriggerRule, like: TriggerRule, patch: Patch) -> None:
    patch.setitem(trigger_rules.TRIGGER_RULES, rule, trigger_rules.TRIGGER_RULES[like])


def _retry_without_a_new_attempt_id(patch: Patch) -> None:
    queue = Dispatcher._queue

    def broken(self: Dispatcher, work: StepWork, live: LiveRun, candidate: Candidate, **given: str) -> None:
        key = candidate.key
        new_id = self._new_id
        if live.state.instance(key).try_number:
            self._new_id = lambda: f"{candidate.dag_id}/{candidate.run_id}/{key.task_id}/{key.map_index}"
        try:
            queue(self, work, live, candidate, **given)
        finally:
            self._new_id = new_id

    patch.setattr(Dispatcher, "_queue", broken)


# Bugs that were there once, and their like.


def _failure_reported_before_its_process_is_gone(patch: Patch) -> None:
    def broken(self: AttemptTable, record: AttemptRecord, report: Any) -> None:
        self._report(record, report)

    patch.setattr(AttemptTable, "_finished", broken)


def _ended_ids_forgotten(patch: Patch) -> None:
    forget = AttemptTable._forget

    def broken(self: AttemptTable, record: AttemptRecord) -> None:
        forget(self, record)
        self._ended.clear()

    patch.setattr(AttemptTable, "_forget", broken)


def _lost_attempt_consumes_a_try(patch: Patch) -> None:
    start_anew = kernel_attempts._start_anew

    def broken(step: Step, place: Place, reason: Any, *, lost_count: int) -> None:
        row = step.run.row(place)
        start_anew(step, place, reason, lost_count=lost_count)
        row = step.run.row(place)
        step.run.put(place, type(row)(**{**_fields(row), "try_number": row.try_number + 1}))

    patch.setattr(kernel_attempts, "_start_anew", broken)


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def _welcomed_before_commit(patch: Patch) -> None:
    commit = Scheduler._commit

    def broken(self: Scheduler, work: StepWork) -> None:
        for joined in work.joined:
            for executor in self._executors.values():
                executor.welcome(joined)
        work.joined.clear()
        commit(self, work)

    patch.setattr(Scheduler, "_commit", broken)


def _slots_forgotten_that_are_promised(patch: Patch) -> None:
    patch.setattr(Dispatcher, "_promised", lambda *_: 0)


def _sent_once_more_without_hearing_what_waits(patch: Patch) -> None:
    repeat = worker_events.repeat_after_reading
    take_in = Scheduler._take_in

    def broken(self: Scheduler, memory: Any, work: StepWork) -> int:
        if self._has_just_read:
            repeat(work)
        return take_in(self, memory, work)

    patch.setattr(scheduler_module, "repeat_after_reading", lambda _: None)
    patch.setattr(Scheduler, "_take_in", broken)


def _daemon_leaves_unnoticed(patch: Patch) -> None:
    leave = DaemonState._leave_if_done

    def broken(self: DaemonState) -> None:
        self._is_farewell_heard = True
        leave(self)

    patch.setattr(DaemonState, "_leave_if_done", broken)


def _overtaken_hellos_heard(patch: Patch) -> None:
    patch.setattr(Gateway, "_is_outdated", lambda *_: False)


def _reports_of_dead_daemons_dropped(patch: Patch) -> None:
    bury = DaemonState._bury

    def broken(self: DaemonState, event: Any) -> None:
        bury(self, type(event)(event.daemon_id, event.started, ()))

    patch.setattr(DaemonState, "_bury", broken)


def _answers_in_a_transaction_of_their_own(patch: Patch) -> None:
    commit = Scheduler._commit

    def broken(self: Scheduler, work: StepWork) -> None:
        answers, work.batch.answers = work.batch.answers, []
        commit(self, work)
        if answers and self._epoch is not None:
            self.store.commit(Batch(answers=answers), epoch=self._epoch)

    patch.setattr(Scheduler, "_commit", broken)


def _never_received_is_not_repeated(patch: Patch) -> None:
    act = Scheduler._act

    def broken(self: Scheduler, work: StepWork) -> None:
        work.submits = [(one, what) for one, what in work.submits if one.queued_at == work.now]
        act(self, work)

    patch.setattr(Scheduler, "_act", broken)


def _reports_named_and_not_sent_again(patch: Patch) -> None:
    greet = DaemonState._greet

    def broken(self: DaemonState) -> None:
        say = self._desk.say
        with pytest.MonkeyPatch.context() as meanwhile:
            meanwhile.setattr(self._desk, "say", lambda message: isinstance(message, Finished) or say(message))
            greet(self)

    patch.setattr(DaemonState, "_greet", broken)


def _dead_daemons_attempts_forgotten(patch: Patch) -> None:
    patch.setattr(worker_events, "_bury", lambda *_: None)


def _attempts_without_a_journal_forgotten(patch: Patch) -> None:
    patch.setattr(worker_events, "_lose_unknown", lambda *_: None)


def _neighbours_taken_for_dead(patch: Patch) -> None:
    patch.setattr(Gateway, "_neighbours", lambda *_: ())


def _trigger_rule(rule: TriggerRule) -> Mutant:
    like = TriggerRule.ALL_SUCCESS if rule is TriggerRule.ALWAYS else TriggerRule.ALWAYS
    return Mutant(f"trigger rule {rule.value} changed", partial(_trigger_rule_changed, rule, like), required=False)


def _one(name: str, apply: Callable[[Patch], None], *emphasis: Trouble) -> Mutant:
    return Mutant(name, apply, emphasis=frozenset(emphasis))


def _more(name: str, apply: Callable[[Patch], None], *emphasis: Trouble) -> Mutant:
    return Mutant(name, apply, required=False, emphasis=frozenset(emphasis))


T = Trouble
# Backfills.


def _backfills_forgotten_by_a_restart(patch: Patch) -> None:
    patch.setattr(Memory, "read_backfills", lambda self, store: None)


def _interval_taken_up_without_a_look_at_its_run(patch: Patch) -> None:
    patch.setattr(BackfillFeeder, "_run_of_interval", lambda self, dag_id, interval: None)


def _run_under_way_counts_as_done(patch: Patch) -> None:
    judge = backfills.judge_interval

    def broken(*given: Any, **named: Any) -> Judgement:
        judgement = judge(*given, **named)
        if judgement.action is BackfillAction.JOIN:
            return Judgement(action=BackfillAction.SKIP, reason=judgement.reason)
        return judgement

    patch.setattr(backfills, "judge_interval", broken)


def _done_again_whoever_did_it_since(patch: Patch) -> None:
    init = BackfillCourse.__init__

    def broken(self: BackfillCourse, *given: Any) -> None:
        init(self, *given)
        self.wanted = replace(self.wanted, since=self.wanted.since + timedelta(days=1))

    patch.setattr(BackfillCourse, "__init__", broken)


def _more_intervals_at_once_than_it_may(patch: Patch) -> None:
    patch.setattr(BackfillCourse, "room", property(lambda self: len(self.waiting) * (not self.backfill.ended_at)))


def _backfills_beyond_the_dags_limit(patch: Patch) -> None:
    patch.setattr(backfills, "may_start_backfill_run", lambda *given, **named: True)


def _intervals_committed_before_their_runs(patch: Patch) -> None:
    commit = Scheduler._commit

    def broken(self: Scheduler, work: StepWork) -> None:
        runs = [run for run in work.batch.backfill_runs if run.state is BackfillRunState.RUNNING]
        if runs and not work.batch.backfills and self._epoch is not None:
            MemorySchedulerStore.commit(self.store, Batch(backfill_runs=runs), epoch=self._epoch)  # type: ignore[arg-type]
        commit(self, work)

    patch.setattr(Scheduler, "_commit", broken)


def _failed_interval_counts_as_done(patch: Patch) -> None:
    patch.setattr(backfills, "is_brought_about", lambda *given: True)


def _last_interval_first(patch: Patch) -> None:
    def broken(self: BackfillCourse) -> object:
        return self.waiting[-1] if self.room else None

    patch.setattr(BackfillCourse, "next", property(broken))
    patch.setattr(BackfillCourse, "_stop_waiting", lambda self, position: self._waiting.remove(position))


MUTANTS = (
    _one("dispatch before commit", _dispatch_before_commit, T.FAIL_STORE),
    _one("no duplicate-id check in the daemon", _no_duplicate_id_check),
    _one("acknowledge before commit", _acknowledge_before_commit, T.FAIL_STORE),
    _one("report not journalled", _report_not_journalled, T.KILL_DAEMON_AT_REPORT),
    _one("XComs outside the transaction", _xcoms_in_a_transaction_of_their_own),
    _one("epoch not checked", _epoch_not_checked, T.SECOND_SCHEDULER),
    _one("memory kept after a failed commit", _memory_kept_after_a_failed_commit, T.FAIL_STORE),
    _one("pool slot not released", _pool_slot_not_released),
    _one("trigger rule changed", partial(_trigger_rule_changed, TriggerRule.NONE_FAILED, TriggerRule.ALL_DONE)),
    _one("retry without a new attempt id", _retry_without_a_new_attempt_id),
    _more("failure reported before its process is gone", _failure_reported_before_its_process_is_gone),
    _more("ended ids forgotten", _ended_ids_forgotten),
    _more("lost attempt consumes a try", _lost_attempt_consumes_a_try, T.KILL_DAEMON),
    _more("welcomed before commit", _welcomed_before_commit, T.KILL_DAEMON, T.FAIL_STORE),
    _more("promised slots given twice", _slots_forgotten_that_are_promised, T.KILL_SCHEDULER),
    _more("sent once more before all is heard", _sent_once_more_without_hearing_what_waits, T.FAIL_STORE, T.LOSE_WORDS),
    _more("daemon leaves unnoticed", _daemon_leaves_unnoticed, T.LOSE_SUPERVISOR),
    _more("overtaken hellos heard", _overtaken_hellos_heard, T.BREAK_AT_HELLO),
    _more("reports of dead daemons dropped", _reports_of_dead_daemons_dropped, T.KILL_DAEMON_AT_REPORT),
    _more("answers outside the transaction", _answers_in_a_transaction_of_their_own),
    _more("what never arrived is not repeated", _never_received_is_not_repeated, T.BREAK_CONNECTION),
    _more("reports named in a hello and not sent again", _reports_named_and_not_sent_again, T.BREAK_CONNECTION),
    _more("attempts of dead daemons forgotten", _dead_daemons_attempts_forgotten, T.KILL_DAEMON),
    _more("moved clock not noticed", _moved_clock_not_noticed, T.JUMP_CLOCK),
    _more("attempts of daemons without a journal forgotten", _attempts_without_a_journal_forgotten, T.LOSE_JOURNAL),
    _more("neighbours taken for dead", _neighbours_taken_for_dead, T.LOSE_SUPERVISOR),
    *map(_trigger_rule, TriggerRule),
    _more("backfills forgotten by a restart", _backfills_forgotten_by_a_restart, T.KILL_SCHEDULER),
    _more("interval taken up without a look at its run", _interval_taken_up_without_a_look_at_its_run),
    _more("run under way counts as done", _run_under_way_counts_as_done),
    _more("done again whoever did it since", _done_again_whoever_did_it_since),
    _more("more intervals at once than a backfill may have", _more_intervals_at_once_than_it_may),
    _more("backfills beyond the dag's limit", _backfills_beyond_the_dags_limit),
    _more("intervals committed before their runs", _intervals_committed_before_their_runs, T.FAIL_STORE),
    _more("failed interval counts as done", _failed_interval_counts_as_done),
    _more("last interval first", _last_interval_first),
)
