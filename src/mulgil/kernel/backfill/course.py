"""One backfill in memory: its intervals, which of them is next, and how it ends.

What it knows is a function of the stored rows alone. Every change goes through a state table and gives the
row to write.
"""

import heapq
from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict, Unpack

from msgspec.structs import replace

from mulgil.i18n import Text
from mulgil.kernel.backfill.judgement import Wanted
from mulgil.kernel.backfill.states import (
    BackfillCause,
    BackfillRunCause,
    next_backfill_run_state,
    next_backfill_state,
)
from mulgil.model import Backfill, BackfillAction, BackfillRun, BackfillRunState, BackfillState


class BackfillRunFields(TypedDict, total=False):
    """The fields of an interval that a transition may change beside the state."""

    action: BackfillAction
    run_id: str | None
    reason: Text | None
    started_at: datetime | None
    ended_at: datetime | None


class BackfillCourse:
    """See the module. Mutable, owned by the caller."""

    def __init__(self, backfill: Backfill, runs: Iterable[BackfillRun]) -> None:
        """Take up a backfill where its rows stand."""
        self._backfill = backfill
        self._runs = {run.position: run for run in runs}
        self._waiting = [run.position for run in self._runs.values() if run.state is BackfillRunState.WAITING]
        heapq.heapify(self._waiting)
        self._running = {run.position for run in self._runs.values() if run.state is BackfillRunState.RUNNING}
        self._failed = sum(run.state is BackfillRunState.FAILED for run in self._runs.values())
        self.wanted = Wanted(rerun=backfill.rerun, since=backfill.created_at, tasks=frozenset(backfill.tasks))

    @property
    def backfill(self) -> Backfill:
        """The backfill's row as it stands."""
        return self._backfill

    @property
    def running(self) -> tuple[BackfillRun, ...]:
        """The intervals that are under way, in their order."""
        return tuple(self._runs[position] for position in sorted(self._running))

    @property
    def waiting(self) -> tuple[BackfillRun, ...]:
        """The intervals that haven't been taken up, in their order."""
        return tuple(self._runs[position] for position in sorted(self._waiting))

    @property
    def room(self) -> int:
        """How many more intervals may be taken up now."""
        if self._backfill.state is not BackfillState.RUNNING:
            return 0
        return max(min(self._backfill.max_active - len(self._running), len(self._waiting)), 0)

    @property
    def next(self) -> BackfillRun | None:
        """The interval to take up now: the first that waits, if another one may be under way."""
        return self._runs[self._waiting[0]] if self.room else None

    def change_run(self, position: int, cause: BackfillRunCause, **fields: Unpack[BackfillRunFields]) -> BackfillRun:
        """Move an interval along the state table; return its row."""
        old = self._runs[position]
        new = replace(old, state=next_backfill_run_state(old.state, cause), **fields)
        self._runs[position] = new
        if old.state is BackfillRunState.WAITING:
            self._stop_waiting(position)
        self._running.discard(position)
        if new.state is BackfillRunState.WAITING:
            heapq.heappush(self._waiting, position)
        elif new.state is BackfillRunState.RUNNING:
            self._running.add(position)
        self._failed += new.state is BackfillRunState.FAILED
        return new

    def _stop_waiting(self, position: int) -> None:
        if self._waiting[0] == position:
            heapq.heappop(self._waiting)
        else:
            self._waiting.remove(position)
            heapq.heapify(self._waiting)

    def change(self, cause: BackfillCause, now: datetime) -> Backfill:
        """Move the backfill along the state table; return its row."""
        state = next_backfill_state(self._backfill.state, cause)
        self._backfill = replace(self._backfill, state=state, ended_at=now if state.is_finished else None)
        return self._backfill

    @property
    def end(self) -> BackfillCause | None:
        """Why the backfill ends now; None while something of it is left to do."""
        if self._waiting or self._running or self._backfill.state.is_finished:
            return None
        if self._backfill.state is BackfillState.CANCELLING:
            return BackfillCause.ALL_GONE
        return BackfillCause.SOME_FAILED if self._failed else BackfillCause.ALL_DONE
