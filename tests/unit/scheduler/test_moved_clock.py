"""The wall clock is set while delays run: what was to wait a minute waits a minute."""

from datetime import UTC, datetime, timedelta

import pytest

from mulgil.i18n import Text
from mulgil.messages import Failed
from mulgil.model import CronTimetable, DagRunState, RetryPolicy, RunType, TaskInstanceState

S = TaskInstanceState
HOUR = timedelta(hours=1)


@pytest.fixture(params=[-HOUR, HOUR], ids=["set back", "set forward"])
def by(request):
    return request.param


def failing(world, task, **fields):
    """Let a task fail, so that it waits for its second try."""
    world.publish(task("a", retry=RetryPolicy(retries=1, delay=timedelta(minutes=5))), **fields)
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (assignment,) = daemon.take()
    daemon.finish(assignment, Failed(Text("reason.attempt_cancelled")))
    world.settle()
    assert world.states() == {"a": S.UP_FOR_RETRY}


def test_a_retry_comes_after_its_delay_however_the_clock_was_set(world, task, by):
    failing(world, task)
    world.clock.forward(minutes=2)
    world.clock.set(by)
    wanted = world.clock.now() + timedelta(minutes=3)
    assert world.settle() == wanted
    assert world.row("a").retry_at == wanted
    world.clock.forward(minutes=2.9)
    world.settle()
    assert world.states() == {"a": S.UP_FOR_RETRY}
    world.clock.forward(minutes=0.1)
    world.settle()
    assert world.states() == {"a": S.QUEUED}


def test_a_run_has_its_time_however_the_clock_was_set(world, task, by):
    world.publish(task("a"), dagrun_timeout=timedelta(minutes=10))
    world.trigger()
    world.settle()
    world.clock.forward(minutes=4)
    world.clock.set(by)
    world.settle()
    world.clock.forward(minutes=5)
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.RUNNING
    world.clock.forward(minutes=1)
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.FAILED


@pytest.mark.parametrize("fault", ["fail_before", "fail_after"])
def test_a_move_that_could_not_be_committed_is_not_followed_twice(world, task, by, fault):
    failing(world, task, dagrun_timeout=timedelta(minutes=10))
    world.clock.set(by)
    setattr(world.store, fault, 1)
    world.scheduler.ring()
    world.step()
    world.settle()
    world.clock.forward(minutes=5)
    assert world.settle() == world.clock.now() + timedelta(minutes=5)
    assert world.states() == {"a": S.QUEUED}


def test_a_clock_that_was_set_back_while_no_scheduler_ran_delays_nothing_beyond_its_measure(world, task):
    failing(world, task, dagrun_timeout=timedelta(minutes=10))
    world.clock.set(-HOUR)
    world.restart()
    assert world.settle() == world.clock.now() + timedelta(minutes=5)
    world.clock.forward(minutes=5)
    world.settle()
    assert world.settle() == world.clock.now() + timedelta(minutes=5)


def test_a_schedule_follows_the_clock_as_it_is_set(world, task):
    start = datetime(2024, 1, 10, tzinfo=UTC)
    world.publish(task("a"), timetable=CronTimetable("0 * * * *", "UTC"), start_date=start, catchup=False)
    world.settle()
    world.clock.forward(minutes=30)
    world.clock.set(timedelta(minutes=31))
    world.settle()
    assert next(run.data_interval.end.hour for run in world.store.runs() if run.run_type is RunType.SCHEDULED) == 13
