"""What waits says why, and it is what the scheduler would say."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from mulgil.i18n import Text
from mulgil.model import (
    Attempt,
    AttemptState,
    DagRun,
    DagRunState,
    DagSpec,
    DagVersion,
    DataInterval,
    Isolation,
    ManualTimetable,
    Pool,
    RunType,
    TaskInstance,
    TaskInstanceState,
    TaskKey,
    TaskSpec,
)
from mulgil.operations.explain import explain_queue, explain_run
from mulgil.ports import Batch, Explanation
from mulgil.stores.memory import MemoryMetadataStore

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
EXTRACT, LOAD = TaskKey("extract"), TaskKey("load")


def run_named(run_id: str, state: DagRunState = DagRunState.RUNNING) -> DagRun:
    return DagRun(
        dag_id="flights",
        run_id=run_id,
        run_uid=run_id,
        run_type=RunType.MANUAL,
        state=state,
        data_interval=DataInterval.at(NOW),
        version_id="v",
        created_at=NOW,
    )


class Stage:
    """A store with a dag `extract -> load`, whose `extract` needs two slots of a pool."""

    def __init__(self, *, pool: str = "heavy", max_active_tasks: int = 16) -> None:
        self.store = MemoryMetadataStore()
        extract = TaskSpec(task_id="extract", operator="x", pool=pool, pool_slots=2)
        load = TaskSpec(task_id="load", operator="x", upstream=("extract",))
        spec = DagSpec(
            dag_id="flights",
            tasks=(extract, load),
            timetable=ManualTimetable(),
            max_active_runs=2,
            max_active_tasks=max_active_tasks,
        )
        version = DagVersion(
            version_id="v",
            dag_id="flights",
            number=1,
            spec=spec,
            snapshot="s",
            bundle="b",
            file="f.py",
            isolation=Isolation.FORK,
            isolation_reason=None,
            published_at=NOW,
        )
        self.store.publish_file(bundle="b", file="f.py", versions=[version], failure=None, at=NOW)
        self.epoch = self.store.claim("test")

    def pool(self, slots: int) -> None:
        self.store.put_pool(Pool(name="heavy", slots=slots), by="ada", at=NOW)

    def pause(self) -> None:
        (dag,) = self.store.dags()
        self.store.commit(Batch(dags=[replace(dag, is_paused=True)]), epoch=self.epoch)

    def add(self, run: DagRun, extract: TaskInstance, load: TaskInstance | None = None) -> DagRun:
        rows = [replace(row, run_id=run.run_id) for row in (extract, load or row_of("load"))]
        attempts = [attempt_of(row) for row in rows if row.attempt_id is not None]
        self.store.commit(Batch(new_runs=[run], instances=rows, attempts=attempts), epoch=self.epoch)
        return run

    def explain(self, run: DagRun, *, parallelism: int = 32, is_served: bool = True) -> Explanation:
        return explain_run(self.store, run, parallelism=parallelism, now=NOW, is_served=is_served)


def row_of(task_id: str, state: TaskInstanceState = TaskInstanceState.NONE, **more: object) -> TaskInstance:
    return replace(TaskInstance(dag_id="flights", run_id="", task_id=task_id, state=state), **more)


def attempt_of(row: TaskInstance) -> Attempt:
    return Attempt(
        attempt_id=row.attempt_id or "",
        dag_id="flights",
        run_id=row.run_id,
        task_id=row.task_id,
        map_index=row.map_index,
        try_number=1,
        state=AttemptState.RUNNING,
        executor="local",
        daemon_id="d",
        queued_at=NOW,
    )


READY = row_of("extract", TaskInstanceState.SCHEDULED, reason=Text("reason.cleared", {"by": "ada"}))
ALIVE = row_of("extract", TaskInstanceState.RUNNING, attempt_id="a1")


def test_a_pool_that_does_not_exist() -> None:
    stage = Stage()
    why = stage.explain(stage.add(run_named("one"), READY)).instances[EXTRACT]
    assert why == Text("wait.pool_unknown", {"pool": "heavy"})


def test_a_pool_that_is_too_small() -> None:
    stage = Stage()
    stage.pool(1)
    why = stage.explain(stage.add(run_named("one"), READY)).instances[EXTRACT]
    assert why == Text("wait.pool_too_small", {"pool": "heavy", "slots": 1, "needed": 2})


def test_a_pool_that_another_run_fills() -> None:
    stage = Stage()
    stage.pool(3)
    stage.add(run_named("one"), ALIVE)
    why = stage.explain(stage.add(run_named("two"), READY)).instances[EXTRACT]
    assert why == Text("wait.pool_full", {"pool": "heavy", "slots": 3, "used": 2})


def test_a_paused_dag_keeps_tasks_and_runs() -> None:
    stage = Stage()
    stage.pool(4)
    stage.pause()
    paused = Text("wait.dag_paused", {"dag_id": "flights"})
    assert stage.explain(stage.add(run_named("one"), READY)).instances[EXTRACT] == paused
    queued = stage.add(run_named("two", DagRunState.QUEUED), row_of("extract"))
    why = stage.explain(queued)
    assert (why.run, why.instances[EXTRACT]) == (paused, Text("wait.run_queued"))


def test_a_queued_run_behind_max_active_runs() -> None:
    stage = Stage()
    stage.add(run_named("one"), ALIVE)
    queued = stage.add(run_named("three", DagRunState.QUEUED), row_of("extract"))
    assert stage.explain(queued).run == Text("wait.turn")
    running = stage.add(run_named("two"), READY)
    full = Text("wait.max_active_runs", {"active": 2, "limit": 2})
    assert stage.explain(queued).run == full
    assert explain_queue(stage.store, [running, queued]) == {("flights", "three"): full}


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"parallelism": 1}, "wait.parallelism"), ({"max_active_tasks": 1}, "wait.max_active_tasks"), ({}, "wait.turn")],
)
def test_limits_on_tasks(limits: dict[str, int], code: str) -> None:
    stage = Stage(pool="default_pool", max_active_tasks=limits.get("max_active_tasks", 16))
    run = stage.add(run_named("one"), READY, row_of("load", TaskInstanceState.RUNNING, attempt_id="a2"))
    assert stage.explain(run, parallelism=limits.get("parallelism", 32)).instances[EXTRACT].code == code


def test_upstream_and_retry_delay() -> None:
    stage = Stage()
    at = NOW + timedelta(minutes=5)
    why = stage.explain(stage.add(run_named("one"), row_of("extract", TaskInstanceState.UP_FOR_RETRY, retry_at=at)))
    assert why.instances == {
        EXTRACT: Text("wait.retry_delay", {"at": at.isoformat(timespec="seconds")}),
        LOAD: Text("wait.upstream", {"done": 0, "total": 1, "rule": "all_success"}),
    }


def test_what_was_handed_to_a_worker_says_so() -> None:
    stage = Stage()
    queued = row_of("extract", TaskInstanceState.QUEUED, attempt_id="a1", queued_at=NOW)
    run = stage.add(run_named("one"), queued)
    assert stage.explain(run).instances[EXTRACT] == Text("wait.worker", {"since": NOW.isoformat()})
    assert stage.explain(run, is_served=False).instances[EXTRACT] == Text("wait.no_scheduler")


def test_without_a_scheduler_no_turn_comes() -> None:
    stage = Stage(pool="default_pool")
    queued = stage.add(run_named("one", DagRunState.QUEUED), row_of("extract"))
    assert stage.explain(queued, is_served=False).run == Text("wait.no_scheduler")
    run = stage.add(run_named("two"), READY, row_of("load"))
    assert stage.explain(run, is_served=False).instances[EXTRACT] == Text("wait.no_scheduler")
    assert stage.explain(run, is_served=False).instances[LOAD].code == "wait.upstream"


def test_what_runs_or_has_ended_waits_for_nothing() -> None:
    stage = Stage()
    assert EXTRACT not in stage.explain(stage.add(run_named("one"), ALIVE)).instances
    ended = stage.add(run_named("two", DagRunState.FAILED), row_of("extract", TaskInstanceState.FAILED))
    assert stage.explain(ended) == Explanation()
