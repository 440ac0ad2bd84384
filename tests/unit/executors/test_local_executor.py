"""Local executors count what is under way over all daemons, also over those that are away."""

from datetime import UTC, datetime

import pytest

from mulgil.executors import LocalExecutor, SequentialExecutor
from mulgil.gateway import Gateway
from mulgil.messages import PROTOCOL_VERSION, Assignment, BuriedDaemon, Finished, Hello, Report, Succeeded
from mulgil.model import DagRun, DagRunState, DataInterval, Isolation, RunType, TaskInstance

NOW = datetime(2024, 1, 1, tzinfo=UTC)


def hello(daemon_id: str, **fields: object) -> Hello:
    return Hello(
        protocol=PROTOCOL_VERSION,
        daemon_id=daemon_id,
        host="h",
        pid=1,
        slots=8,
        **fields,  # type: ignore[arg-type]
    )


def assignment(attempt_id: str) -> Assignment:
    run = DagRun(
        dag_id="d",
        run_id="r",
        run_uid="u",
        run_type=RunType.MANUAL,
        state=DagRunState.RUNNING,
        data_interval=DataInterval.at(NOW),
        version_id="v",
        created_at=NOW,
    )
    return Assignment(
        attempt_id=attempt_id,
        run=run,
        instance=TaskInstance(dag_id="d", run_id="r", task_id="t"),
        version_id="v",
        snapshot="s",
        bundle="b",
        file="f.py",
        isolation=Isolation.FORK,
    )


@pytest.fixture
def gateway() -> Gateway:
    gateway = Gateway()
    gateway.connected(1)
    gateway.received(1, hello("d1"))
    return gateway


def test_parallelism_limits_beside_the_daemons_slots(gateway: Gateway) -> None:
    executor = LocalExecutor(gateway, parallelism=2)
    executor.events()
    assert executor.free_slots() == 2
    executor.submit(assignment("a1"), daemon_id="d1")
    executor.submit(assignment("a2"), daemon_id="d1")
    assert executor.free_slots() == 0
    gateway.received(1, Finished(Report(attempt_id="a1", outcome=Succeeded(), ended_at=NOW)))
    executor.events()
    assert executor.free_slots() == 1


def test_attempts_of_a_daemon_that_is_away_keep_their_slots_until_it_is_buried(gateway: Gateway) -> None:
    executor = LocalExecutor(gateway, parallelism=2)
    executor.events()
    executor.submit(assignment("a1"), daemon_id="d1")
    gateway.disconnected(1)
    gateway.connected(2)
    gateway.received(2, hello("d2", neighbours=("d1",)))
    executor.events()
    assert executor.target_daemon() == "d2"
    assert executor.free_slots() == 1
    gateway.received(2, hello("d2", buried=(BuriedDaemon("d1", ("a1",)),)))
    executor.events()
    assert executor.free_slots() == 2


def test_a_daemon_that_joins_again_says_what_it_holds(gateway: Gateway) -> None:
    executor = LocalExecutor(gateway, parallelism=4)
    executor.events()
    executor.submit(assignment("lost on the way"), daemon_id="d1")
    gateway.connected(2)
    gateway.received(2, hello("d1", live=("a2", "a3")))
    executor.events()
    assert executor.free_slots() == 2


def test_the_sequential_executor_starts_one_at_a_time(gateway: Gateway) -> None:
    executor = SequentialExecutor(gateway)
    executor.events()
    assert executor.name == "SequentialExecutor"
    assert executor.free_slots() == 1
    executor.submit(assignment("a1"), daemon_id="d1")
    assert executor.free_slots() == 0
