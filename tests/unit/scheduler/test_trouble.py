"""What must not happen, and what the scheduler does when it does; and several executors at once."""

from datetime import UTC, datetime

import pytest

from mulgil.messages import ClearTaskInstances, Refused
from mulgil.model import AttemptState, CronTimetable, DagRunState, TaskInstanceState
from mulgil.ports import StoreUnavailableError, UniquenessError
from mulgil.scheduler import Scheduler, SchedulerLimits
from mulgil.scheduler.timers import ScheduleTimer, Timers

S = TaskInstanceState
JAN_1 = datetime(2024, 1, 1, tzinfo=UTC)


class Recorder:
    """An executor that takes what it is given."""

    def __init__(self, name, *, slots):
        self.name = name
        self.slots = slots
        self.taken = []
        self.heard = []

    def free_slots(self):
        return self.slots - len(self.taken)

    def target_daemon(self):
        return f"daemon of {self.name}"

    def submit(self, assignment, *, daemon_id):
        assert daemon_id == self.target_daemon()
        self.taken.append(assignment.instance.task_id)

    def cancel(self, attempt_id, reason):
        self.heard.append(attempt_id)

    def acknowledge(self, attempt_ids):
        self.heard.extend(attempt_ids)

    def welcome(self, joined):
        self.heard.append(joined)

    def events(self):
        return ()


def test_each_task_runs_on_the_executor_that_it_names(world, task):
    first, second = Recorder("First", slots=1), Recorder("Second", slots=5)
    world.scheduler = Scheduler(
        world.store, [first, second], world.clock, world.ids, None, SchedulerLimits(), owner="test"
    )
    world.publish(task("a"), task("b"), task("c", executor="Second"), task("d", executor="Unknown"))
    world.trigger()
    world.settle()
    assert first.taken == ["a"]
    assert second.taken == ["c"]
    assert world.states() == {"a": S.QUEUED, "b": S.SCHEDULED, "c": S.QUEUED, "d": S.FAILED}
    assert world.row("d").reason.code == "scheduler.executor_not_configured"
    (refused,) = (one for one in world.store.attempts("d", "r1") if one.task_id == "d")
    assert (refused.state, refused.outcome, refused.executor) == (AttemptState.ENDED, "failed", "Unknown")
    first.taken.clear()
    world.scheduler.ring()
    world.step()
    assert first.taken == ["b"]


def test_what_must_be_unique_and_is_not_ends_the_scheduler_after_some_tries(world, task, monkeypatch):
    world.publish(task("a"))
    world.settle()
    world.trigger()

    def refuse(*_, **__):
        raise UniquenessError("store.not_unique", why="test")

    monkeypatch.setattr(world.store, "commit", refuse)
    for _ in range(3):
        assert world.step() > world.clock.now()
    with pytest.raises(UniquenessError):
        world.step()


def test_a_dag_whose_version_is_missing_makes_no_runs_and_refuses_triggers(world, task):
    world.publish(task("a"), timetable=CronTimetable("0 0 * * *", "UTC"), start_date=JAN_1)
    world.store._tables.versions.clear()
    answer = world.trigger()
    world.settle()
    assert answer().reason.code == "operations.dag_unknown"
    assert world.store.runs() == ()


def test_a_finished_run_that_cannot_be_read_refuses_its_commands(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    daemon.finish(daemon.take()[0])
    world.settle()
    world.store._tables.instances["d", "r1"].clear()
    answer = world.submit(ClearTaskInstances(dag_id="d", run_id="r1"))
    world.settle()
    assert isinstance(answer(), Refused)
    assert answer().reason.code == "kernel.task_instance_missing"
    assert world.store.run("d", "r1").state is DagRunState.SUCCESS


def test_a_command_during_which_the_store_fails_is_taken_again(world, task, monkeypatch):
    world.publish(task("a"))
    world.settle()
    answer = world.submit(ClearTaskInstances(dag_id="d", run_id="r1"))
    with monkeypatch.context() as patch:

        def fail(*_, **__):
            raise StoreUnavailableError("store.busy", path="mulgil.db", why="test")

        patch.setattr(world.store, "stored_run", fail)
        assert world.step() > world.clock.now()
    assert answer() is None
    world.settle()
    assert answer().reason.code == "operations.run_unknown"


def test_a_schedule_that_leaves_the_calendar_ends(world, task):
    world.clock.instant = datetime(9999, 12, 30, tzinfo=UTC)
    world.publish(task("a"), timetable=CronTimetable("0 0 1 1 *", "UTC"), start_date=JAN_1)
    world.settle()
    assert world.scheduler.is_loaded


def test_timers_come_in_the_order_of_their_instants_and_may_be_moved_and_dropped(world):
    timers = Timers()
    a, b, c = ScheduleTimer("a"), ScheduleTimer("b"), ScheduleTimer("c")
    at = [world.clock.now().replace(hour=hour) for hour in range(5)]
    timers.set(a, at[3])
    timers.set(b, at[1])
    timers.set(c, at[2])
    timers.set(a, at[0])
    timers.set(a, at[0])
    timers.clear(b)
    timers.clear(ScheduleTimer("unknown"))
    assert timers.next == at[0]
    assert timers.due(at[4], limit=1) == (a,)
    assert timers.due(at[1], limit=9) == ()
    assert timers.due(at[4], limit=9) == (c,)
    assert timers.next is None


@pytest.mark.parametrize("fault", ["fail_before", "fail_after"])
def test_a_failed_commit_leaks_no_slot(world, task, fault):
    world.limits = SchedulerLimits(parallelism=1, worker_events_per_step=1)
    world.restart()
    world.publish(task("a"), task("b"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (first,) = daemon.take()
    daemon.start(first)
    daemon.finish(first)
    setattr(world.store, fault, 2)
    for _ in range(3):
        world.step()
    world.settle()
    (second,) = (one for one in daemon.take() if one.attempt_id != first.attempt_id)
    daemon.finish(second)
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.SUCCESS
