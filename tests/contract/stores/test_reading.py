"""What is shown to people: orders, filters, counts; and the event log."""

from datetime import timedelta

import msgspec
import pytest
from store_rows import START, a_run, an_attempt, an_event, an_instance, day

from mulgil.model import DagRunState, RunType
from mulgil.ports import Batch, MetadataStore


def seqs(events: tuple[object, ...]) -> list[int]:
    return [event.seq for event in events]  # type: ignore[attr-defined]


def test_runs_come_newest_interval_first_and_may_be_filtered(store: MetadataStore, epoch: int) -> None:
    runs = [
        a_run(run_id="old", data_interval=day(0), state=DagRunState.SUCCESS),
        a_run(run_id="new", data_interval=day(9)),
        a_run("e", run_id="mid", data_interval=day(5), state=DagRunState.SUCCESS),
        a_run(run_id="old2", data_interval=day(0), created_at=START + timedelta(microseconds=1)),
    ]
    store.commit(Batch(new_runs=runs), epoch=epoch)
    old, new, mid, old2 = runs
    assert store.runs() == (new, mid, old2, old)
    assert store.runs(limit=2) == (new, mid)
    assert store.runs(dag_id="d") == (new, old2, old)
    assert store.runs(state=DagRunState.SUCCESS) == (mid, old)
    assert store.runs(dag_id="d", state=DagRunState.SUCCESS) == (old,)
    assert store.runs(dag_id="nobody") == ()


def test_runs_are_counted_by_dag_and_state(store: MetadataStore, epoch: int) -> None:
    runs = [a_run(run_id=f"r{number}") for number in range(3)]
    runs += [a_run("e", state=DagRunState.FAILED), a_run(run_id="s", state=DagRunState.SUCCESS)]
    store.commit(Batch(new_runs=runs), epoch=epoch)
    assert store.run_counts() == {
        "d": {DagRunState.RUNNING: 3, DagRunState.SUCCESS: 1},
        "e": {DagRunState.FAILED: 1},
    }


def test_task_instances_come_by_task_and_map_index(store: MetadataStore, epoch: int) -> None:
    instances = [an_instance("b", map_index=index) for index in (10, 9, 0)] + [an_instance("a")]
    store.commit(Batch(new_runs=[a_run()], instances=instances), epoch=epoch)
    assert store.task_instances("d", "r0") == tuple(reversed(instances))


def test_attempts_come_in_the_order_in_which_they_were_queued(store: MetadataStore, epoch: int) -> None:
    attempts = [
        an_attempt("a3", queued_at=START),
        an_attempt("a1", queued_at=START + timedelta(seconds=2)),
        an_attempt("a2", queued_at=START, task_id="u"),
    ]
    store.commit(Batch(new_runs=[a_run()], attempts=attempts), epoch=epoch)
    assert [attempt.attempt_id for attempt in store.attempts("d", "r0")] == ["a2", "a3", "a1"]
    assert [attempt.attempt_id for attempt in store.attempts("d", "r0", task_id="t")] == ["a3", "a1"]


def test_events_are_numbered_in_commit_order(store: MetadataStore, epoch: int) -> None:
    assert store.last_event() == 0
    assert store.commit(Batch(events=[an_event(), an_event("e")]), epoch=epoch) == 2
    assert store.commit(Batch(), epoch=epoch) == 2
    assert store.commit(Batch(events=[an_event(None)]), epoch=epoch) == store.last_event() == 3
    assert seqs(store.events()) == [1, 2, 3]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"after": 2}, [3, 4]),
        ({"limit": 2}, [1, 2]),
        ({"after": 1, "limit": 1}, [2]),
        ({"after": 99}, []),
        ({"dag_id": "d"}, [1, 3]),
        ({"dag_id": "d", "after": 1, "limit": 1}, [3]),
        ({"kinds": ("dag_run_changed",)}, [1, 2, 3]),
        ({"kinds": ("dag_run_changed", "configuration_changed")}, [1, 2, 3, 4]),
        ({"kinds": ("configuration_changed",), "dag_id": "d"}, []),
        ({"kinds": ("of_a_later_version",)}, []),
    ],
)
def test_events_may_be_filtered(
    store: MetadataStore, epoch: int, query: dict[str, object], expected: list[int]
) -> None:
    store.commit(Batch(events=[an_event(), an_event("e"), an_event()]), epoch=epoch)
    store.put_pool(msgspec.structs.replace(store.pools()[0], slots=1), by="ann", at=START)
    assert seqs(store.events(**query)) == expected  # type: ignore[arg-type]


def test_an_interval_of_another_type_of_run_is_found_by_bounds(store: MetadataStore, epoch: int) -> None:
    run = a_run(run_type=RunType.BACKFILL, data_interval=day(3))
    store.commit(Batch(new_runs=[run]), epoch=epoch)
    assert store.run_of_interval("d", day(3)) == run
    assert store.run_of_interval("e", day(3)) is None
