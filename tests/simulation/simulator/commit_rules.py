"""What every commit of a scheduler must keep to, whatever it is for.

A commit's events say in which order things changed; they are walked through one by one, each change is
checked against where everything stood at that moment, and at the end the rows must say the same. The end of
an attempt that changes no state (its task had been marked meanwhile) is no event: rows alone tell of it.
"""

from typing import TYPE_CHECKING

from mulgil.messages import Applied, CancelDagRun, ClearTaskInstances, MarkTaskInstances, TriggerDagRun
from mulgil.model import (
    Attempt,
    AttemptState,
    CommandApplied,
    DagRunChanged,
    DagRunState,
    DataInterval,
    Event,
    RunType,
    TaskInstance,
    TaskInstanceChanged,
    TaskInstanceState,
    TaskKey,
)
from mulgil.ports import Batch
from tests.simulation.simulator.backfill_rules import BackfillRules
from tests.simulation.simulator.limits import Limits
from tests.simulation.simulator.mirror import OVER, Mirror, Place, RunPlace, Stand, place_of
from tests.simulation.simulator.rules import FAILURES, RUN, is_passed_over, verdict
from tests.simulation.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulation.simulator.world import World

S = TaskInstanceState
_WANTED = (S.QUEUED, S.RUNNING)
_CONSUMING = ("succeeded", "skipped", "failed", "died")
_ATTEMPT_ORDER = {AttemptState.QUEUED: 0, AttemptState.STARTING: 1, AttemptState.RUNNING: 2}


def _place_of_event(event: Event) -> Place:
    return event.dag_id or "", event.run_id or "", event.task_id or "", event.map_index or 0


def _is_doomed(change: DagRunChanged) -> bool:
    return change.reason is not None and change.reason.code in ("reason.cancelled", "reason.run_timed_out")


class CommitRules:
    """Compares a commit with the mirror and brings the mirror in step."""

    def __init__(self, world: "World", mirror: Mirror, limits: Limits) -> None:
        self._world = world
        self._mirror = mirror
        self._limits = limits
        self._intervals: set[tuple[str, DataInterval]] = set()
        self._answered: set[str] = set()
        self._tries: dict[Place, int] = {}
        # In which state a task instance was when its attempt left it.
        self._left: dict[str, TaskInstanceState] = {}
        # Attempts that the commit which is being checked ends.
        self._ending: set[str] = set()
        self.backfills = BackfillRules(world, mirror)
        # Task instances that a person has touched.
        self.commanded: set[Place] = set()

    def check(self, batch: Batch) -> list[Attempt]:
        """Check one commit; return the attempts that it ends."""
        touched = self._answers(batch) | self.backfills.touched(batch)
        self._new_runs(batch)
        self._walk(batch, touched)
        self._runs(batch)
        ended = [attempt for attempt in batch.attempts if self._attempt(attempt)]
        cleared = self._rows(batch, touched)
        self.backfills.check(batch, cleared, touched)
        self._tries_used(batch)
        self._xcoms(batch)
        return ended

    # Commands.

    def _answers(self, batch: Batch) -> set[RunPlace]:
        """Check answers; return the runs that people changed in this commit."""
        touched: set[RunPlace] = set()
        uids = {run.run_uid for run in batch.new_runs}
        for answered in batch.answers:
            require(answered.command_id not in self._answered, f"{answered.command_id} is answered twice")
            self._answered.add(answered.command_id)
            payload = self._world.store._tables.commands[answered.command_id].payload
            is_applied = isinstance(answered.answer, Applied)
            if isinstance(payload, TriggerDagRun):
                is_there = payload.run_uid in uids
                require(is_there == is_applied, f"{answered.command_id}: {answered.answer}, its run: {is_there}")
            elif is_applied and isinstance(payload, ClearTaskInstances | MarkTaskInstances | CancelDagRun):
                touched.add((payload.dag_id, payload.run_id))
        said = [event.payload.command_id for event in batch.events if isinstance(event.payload, CommandApplied)]
        require(sorted(said) == sorted(one.command_id for one in batch.answers), "answers and their events differ")
        return touched

    # The walk through the events.

    def _walk(self, batch: Batch, touched: set[RunPlace]) -> None:
        for row in batch.instances:
            self._mirror.stands.setdefault((row.dag_id, row.run_id), {}).setdefault(place_of(row), Stand(row.task_id))
        self.commanded |= {place for run in touched for place in self._mirror.stands.get(run, {})}
        self._ending = {attempt.attempt_id for attempt in batch.attempts if attempt.state in OVER}
        changes = [event for event in batch.events if isinstance(event.payload, TaskInstanceChanged)]
        last_events = {_place_of_event(event): event for event in changes}
        last_rows = {place_of(row): row for row in batch.instances}
        for place, row in last_rows.items():
            if place not in last_events:
                self._end_silently(place, row)
        for event in batch.events:
            payload, run_place = event.payload, (event.dag_id or "", event.run_id or "")
            if isinstance(payload, TaskInstanceChanged):
                place = _place_of_event(event)
                self._changed(place, payload, by_person=run_place in touched)
                if event is last_events[place]:
                    self._end_silently(place, last_rows.get(place))
            elif isinstance(payload, DagRunChanged):
                self._run_changed(run_place, payload, by_person=run_place in touched)

    def _end_silently(self, place: Place, row: TaskInstance | None) -> None:
        """Release an attempt that ended without a change of state."""
        stand = self._mirror.stands[place[:2]][place]
        if row is None or stand.attempt_id is None or row.attempt_id is not None or row.state is not stand.state:
            return
        require(stand.state.is_finished, f"{place} is {stand.state}, and its attempt is gone")
        self._left[stand.attempt_id] = stand.state
        self._limits.release(place)
        stand.attempt_id = None

    def _changed(self, place: Place, change: TaskInstanceChanged, *, by_person: bool) -> None:
        stand = self._mirror.stands[place[:2]][place]
        require(change.previous is stand.state, f"{place}: the log says {stand.state}, then {change.previous}")
        if stand.state.is_finished and change.state is not stand.state:
            require(by_person, f"{place} leaves {stand.state} for {change.state} by itself")
        if change.attempt_id != stand.attempt_id:
            self._attempt_changed(place, stand, change)
        if change.state is not stand.state:
            self._entered(place, stand, change)
        stand.state, stand.attempt_id = change.state, change.attempt_id

    def _attempt_changed(self, place: Place, stand: Stand, change: TaskInstanceChanged) -> None:
        if stand.attempt_id is not None:
            require(change.attempt_id is None, f"{place} goes from {stand.attempt_id} to {change.attempt_id}")
            self._left[stand.attempt_id] = stand.state
            self._limits.release(place)
            return
        require(change.state is S.QUEUED, f"{place} gets an attempt and is {change.state}")
        self._limits.hold(place)
        self._check_may_run(place)

    def _entered(self, place: Place, stand: Stand, change: TaskInstanceChanged) -> None:
        choices = self._mirror.choices.setdefault(place[:2], {})
        if stand.state is S.SUCCESS:
            choices.pop(stand.task_id, None)
            self._mirror.succeeded_by.pop(place, None)
        if change.state is S.SUCCESS and change.attempt_id is None and stand.attempt_id is not None:
            self._mirror.succeeded_by[place] = stand.attempt_id
            chosen = self._world.behaviour(place[0], place[1], TaskKey(place[2], place[3])).chooses
            if chosen is not None:
                choices[stand.task_id] = chosen

    def _check_may_run(self, place: Place) -> None:
        dag, task = self._world.dag(place[0]), self._world.task(place[0], place[2])
        stands = self._mirror.stands[place[:2]].values()
        states = [above.state for above in stands if above.task_id in task.upstream]
        require(verdict(task.trigger_rule, states) == RUN, f"{place} is queued after {states} by {task.trigger_rule}")
        passed_over = is_passed_over(dag, task, self._mirror.choices.get(place[:2], {}))
        require(not passed_over, f"{place} is queued, and a branch chose otherwise")

    # Runs.

    def _new_runs(self, batch: Batch) -> None:
        for run in batch.new_runs:
            self._mirror.put_run(run)
            if run.run_type in (RunType.SCHEDULED, RunType.BACKFILL):
                interval = (run.dag_id, run.data_interval)
                require(interval not in self._intervals, f"{run.run_id} has the interval of another run")
                self._intervals.add(interval)

    def _run_changed(self, place: RunPlace, change: DagRunChanged, *, by_person: bool) -> None:
        if _is_doomed(change):
            # Its end was demanded, if only by its time limit.
            self._world.met["run ended by force"] += 1
            self.commanded |= self._mirror.stands[place].keys()
        known = self._mirror.run_states.get(place)
        require(change.previous is known, f"{place}: the log says {known}, then {change.previous}")
        self._mirror.run_states[place] = change.state
        if known is None or known is change.state:
            return
        if known.is_finished:
            require(by_person, f"{place} goes on by itself")
        elif known is DagRunState.QUEUED and change.state is DagRunState.RUNNING:
            self._limits.check_runs(place[0], self._mirror.running(place[0]))
        if change.state.is_finished:
            self._check_end(place, change.state, is_doomed=_is_doomed(change))

    def _check_end(self, place: RunPlace, state: DagRunState, *, is_doomed: bool) -> None:
        stands = self._mirror.stands[place]
        left = [
            key
            for key, stand in stands.items()
            if not stand.state.is_finished or stand.attempt_id not in (None, *self._ending)
        ]
        require(not left, f"{place} ends with {left} to do")
        above = {name for task in self._world.dag(place[0]).tasks for name in task.upstream}
        has_failed = any(stand.state in FAILURES for stand in stands.values() if stand.task_id not in above)
        expected = DagRunState.FAILED if has_failed or is_doomed else DagRunState.SUCCESS
        require(state is expected, f"{place} ends as {state}, and should as {expected}")

    def _runs(self, batch: Batch) -> None:
        for run in batch.runs:
            self._mirror.put_run(run)
        for place in {(run.dag_id, run.run_id) for run in (*batch.runs, *batch.new_runs)}:
            logged = self._mirror.run_states.get(place)
            require(self._mirror.runs[place].state is logged, f"{place}: the log says {logged}, its row doesn't")

    # Rows.

    def _rows(self, batch: Batch, touched: set[RunPlace]) -> dict[RunPlace, list[TaskInstance]]:
        """Check the rows; return those that were cleared, as they were before, by run."""
        cleared: set[Place] = set()
        before_clear: dict[RunPlace, list[TaskInstance]] = {}
        for row in batch.instances:
            before = self._mirror.put_row(row)
            if before is not None and row.clear_number != before.clear_number:
                cleared.add(place_of(row))
                before_clear.setdefault(place_of(row)[:2], []).append(before)
        for place in cleared:
            require(place[:2] in touched, f"{place} is cleared, and nobody asked for it")
            self._mirror.counted_ends.pop(place, None)
        for place in {place_of(row) for row in batch.instances}:
            stored, stand = self._mirror.rows[place[:2]][place], self._mirror.stands[place[:2]][place]
            row_says, log_says = (stored.state, stored.attempt_id), (stand.state, stand.attempt_id)
            require(row_says == log_says, f"{place}: its row says {row_says}, the log {log_says}")
        return before_clear

    def _tries_used(self, batch: Batch) -> None:
        for place in {place_of(row) for row in batch.instances}:
            row = self._mirror.rows[place[:2]][place]
            if row.attempt_id is None:
                tries = self._tries.get(place, 0)
                require(row.try_number == tries, f"{place} has used {row.try_number} tries, and should have {tries}")
            else:
                require(row.attempt_id in self._mirror.live_attempts, f"{place} waits for an attempt that has ended")

    # Attempts.

    def _attempt(self, attempt: Attempt) -> bool:
        """Check an attempt's row; return whether it has ended now."""
        before = self._mirror.attempts.get(attempt.attempt_id)
        place = place_of(attempt)
        if before is None:
            require(attempt.state is AttemptState.QUEUED, f"{attempt.attempt_id} begins as {attempt.state}")
        else:
            require(before.state not in OVER, f"{attempt.attempt_id} had ended and is {attempt.state} now")
            require(place_of(before) == place, f"{attempt.attempt_id} was {place_of(before)}'s and is {place}'s")
            order = _ATTEMPT_ORDER.get(attempt.state, 3)
            require(order >= _ATTEMPT_ORDER[before.state], f"{attempt.attempt_id} goes back to {attempt.state}")
        self._mirror.put_attempt(attempt)
        if attempt.state not in OVER:
            return False
        left = self._left.get(attempt.attempt_id)
        require(left is not None, f"{attempt.attempt_id} has ended, and {place} doesn't know")
        if left not in _WANTED or attempt.outcome in _CONSUMING:
            self._tries[place] = self._tries.get(place, 0) + 1
        if left in _WANTED and attempt.outcome in ("failed", "died"):
            self._mirror.counted_ends.setdefault(place, []).append(attempt.attempt_id)
        return True

    def _xcoms(self, batch: Batch) -> None:
        for place in {place_of(row) for row in batch.instances}:
            if not self._mirror.has_xcom(place):
                continue
            dag_id, run_id, task_id, map_index = place
            found = self._world.store.xcoms(dag_id, run_id, task_id, map_index=map_index, key="attempt")
            values = [xcom.value.decode() for xcom in found]
            expected = self._mirror.succeeded_by[place]
            require(values == [expected], f"{place} succeeded by {expected}, and its XCom is {values}")
