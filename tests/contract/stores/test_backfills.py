"""Backfills: written with the step that they belong to, read back whole and in order."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from store_rows import DAY, START, a_backfill, a_backfill_run, a_run, an_event, an_instance, day

from mulgil.i18n import Text
from mulgil.model import (
    BackfillAction,
    BackfillChanged,
    BackfillRunState,
    BackfillState,
    Event,
    RerunPolicy,
    RunType,
    TaskInstanceState,
)
from mulgil.ports import Batch, LeaseLostError, MetadataStore, StoredBackfill, StoredRun, StoreError


def test_a_backfill_is_read_back_as_it_was_written(store: MetadataStore, epoch: int) -> None:
    backfill = a_backfill(
        1,
        is_reverse=True,
        rerun=RerunPolicy.ALL,
        tasks=("t", "날짜"),
        conf={"n": [1, None, 2.5]},
        state=BackfillState.CANCELLED,
        ended_at=START + timedelta(microseconds=1),
    )
    runs = (
        a_backfill_run(1, 0),
        a_backfill_run(
            1,
            1,
            state=BackfillRunState.FAILED,
            action=BackfillAction.JOIN,
            run_id="r1",
            reason=Text("backfill.run_failed", {"run_id": "r1"}),
            started_at=START,
            ended_at=START + DAY,
        ),
    )
    event = Event(at=START, payload=BackfillChanged(1, None, BackfillState.RUNNING), dag_id="d")
    store.commit(Batch(backfills=[backfill], backfill_runs=[runs[1], runs[0]], events=[event]), epoch=epoch)

    assert store.backfill(1) == StoredBackfill(backfill=backfill, runs=runs)
    assert store.backfill(2) is None
    assert store.last_backfill() == 1
    assert store.active_backfills() == ()
    (read,) = store.events(kinds=("backfill_changed",))
    assert read.payload == event.payload


def test_rows_replace_those_that_were_there(store: MetadataStore, epoch: int) -> None:
    store.commit(Batch(backfills=[a_backfill(1)], backfill_runs=[a_backfill_run(1, 0)]), epoch=epoch)
    done = replace(a_backfill_run(1, 0), state=BackfillRunState.SUCCESS, run_id="r0")
    paused = a_backfill(1, state=BackfillState.PAUSED)
    store.commit(Batch(backfills=[a_backfill(1), paused], backfill_runs=[done]), epoch=epoch)
    assert store.active_backfills() == (StoredBackfill(backfill=paused, runs=(done,)),)


def test_only_those_that_are_not_over_are_loaded_by_a_restart(store: MetadataStore, epoch: int) -> None:
    states = dict(enumerate(BackfillState, start=1))
    backfills = [a_backfill(number, state=state) for number, state in states.items()]
    store.commit(Batch(backfills=backfills, backfill_runs=[a_backfill_run(n, 0) for n in states]), epoch=epoch)
    active = [stored.backfill.backfill_id for stored in store.active_backfills()]
    assert active == [number for number, state in states.items() if not state.is_finished]
    assert store.last_backfill() == len(states)


def test_lists_are_newest_first_with_their_counts(store: MetadataStore, epoch: int) -> None:
    backfills = [a_backfill(1), a_backfill(2, dag_id="e"), a_backfill(3)]
    runs = [a_backfill_run(1, n) for n in range(3)] + [a_backfill_run(1, 3, state=BackfillRunState.SUCCESS)]
    store.commit(Batch(backfills=backfills, backfill_runs=runs), epoch=epoch)
    assert [one.backfill_id for one in store.backfills()] == [3, 2, 1]
    assert [one.backfill_id for one in store.backfills(dag_id="d", limit=1)] == [3]
    assert store.backfill_counts([1, 3, 9]) == {1: {BackfillRunState.SUCCESS: 1, BackfillRunState.WAITING: 3}}


def test_intervals_of_no_backfill_are_refused_whole(store: MetadataStore, epoch: int) -> None:
    with pytest.raises(StoreError):
        store.commit(Batch(backfills=[a_backfill(1)], backfill_runs=[a_backfill_run(2, 0)]), epoch=epoch)
    assert store.backfills() == ()


def test_an_older_epoch_writes_no_backfill(store: MetadataStore, epoch: int) -> None:
    store.claim("other")
    with pytest.raises(LeaseLostError):
        store.commit(Batch(backfills=[a_backfill(1)]), epoch=epoch)
    assert store.last_backfill() == 0


def test_the_runs_of_a_range_come_with_their_instances_oldest_first(store: MetadataStore, epoch: int) -> None:
    def run(number: int, run_type: RunType = RunType.BACKFILL, dag_id: str = "d") -> object:
        return a_run(dag_id, f"{run_type.value}{number}", run_type=run_type, data_interval=day(number))

    runs = [run(3), run(1), run(0), run(2, RunType.SCHEDULED), run(2, RunType.MANUAL), run(2, dag_id="e")]
    instance = an_instance(run_id="backfill1", state=TaskInstanceState.FAILED)
    store.commit(Batch(new_runs=runs, instances=[instance], events=[an_event()]), epoch=epoch)  # type: ignore[arg-type]
    found = store.runs_of_range("d", day(1).start, day(3).start)
    assert [stored.run.run_id for stored in found] == ["backfill1", "scheduled2"]
    assert found[0] == StoredRun(run=found[0].run, instances=(instance,))
    assert store.runs_of_range("d", day(1).start, day(1).start) == ()
