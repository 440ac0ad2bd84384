"""How far a backfill has come, and how long the rest will take."""

from collections import Counter
from datetime import datetime, timedelta

import msgspec

from mulgil.model import BackfillAction, BackfillRun, BackfillRunState
from mulgil.ports import StoredBackfill

_NONE = timedelta(0)


class BackfillProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of intervals; `remaining` is null while nothing has been run yet that it could be told from."""

    total: int
    waiting: int
    running: int
    succeeded: int
    failed: int
    skipped: int
    cancelled: int
    remaining: timedelta | None

    @property
    def done(self) -> int:
        """How many intervals the backfill is done with."""
        return self.total - self.waiting - self.running


def progress_of(stored: StoredBackfill, now: datetime, *, max_active: int) -> BackfillProgress:
    """Return how far a backfill has come; at most `max_active` of its intervals are under way at once."""
    counts = Counter(run.state for run in stored.runs)
    return BackfillProgress(
        total=len(stored.runs),
        waiting=counts[BackfillRunState.WAITING],
        running=counts[BackfillRunState.RUNNING],
        succeeded=counts[BackfillRunState.SUCCESS],
        failed=counts[BackfillRunState.FAILED],
        skipped=counts[BackfillRunState.SKIPPED],
        cancelled=counts[BackfillRunState.CANCELLED],
        remaining=_remaining(stored, now, max_active),
    )


def _remaining(stored: StoredBackfill, now: datetime, max_active: int) -> timedelta | None:
    """Share what is left among as many as run at once, by the mean time that an interval took."""
    took = [
        run.ended_at - run.started_at
        for run in stored.runs
        if run.started_at is not None and run.ended_at is not None and run.action is not BackfillAction.JOIN
    ]
    left = [run for run in stored.runs if not run.state.is_finished]
    if not left:
        return _NONE
    if not took:
        return None
    mean = sum(took, _NONE) / len(took)
    work = sum((_left(run, mean, now) for run in left), _NONE)
    return work / min(max_active, len(left))


def _left(run: BackfillRun, mean: timedelta, now: datetime) -> timedelta:
    return mean if run.started_at is None else max(mean - (now - run.started_at), _NONE)
