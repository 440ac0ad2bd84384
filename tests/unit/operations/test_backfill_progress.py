"""How far a backfill has come, and how long the rest takes."""

from datetime import UTC, datetime, timedelta

from mulgil.model import (
    Backfill,
    BackfillAction,
    BackfillRun,
    BackfillRunState,
    BackfillState,
    DataInterval,
    RerunPolicy,
)
from mulgil.operations import progress_of
from mulgil.ports import StoredBackfill

NOW = datetime(2024, 1, 1, tzinfo=UTC)
R = BackfillRunState


def stored(*runs: tuple[BackfillRunState, int | None, int | None]) -> StoredBackfill:
    """Return a backfill whose intervals have these states, and began and ended so many seconds ago."""
    backfill = Backfill(
        backfill_id=1,
        dag_id="d",
        range_start=NOW,
        range_end=NOW,
        state=BackfillState.RUNNING,
        max_active=2,
        rerun=RerunPolicy.FAILED,
        created_at=NOW,
        created_by="ada",
    )
    rows = tuple(
        BackfillRun(
            backfill_id=1,
            position=position,
            data_interval=DataInterval.at(NOW + timedelta(days=position)),
            state=state,
            action=BackfillAction.CREATE,
            started_at=None if began is None else NOW - timedelta(seconds=began),
            ended_at=None if ended is None else NOW - timedelta(seconds=ended),
        )
        for position, (state, began, ended) in enumerate(runs)
    )
    return StoredBackfill(backfill=backfill, runs=rows)


def test_nothing_can_be_told_before_anything_was_run() -> None:
    progress = progress_of(
        stored((R.RUNNING, 5, None), (R.WAITING, None, None), (R.SKIPPED, None, 9)), NOW, max_active=2
    )
    assert (progress.total, progress.done, progress.running, progress.waiting) == (3, 1, 1, 1)
    assert progress.remaining is None


def test_the_rest_is_shared_by_as_many_as_run_at_once() -> None:
    runs = [(R.SUCCESS, 40, 30), (R.FAILED, 40, 20), (R.RUNNING, 5, None)]
    progress = progress_of(stored(*runs, *[(R.WAITING, None, None)] * 4), NOW, max_active=2)
    # Fifteen seconds each: ten are left of the one that runs, and sixty of the others.
    assert progress.remaining == timedelta(seconds=35)
    assert (progress.succeeded, progress.failed) == (1, 1)
    # One that takes longer than the others did is about to end; the last one runs alone.
    progress = progress_of(stored(*runs[:2], (R.RUNNING, 100, None)), NOW, max_active=2)
    assert progress.remaining == timedelta(0)


def test_nothing_is_left_in_the_end() -> None:
    assert progress_of(stored((R.SKIPPED, None, 1)), NOW, max_active=2).remaining == timedelta(0)
