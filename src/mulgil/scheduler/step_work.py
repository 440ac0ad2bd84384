"""One step under way: what it will commit, and what it will do after the commit.

Handlers of events, commands and timers call these methods. Each changes memory and notes the same
change for the batch; nothing leaves the process here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Unpack

from msgspec.structs import replace

from mulgil.i18n import Text
from mulgil.kernel import (
    BackfillCause,
    BackfillCourse,
    BackfillRunCause,
    BackfillRunFields,
    CancelAttempt,
    Decision,
    OfferTaskInstance,
    ReleaseAttempt,
    RetryAt,
    RunEvent,
    RunState,
    SetDagRun,
    SetTaskInstance,
    WithdrawTaskInstance,
    advance,
    candidate_for,
)
from mulgil.messages import Assignment
from mulgil.model import (
    Attempt,
    AttemptState,
    Backfill,
    BackfillChanged,
    BackfillRun,
    BackfillState,
    Dag,
    DagRun,
    DagRunChanged,
    Event,
    EventPayload,
    TaskInstance,
    TaskInstanceChanged,
    TaskInstanceState,
)
from mulgil.ports import Batch, DaemonJoined
from mulgil.scheduler.dag_book import CompiledVersion
from mulgil.scheduler.memory import Memory
from mulgil.scheduler.run_book import LiveRun
from mulgil.scheduler.store import OwnerStore
from mulgil.scheduler.timers import RetryTimer


class StepWork:
    """See the module. Lives for one step."""

    def __init__(self, memory: Memory, store: OwnerStore, now: datetime) -> None:
        """Start with nothing to commit."""
        self.memory = memory
        self.store = store
        self.now = now
        self.batch = Batch()
        self.submits: list[tuple[Attempt, Assignment]] = []
        self.cancels: list[tuple[str, Text]] = []
        self.acknowledged: list[str] = []
        self.joined: list[DaemonJoined] = []
        self._finished: dict[tuple[str, str], LiveRun] = {}

    # Runs.

    def run(self, dag_id: str, run_id: str) -> LiveRun | None:
        """Return a run, finished ones included: those are read from the store and stay until the step ends."""
        live = self.memory.runs.get(dag_id, run_id)
        if live is not None:
            return live
        stored = self.store.stored_run(dag_id, run_id)
        if stored is None:
            return None
        live, cancels = self.memory.take(stored)
        self.cancels.extend(cancels)
        self._finished[live.key] = live
        return live

    def has_run(self, dag_id: str, run_id: str) -> bool:
        """Return whether a dag has a run of that id."""
        return self.memory.runs.get(dag_id, run_id) is not None or self.store.run(dag_id, run_id) is not None

    def create_run(self, run: DagRun, version: CompiledVersion) -> LiveRun:
        """Create a run with its task instances; return it."""
        state, instances = RunState.create(version.graph, run)
        live = LiveRun(state, version)
        self.memory.runs.put(live)
        self.memory.restless[run.dag_id] = None
        self.batch.new_runs.append(run)
        self.batch.instances.extend(instances)
        self._log_run(run, DagRunChanged(previous=None, state=run.state, reason=run.reason))
        return live

    def revise_run(
        self, run: DagRun, instances: Sequence[TaskInstance], version: CompiledVersion, *, conf: dict[str, Any]
    ) -> LiveRun:
        """Take a run that has ended into memory, pinned to `version`; its row is written when it goes on."""
        pinned = replace(run, version_id=version.version.version_id, conf=conf)
        state, changes = RunState.revise(version.graph, pinned, instances)
        live = LiveRun(state, version)
        self.memory.runs.put(live)
        for change in changes:
            self._decide(live, change)
        return live

    def apply(self, live: LiveRun, event: RunEvent) -> None:
        """Tell the kernel what happened to a run and note what follows."""
        for decision in advance(live.state, event, self.now):
            self._decide(live, decision)

    def put_dag(self, dag: Dag) -> None:
        """Write a dag's row."""
        self.memory.dags.put(dag)
        self.memory.note_dag(dag.dag_id)
        self.batch.dags.append(dag)

    # Backfills.

    def create_backfill(self, backfill: Backfill, runs: Sequence[BackfillRun]) -> None:
        """Create a backfill with its intervals."""
        self.memory.backfills.put(BackfillCourse(backfill, runs))
        self.memory.restless[backfill.dag_id] = None
        self.batch.backfills.append(backfill)
        self.batch.backfill_runs.extend(runs)
        self._log_backfill(backfill, None)

    def change_backfill(self, course: BackfillCourse, cause: BackfillCause) -> None:
        """Move a backfill along its state table; one that has finished leaves memory."""
        previous = course.backfill.state
        backfill = course.change(cause, self.now)
        self.memory.restless[backfill.dag_id] = None
        self.batch.backfills.append(backfill)
        if backfill.state.is_finished:
            self.memory.backfills.remove(backfill.backfill_id)
        self._log_backfill(backfill, previous)

    def change_backfill_run(
        self, course: BackfillCourse, position: int, cause: BackfillRunCause, **fields: Unpack[BackfillRunFields]
    ) -> None:
        """Move an interval of a backfill along its state table."""
        self.batch.backfill_runs.append(course.change_run(position, cause, **fields))

    def _log_backfill(self, backfill: Backfill, previous: BackfillState | None) -> None:
        payload = BackfillChanged(backfill.backfill_id, previous, backfill.state)
        self.batch.events.append(Event(at=self.now, payload=payload, dag_id=backfill.dag_id))

    # Attempts.

    def put_attempt(self, attempt: Attempt) -> None:
        """Write the row of an attempt that hasn't ended."""
        self.memory.attempts.put(attempt)
        self.batch.attempts.append(attempt)

    def end_attempt(
        self, attempt: Attempt, *, outcome: str, ended_at: datetime, error: Text | None, is_lost: bool = False
    ) -> None:
        """Write the end of an attempt."""
        self.memory.attempts.remove(attempt.attempt_id)
        state = AttemptState.LOST if is_lost else AttemptState.ENDED
        self.batch.attempts.append(replace(attempt, state=state, outcome=outcome, ended_at=ended_at, error=error))

    # The end of the step.

    @property
    def has_something_to_say(self) -> bool:
        """Whether workers are to be told anything."""
        return bool(self.submits or self.cancels or self.acknowledged or self.joined)

    def settle(self) -> None:
        """Drop finished runs from memory, after the commit."""
        for live in self._finished.values():
            if live.state.run.state.is_finished and self.memory.runs.get(*live.key) is live:
                self.memory.forget(live)

    def _decide(self, live: LiveRun, decision: Decision) -> None:
        dag_id, run_id = live.key
        match decision:
            case SetTaskInstance():
                self._set_instance(decision.instance, decision.previous)
            case SetDagRun():
                self._set_run(live, decision)
            case OfferTaskInstance(key=key):
                self.memory.admission.offer(candidate_for(live.state, key))
            case WithdrawTaskInstance(key=key):
                self.memory.admission.withdraw(dag_id, run_id, key)
            case RetryAt(key=key, at=at):
                self.memory.timers.set(RetryTimer(dag_id, run_id, key), at)
            case CancelAttempt(attempt_id=attempt_id, reason=reason):
                self.cancels.append((attempt_id, reason))
            case ReleaseAttempt(key=key):
                self.memory.admission.release(dag_id, run_id, key)

    def _set_instance(self, instance: TaskInstance, previous: TaskInstanceState) -> None:
        self.batch.instances.append(instance)
        if _begins_anew(instance, previous):
            self._drop_xcoms((instance.dag_id, instance.run_id, instance.task_id, instance.map_index))
        if previous is instance.state:
            # Only other fields changed; whoever follows the log for alerts must not hear of a state twice.
            return
        payload = TaskInstanceChanged(
            previous=previous,
            state=instance.state,
            try_number=instance.try_number,
            attempt_id=instance.attempt_id,
            reason=instance.reason,
        )
        self._log(payload, instance.dag_id, instance.run_id, instance.task_id, instance.map_index)

    def _drop_xcoms(self, place: tuple[str, str, str, int]) -> None:
        self.batch.dropped_xcoms.append(place)
        # The store drops before it writes: what this very step was about to write goes too.
        self.batch.xcoms = [
            xcom for xcom in self.batch.xcoms if (xcom.dag_id, xcom.run_id, xcom.task_id, xcom.map_index) != place
        ]

    def _set_run(self, live: LiveRun, decision: SetDagRun) -> None:
        run = decision.run
        self.batch.runs.append(run)
        self.memory.runs.note(run)
        self.memory.watch_timeout(live)
        self.memory.restless[run.dag_id] = None
        if run.state.is_finished:
            self._finished[live.key] = live
        self._log_run(run, DagRunChanged(previous=decision.previous, state=run.state, reason=run.reason))

    def _log_run(self, run: DagRun, payload: DagRunChanged) -> None:
        self._log(payload, run.dag_id, run.run_id, None, None)

    def _log(self, payload: EventPayload, dag_id: str, run_id: str, task_id: str | None, map_index: int | None) -> None:
        event = Event(at=self.now, payload=payload, dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index)
        self.batch.events.append(event)


def _begins_anew(instance: TaskInstance, previous: TaskInstanceState) -> bool:
    """Whether XComs of earlier tries must go: a later try starts, or the instance was cleared."""
    if instance.state is TaskInstanceState.QUEUED:
        return instance.try_number > 1
    is_reset = instance.state in (TaskInstanceState.NONE, TaskInstanceState.RESTARTING)
    return is_reset and instance.try_number > 0 and previous is not instance.state
