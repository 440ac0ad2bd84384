"""One event's effects on a run: rows change, decisions are collected, consequences are settled.

A step changes rows through the state table, remembers which tasks a change may concern, and settles
those in ascending number, that is in topological order: when a task is judged, everything upstream of it
has settled already. So the outcome depends on what happened, never on the order of looking.
"""

import heapq
from datetime import datetime
from typing import TypedDict, Unpack

from msgspec.structs import replace

from mulgil.i18n import Text
from mulgil.kernel.dag_run_states import RunCause, next_run_state
from mulgil.kernel.decision import (
    Decision,
    OfferTaskInstance,
    SetDagRun,
    SetTaskInstance,
    WithdrawTaskInstance,
)
from mulgil.kernel.readiness import Rule, Verdict, judge, judge_upstream
from mulgil.kernel.run_state import Place, RunState
from mulgil.kernel.task_instance_states import Cause, next_state
from mulgil.model import DagRun, DagRunState, TaskInstance, TaskInstanceState

_PENDING = frozenset({TaskInstanceState.NONE, TaskInstanceState.UP_FOR_RETRY, TaskInstanceState.SCHEDULED})
_ALL = -1


class RowFields(TypedDict, total=False):
    """The fields of a task instance's row that a transition may change beside the state."""

    try_number: int
    max_tries: int
    clear_number: int
    lost_count: int
    attempt_id: str | None
    reason: Text | None
    scheduled_at: datetime | None
    queued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    retry_at: datetime | None


class RunFields(TypedDict, total=False):
    """The fields of a run's row that a transition may change beside the state."""

    reason: Text | None
    started_at: datetime | None
    ended_at: datetime | None


class Step:
    """What one event does to a run. Lives for one call of `advance`."""

    def __init__(self, run: RunState, now: datetime) -> None:
        self.run = run
        self.now = now
        self.decisions: list[Decision] = []
        self._touched: list[Place] = []
        self._is_touched: set[Place] = set()

    def change(self, place: Place, cause: Cause, **fields: Unpack[RowFields]) -> TaskInstance:
        """Move a task instance along the state table and touch whom it may concern."""
        old = self.run.row(place)
        state = next_state(old.state, cause)
        row = replace(old, state=state, **fields)
        self.run.put(place, row)
        self.decisions.append(SetTaskInstance(row, old.state))
        if state is not old.state:
            self._announce(place[0], row, old.state)
        return row

    def _announce(self, task: int, row: TaskInstance, previous: TaskInstanceState) -> None:
        if row.state is TaskInstanceState.SCHEDULED:
            self.decisions.append(OfferTaskInstance(row.key))
        elif previous is TaskInstanceState.SCHEDULED and row.state is not TaskInstanceState.QUEUED:
            self.decisions.append(WithdrawTaskInstance(row.key))
        if row.state.is_finished or previous.is_finished:
            for below in self.run.graph.downstream[task]:
                self._touch((below, _ALL))

    def change_run(self, cause: RunCause, **fields: Unpack[RunFields]) -> DagRun:
        """Move the run along its state table."""
        old = self.run.run
        new = replace(old, state=next_run_state(old.state, cause), **fields)
        self.run.put_run(new)
        self.decisions.append(SetDagRun(new, old.state))
        return new

    def touch(self, place: Place) -> None:
        """Have one task instance judged when the step settles."""
        self._touch(place)

    def touch_all(self) -> None:
        """Have every task judged when the step settles."""
        for task in range(len(self.run.graph.tasks)):
            self._touch((task, _ALL))

    def settle(self) -> None:
        """Judge what was touched, and whatever that concerns in turn."""
        if self.run.run.state is not DagRunState.RUNNING:
            return
        while self._touched:
            place = heapq.heappop(self._touched)
            self._is_touched.discard(place)
            task, position = place
            if position != _ALL:
                self._judge(task, (position,))
            elif self._may_move(task):
                self._judge(task, range(self.run.width(task)))

    def _touch(self, place: Place) -> None:
        if place not in self._is_touched:
            self._is_touched.add(place)
            heapq.heappush(self._touched, place)

    def _may_move(self, task: int) -> bool:
        """Whether judging a task's instances could change one; spares a walk over the wide ones."""
        run = self.run
        if run.has_exclusions(task):
            return bool(run.waiting(task) or run.offered(task))
        verdict = judge_upstream(run, task)
        if verdict is Verdict.READY:
            return bool(run.waiting(task))
        if verdict is Verdict.WAIT:
            return bool(run.offered(task))
        return bool(run.waiting(task) or run.offered(task))

    def _judge(self, task: int, positions: tuple[int, ...] | range) -> None:
        shared: tuple[Rule, Text] | None = None
        for position in positions:
            row = self.run.row((task, position))
            if row.state not in _PENDING:
                continue
            verdict, rule = judge(self.run, task, row, self.now)
            reason = None
            if rule is not None and verdict is not Verdict.WAIT:
                if shared is None or shared[0] is not rule or not rule.is_shared:
                    shared = (rule, rule.explain(self.run, task, row, self.now))
                reason = shared[1]
            self._apply((task, position), row.state, verdict, reason)

    def _apply(self, place: Place, state: TaskInstanceState, verdict: Verdict, reason: Text | None) -> None:
        is_offered = state is TaskInstanceState.SCHEDULED
        if verdict is Verdict.READY:
            if not is_offered:
                self.change(place, Cause.BECAME_READY, scheduled_at=self.now, retry_at=None)
        elif verdict is Verdict.WAIT:
            if is_offered:
                self.change(place, Cause.BECAME_UNREADY, scheduled_at=None)
        else:
            cause = Cause.RULED_OUT if verdict is Verdict.SKIP else Cause.UPSTREAM_FAILED
            self.change(place, cause, reason=reason, ended_at=self.now, retry_at=None)
