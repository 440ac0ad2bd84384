"""`LocalControl`: what it checks, what it submits and how it waits."""

from datetime import UTC, datetime, timedelta

import pytest

from mulgil.messages import Applied, ClearTaskInstances, SetDagPaused, TriggerDagRun
from mulgil.model import (
    Connection,
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
    Variable,
)
from mulgil.operations import InvalidArgumentError, LocalControl
from mulgil.ports import AnsweredCommand, Batch, NotFoundError
from mulgil.stores.memory import MemoryMetadataStore

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


class StepClock:
    """Each look at the monotonic clock costs a tenth of a second."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        self.seconds += 0.1
        return self.seconds


class CountingIds:
    def __init__(self) -> None:
        self.count = 0

    def new_id(self) -> str:
        self.count += 1
        return f"id{self.count}"


class Bell:
    """Rings a scheduler that answers at its n-th wake-up; None: nobody listens."""

    def __init__(self, store: MemoryMetadataStore, *, answers_at: int | None) -> None:
        self.store = store
        self.answers_at = answers_at
        self.rings = 0
        self.waits = 0

    def ring(self) -> bool:
        self.rings += 1
        return self.answers_at is not None

    def wait(self, timeout_seconds: float) -> bool:
        assert 0 < timeout_seconds <= 2
        self.waits += 1
        if self.waits == self.answers_at:
            pending = self.store.pending_commands()
            answers = [AnsweredCommand(command_id=one.command_id, answer=Applied()) for one in pending]
            self.store.commit(Batch(answers=answers), epoch=self.store.claim("test"))
        return True


@pytest.fixture
def store() -> MemoryMetadataStore:
    store = MemoryMetadataStore()
    spec = DagSpec(dag_id="flights", tasks=(TaskSpec(task_id="load", operator="x"),), timetable=ManualTimetable())
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
    store.publish_file(bundle="b", file="f.py", versions=[version], failure=None, at=NOW)
    run = DagRun(
        dag_id="flights",
        run_id="manual__1",
        run_uid="u",
        run_type=RunType.MANUAL,
        state=DagRunState.RUNNING,
        data_interval=DataInterval.at(NOW),
        version_id="v",
        created_at=NOW,
    )
    instance = TaskInstance(dag_id="flights", run_id="manual__1", task_id="load")
    store.commit(Batch(new_runs=[run], instances=[instance]), epoch=store.claim("test"))
    return store


def control(store: MemoryMetadataStore, *, answers_at: int | None = None) -> LocalControl:
    return LocalControl(store, Bell(store, answers_at=answers_at), StepClock(), CountingIds(), by="ada")


def test_without_a_scheduler_the_command_stays_queued(store: MemoryMetadataStore) -> None:
    submitted = control(store).set_paused("flights", is_paused=True)
    assert submitted.answer is None
    (command,) = store.pending_commands()
    assert command.command_id == submitted.command_id
    assert (command.payload, command.by) == (SetDagPaused("flights", True), "ada")


def test_the_answer_is_waited_for_through_rings_for_others(store: MemoryMetadataStore) -> None:
    assert control(store, answers_at=3).cancel("flights", "manual__1").answer == Applied()


def test_the_wait_ends_after_two_seconds(store: MemoryMetadataStore) -> None:
    assert control(store, answers_at=1000).cancel("flights", "manual__1").answer is None


def test_a_trigger_carries_its_run_uid_and_the_date_in_utc(store: MemoryMetadataStore) -> None:
    noon_in_seoul = datetime.fromisoformat("2024-01-05T12:00:00+09:00")
    control(store).trigger("flights", logical_date=noon_in_seoul, conf={"a": 1}, note="n")
    (command,) = store.pending_commands()
    assert command.payload == TriggerDagRun(
        dag_id="flights", run_uid="id1", logical_date=noon_in_seoul.astimezone(UTC), conf={"a": 1}, note="n"
    )


def test_a_clear_names_its_tasks(store: MemoryMetadataStore) -> None:
    control(store).clear("flights", "manual__1", tasks=[TaskKey("load")], downstream=True)
    (command,) = store.pending_commands()
    assert command.payload == ClearTaskInstances(
        dag_id="flights", run_id="manual__1", tasks=(TaskKey("load"),), downstream=True
    )


def test_values_that_cannot_be_used_are_refused_before_anything_is_written(store: MemoryMetadataStore) -> None:
    person = control(store)
    for code, call in (
        ("operations.logical_date_naive", lambda: person.trigger("flights", logical_date=datetime(2024, 1, 1))),  # noqa: DTZ001
        ("operations.run_id_invalid", lambda: person.trigger("flights", run_id="a/b")),
        (
            "operations.state_not_markable",
            lambda: person.mark("flights", "manual__1", [TaskKey("load")], TaskInstanceState.RUNNING),
        ),
        ("operations.pool_invalid", lambda: person.put_pool(Pool(name="p", slots=-2))),
        ("operations.pool_is_default", lambda: person.delete_pool("default_pool")),
        ("operations.connection_invalid", lambda: person.put_connection(Connection(connection_id="", conn_type="x"))),
        ("operations.variable_invalid", lambda: person.put_variable(Variable(key=" ", value=""))),
    ):
        with pytest.raises(InvalidArgumentError) as caught:
            call()
        assert caught.value.text.code == code
    assert store.pending_commands() == ()


def test_names_that_do_not_exist_are_told_with_the_nearest(store: MemoryMetadataStore) -> None:
    person = control(store)
    person.put_pool(Pool(name="heavy", slots=1))
    person.put_connection(Connection(connection_id="warehouse", conn_type="duckdb"))
    person.put_variable(Variable(key="bucket", value="raw"))
    for code, nearest, call in (
        ("operations.dag_misspelt", "flights", lambda: person.trigger("flight")),
        ("operations.dag_unknown", None, lambda: person.dag("zzzz")),
        ("operations.dag_unknown", None, lambda: person.runs(dag_id="zzzz")),
        ("operations.run_misspelt", "manual__1", lambda: person.cancel("flights", "manual_1")),
        ("operations.run_unknown", None, lambda: person.task_instances("flights", "zzzz")),
        ("operations.task_misspelt", "load", lambda: person.clear("flights", "manual__1", tasks=[TaskKey("loda")])),
        ("operations.task_unknown", None, lambda: person.attempts("flights", "manual__1", task_id="zzzz")),
        ("operations.pool_misspelt", "heavy", lambda: person.delete_pool("hevy")),
        ("operations.pool_unknown", None, lambda: person.delete_pool("zzzz")),
        ("operations.connection_misspelt", "warehouse", lambda: person.delete_connection("warehose")),
        ("operations.connection_unknown", None, lambda: person.delete_connection("zzzz")),
        ("operations.variable_misspelt", "bucket", lambda: person.delete_variable("buckets")),
        ("operations.variable_unknown", None, lambda: person.delete_variable("zzzz")),
    ):
        with pytest.raises(NotFoundError) as caught:
            call()
        assert (caught.value.text.code, caught.value.text.fields.get("nearest")) == (code, nearest)


def test_reads_and_configuration_pass_through(store: MemoryMetadataStore) -> None:
    person = control(store)
    (summary,) = person.dags()
    assert (summary.dag.dag_id, summary.version.version_id) == ("flights", "v")
    assert summary.run_counts == {DagRunState.RUNNING: 1}
    assert person.dag("flights") == summary
    assert [run.run_id for run in person.runs(dag_id="flights")] == ["manual__1"]
    assert [row.task_id for row in person.task_instances("flights", "manual__1")] == ["load"]
    assert person.attempts("flights", "manual__1") == ()
    assert person.asset_commits("flights", "manual__1") == ()
    assert person.import_failures() == ()
    assert person.events(limit=1)
    person.put_pool(Pool(name="heavy", slots=1))
    assert "heavy" in [pool.name for pool in person.pools()]
    person.delete_pool("heavy")
    assert "heavy" not in [pool.name for pool in person.pools()]
    person.put_variable(Variable(key="k", value="v"))
    person.delete_variable("k")
    person.put_connection(Connection(connection_id="c", conn_type="x"))
    person.delete_connection("c")
    assert person.variables() == ()
    assert person.connections() == ()
