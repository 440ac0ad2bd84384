"""Scheduled runs: one per interval, in order, no further ahead than is needed, and their limits."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from mulgil.messages import SetDagPaused
from mulgil.model import (
    CronTimetable,
    CronTriggerTimetable,
    DagRunState,
    EventsTimetable,
    OnceTimetable,
    RunType,
    TaskInstanceState,
)
from mulgil.scheduler import SchedulerLimits

DAILY = CronTimetable("0 0 * * *", "UTC")
JAN_1 = datetime(2024, 1, 1, tzinfo=UTC)
S = TaskInstanceState


def dates(world, *, state=None):
    return sorted(run.logical_date.day for run in world.store.runs(dag_id="d", state=state))


def finish_all(world, daemon):
    while True:
        world.settle()
        taken = daemon.take()
        if not taken:
            return
        for assignment in taken:
            daemon.finish(assignment)


def test_catch_up_makes_every_interval_once_and_in_order(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=DAILY, start_date=JAN_1, catchup=True, max_active_runs=1)
    world.settle()
    assert dates(world, state=DagRunState.RUNNING) == [1]
    assert dates(world, state=DagRunState.QUEUED) == [2, 3, 4, 5]
    finish_all(world, daemon)
    assert dates(world, state=DagRunState.SUCCESS) == list(range(1, 10))
    assert {run.run_type for run in world.store.runs()} == {RunType.SCHEDULED}
    assert "scheduled__2024-01-01T00:00:00+00:00" in [run.run_id for run in world.store.runs()]


def test_the_scheduler_asks_to_come_back_when_the_next_interval_is_complete(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=DAILY, start_date=JAN_1)
    finish_all(world, daemon)
    assert dates(world) == [9]
    assert world.settle() == datetime(2024, 1, 11, tzinfo=UTC)
    world.clock.forward(days=1)
    finish_all(world, daemon)
    assert dates(world) == [9, 10]


def test_catch_up_goes_on_from_the_mark_after_a_restart_and_after_runs_were_deleted(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=DAILY, start_date=JAN_1, catchup=True)
    finish_all(world, daemon)
    tables = world.store._tables
    tables.runs.clear()
    tables.runs_by_interval.clear()
    world.restart()
    world.clock.forward(days=1)
    daemon.join()
    finish_all(world, daemon)
    assert dates(world) == [10]


def test_at_most_max_active_runs_at_a_time(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=DAILY, start_date=JAN_1, catchup=True, max_active_runs=2)
    world.settle()
    assert dates(world, state=DagRunState.RUNNING) == [1, 2]
    daemon.finish(daemon.take()[0])
    world.settle()
    assert dates(world, state=DagRunState.RUNNING) == [2, 3]


def test_an_end_date_ends_the_schedule(world, task):
    daemon = world.daemon()
    end = datetime(2024, 1, 3, tzinfo=UTC)
    world.publish(task("a"), timetable=DAILY, start_date=JAN_1, end_date=end, catchup=True)
    finish_all(world, daemon)
    assert dates(world) == [1, 2, 3]
    assert world.settle() is None


def test_a_paused_dag_makes_no_runs_and_goes_on_where_it_stood(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=DAILY, start_date=JAN_1, catchup=True, is_paused_upon_creation=True)
    finish_all(world, daemon)
    assert dates(world) == []
    assert world.settle() is None
    world.submit(SetDagPaused("d", False))
    finish_all(world, daemon)
    assert dates(world) == list(range(1, 10))
    world.submit(SetDagPaused("d", True))
    world.settle()
    world.clock.forward(days=3)
    finish_all(world, daemon)
    assert dates(world) == list(range(1, 10))


def test_without_catch_up_a_pause_leaves_a_gap(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=DAILY, start_date=JAN_1)
    finish_all(world, daemon)
    world.submit(SetDagPaused("d", True))
    world.settle()
    world.clock.forward(days=5)
    world.submit(SetDagPaused("d", False))
    finish_all(world, daemon)
    assert dates(world) == [9, 14]


def test_once_is_once_also_after_a_restart(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=OnceTimetable())
    finish_all(world, daemon)
    world.restart()
    daemon.join()
    finish_all(world, daemon)
    assert len(world.store.runs()) == 1


def test_an_interval_that_has_a_run_already_gets_no_second_one(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=DAILY, start_date=JAN_1, catchup=True)
    finish_all(world, daemon)
    # The mark is lost: the runs' uniqueness alone keeps them from being doubled.
    tables = world.store._tables
    tables.schedules["d"] = replace(tables.schedules["d"], scheduled_until=datetime(2024, 1, 5, tzinfo=UTC))
    world.restart()
    daemon.join()
    finish_all(world, daemon)
    assert dates(world) == list(range(1, 10))


def test_a_dag_whose_file_is_gone_makes_no_runs(world, task):
    world.publish(task("a"), timetable=DAILY, start_date=JAN_1)
    world.settle()
    world.store.forget_files(bundle="b", present=(), at=world.clock.now())
    world.scheduler.ring()
    world.settle()
    world.clock.forward(days=3)
    world.settle()
    assert dates(world) == [9]


def test_a_new_version_is_for_new_runs_and_the_old_one_for_those_that_run(world, task):
    daemon = world.daemon()
    world.publish(task("a"), task("b", "a"), timetable=DAILY, start_date=JAN_1)
    world.settle()
    (first,) = daemon.take()
    world.publish(task("new"), timetable=DAILY, start_date=JAN_1, version_id="d-v2")
    daemon.finish(first)
    world.settle()
    (second,) = daemon.take()
    assert (second.version_id, second.instance.task_id) == ("d-v1", "b")
    world.clock.forward(days=1)
    world.settle()
    (third,) = daemon.take()
    assert (third.version_id, third.instance.task_id) == ("d-v2", "new")


def test_a_run_that_takes_longer_than_its_timeout_fails(world, task):
    daemon = world.daemon()
    world.publish(task("a"), task("b", "a"), dagrun_timeout=timedelta(hours=1))
    world.trigger()
    world.settle()
    (assignment,) = daemon.take()
    world.restart()
    daemon.join(live=(assignment.attempt_id,))
    assert world.settle() == world.clock.now() + timedelta(hours=1)
    world.clock.forward(hours=1)
    world.settle()
    assert daemon.cancelled() == [assignment.attempt_id]
    assert world.states() == {"a": S.FAILED, "b": S.SKIPPED}
    daemon.finish(assignment)
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.FAILED


def test_one_step_creates_no_more_than_it_should_write(world, task):
    world.limits = SchedulerLimits(rows_per_step=10, runs_ahead=50)
    world.restart()
    tasks = [task(f"t{number}") for number in range(5)]
    world.publish(*tasks, timetable=DAILY, start_date=JAN_1, catchup=True, max_active_runs=1)
    assert world.step() == world.clock.now()
    assert len(world.store.runs()) == 2
    world.settle()
    assert len(world.store.runs()) == 9


@pytest.mark.parametrize("interval", [timedelta(0), timedelta(days=1)])
def test_triggers_get_one_run_for_each_tick_also_after_a_restart(world, task, interval):
    daemon = world.daemon()
    timetable = CronTriggerTimetable(("0 6 * * *",), "UTC", interval)
    world.publish(task("a"), timetable=timetable, start_date=JAN_1, catchup=True)
    finish_all(world, daemon)
    due = [run.data_interval.end for run in sorted(world.store.runs(dag_id="d"), key=lambda run: run.logical_date)]
    assert due == [datetime(2024, 1, day, 6, tzinfo=UTC) for day in range(1, len(due) + 1)]
    assert all(run.data_interval.end - run.logical_date == interval for run in world.store.runs())
    assert world.settle() == due[-1] + timedelta(days=1)
    world.restart()
    world.clock.forward(days=1)
    daemon.join()
    finish_all(world, daemon)
    assert len(world.store.runs(dag_id="d")) == len(due) + 1


def test_events_get_their_runs_and_no_others(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=EventsTimetable((JAN_1, datetime(2024, 1, 12, 6, tzinfo=UTC))))
    finish_all(world, daemon)
    assert dates(world) == [1]
    world.clock.forward(days=30)
    finish_all(world, daemon)
    assert dates(world) == [1, 12]
