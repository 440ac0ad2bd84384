"""Backfills: what was planned runs, once, in order, within its limits, beside the schedule and one another."""

from datetime import UTC, datetime, timedelta

import pytest

from mulgil.i18n import Text
from mulgil.messages import Applied, BackfillChange, ChangeBackfill, ClearTaskInstances, Failed, Refused, SetDagPaused
from mulgil.model import (
    BackfillAction,
    BackfillRunState,
    BackfillState,
    CronTimetable,
    CronTriggerTimetable,
    DagRunState,
    Mapping,
    RerunPolicy,
    RunType,
    TaskInstanceState,
)
from mulgil.operations import LocalControl, command_of
from mulgil.ports import BackfillRequest

# A schedule that makes no runs by itself.
OVER = {"start_date": datetime(2024, 1, 1, tzinfo=UTC), "end_date": datetime(2023, 1, 1, tzinfo=UTC)}
DAILY = CronTimetable("0 0 * * *", "UTC")
A, R = BackfillAction, BackfillRunState
FAILURE = Failed(Text("reason.task_failed", {"task": "a"}), may_retry=False)


class NoBell:
    def ring(self):
        return False

    def wait(self, timeout_seconds):
        return False


def day(number, month=1):
    return datetime(2024, month, number, tzinfo=UTC)


def planned(world, first=1, last=8, **fields):
    """Plan a backfill of days of January."""
    control = LocalControl(world.store, NoBell(), world.clock, world.ids, by="ada")
    request = BackfillRequest(dag_id="d", range_start=day(first), range_end=day(last + 1), **fields)
    return control.plan_backfill(request)


def backfill(world, first=1, last=8, **fields):
    """Start a backfill; return its number."""
    world.clock.forward(seconds=1)
    answer = world.submit(command_of(planned(world, first, last, **fields)))
    world.settle()
    assert isinstance(answer(), Applied), answer()
    return answer().facts["backfill_id"]


def change(world, number, how):
    answer = world.submit(ChangeBackfill("d", number, how))
    world.settle()
    return answer()


def stands(world, number):
    """Return the state of each day of a backfill, in its order."""
    stored = world.store.backfill(number)
    return [(entry.data_interval.start.day, entry.state) for entry in stored.runs]


def state(world, number):
    return world.store.backfill(number).backfill.state


def running_days(world):
    return sorted(run.logical_date.day for run in world.store.runs(dag_id="d", state=DagRunState.RUNNING))


def finish_all(world, daemon, outcome=None):
    """Let everything run to its end; return (day, task, clear number) of each attempt, in order."""
    done = []
    while True:
        world.settle()
        taken = daemon.take()
        if not taken:
            return done
        world.clock.forward(seconds=1)
        for assignment in taken:
            key = (assignment.run.logical_date.day, assignment.instance.task_id, assignment.instance.clear_number)
            done.append(key)
            daemon.finish(assignment, outcome(*key) if outcome else None)


@pytest.fixture
def daily(world, task):
    """A daily dag of two tasks whose schedule is switched off: only backfills make runs."""
    world.publish(task("a"), task("b", "a"), timetable=DAILY, **OVER)
    return world.daemon()


def test_missing_runs_are_created_in_order_and_no_more_than_its_limit_at_once(world, daily):
    number = backfill(world, max_active=2)
    assert running_days(world) == [1, 2]
    assert [one for one, _ in stands(world, number)] == list(range(1, 9))
    done = finish_all(world, daily)
    assert [key[0] for key in done if key[1] == "a"] == list(range(1, 9))
    assert {run.run_type for run in world.store.runs()} == {RunType.BACKFILL}
    assert "backfill__2024-01-01T00:00:00+00:00" in [run.run_id for run in world.store.runs()]
    assert stands(world, number) == [(one, R.SUCCESS) for one in range(1, 9)]
    assert state(world, number) is BackfillState.SUCCESS
    assert world.store.runs()[0].triggered_by == "ada"


@pytest.mark.parametrize("interval", [timedelta(0), timedelta(hours=6)])
def test_ticks_of_triggers_are_backfilled_like_intervals(world, task, interval):
    world.publish(task("a"), timetable=CronTriggerTimetable(("0 6 * * *",), "UTC", interval), **OVER)
    number = backfill(world, max_active=2)
    assert running_days(world) == [1, 2]
    finish_all(world, world.daemon())
    assert stands(world, number) == [(one, R.SUCCESS) for one in range(1, 9)]
    assert {run.data_interval.end.hour for run in world.store.runs()} == {6}


def test_reverse_begins_with_the_last_day(world, daily):
    number = backfill(world, max_active=2, is_reverse=True)
    assert running_days(world) == [7, 8]
    assert [one for one, _ in stands(world, number)] == list(range(8, 0, -1))
    finish_all(world, daily)
    assert state(world, number) is BackfillState.SUCCESS


def test_the_dags_own_limit_holds_for_all_its_runs_together(world, task):
    world.daemon()
    world.publish(task("a"), timetable=DAILY, start_date=day(1), max_active_runs=3)
    world.settle()
    assert running_days(world) == [9]
    backfill(world, max_active=8)
    assert running_days(world) == [1, 2, 9]


def test_the_schedule_and_a_backfill_share_the_slots_while_both_have_work(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=DAILY, start_date=day(1), catchup=True, max_active_runs=4)
    world.settle()
    number = backfill(world, is_reverse=True)
    seen = set()
    while taken := daemon.take():
        seen.add(tuple(running_days(world)))
        assert len(running_days(world)) <= 4
        daemon.finish(taken[0])
        for other in taken[1:]:
            daemon.finish(other)
        world.settle()
    # Two slots each, from both ends, until they meet.
    assert (3, 4, 7, 8) in seen or (5, 6, 7, 8) in seen
    assert state(world, number) is BackfillState.SUCCESS
    assert sorted(run.logical_date.day for run in world.store.runs()) == list(range(1, 10))
    assert all(row.try_number == 1 for run in world.store.runs() for row in world.store.task_instances("d", run.run_id))


def test_what_has_succeeded_is_left_alone_and_what_has_failed_goes_on_where_it_failed(world, daily):
    first = backfill(world, 1, 4)
    finish_all(world, daily, lambda when, task, _: FAILURE if (when, task) == (3, "b") else None)
    assert stands(world, first) == [(1, R.SUCCESS), (2, R.SUCCESS), (3, R.FAILED), (4, R.SUCCESS)]
    assert state(world, first) is BackfillState.FAILED

    plan = planned(world, 1, 5)
    assert [run.action for run in plan.runs] == [A.SKIP, A.SKIP, A.RERUN, A.SKIP, A.CREATE]
    assert plan.runs[2].cleared == 1
    second = backfill(world, 1, 5)
    done = finish_all(world, daily)
    assert sorted(done) == [(3, "b", 1), (5, "a", 0), (5, "b", 0)]
    assert [one for _, one in stands(world, second)] == [R.SKIPPED, R.SKIPPED, R.SUCCESS, R.SKIPPED, R.SUCCESS]
    assert state(world, second) is BackfillState.SUCCESS


def test_only_missing_ones_on_request(world, daily):
    backfill(world, 1, 2)
    finish_all(world, daily, lambda *_: FAILURE)
    plan = planned(world, 1, 3, rerun=RerunPolicy.MISSING)
    assert [run.action for run in plan.runs] == [A.SKIP, A.SKIP, A.CREATE]
    assert plan.runs[0].reason.code == "backfill.failed_left"


def test_all_of_it_anew_raises_the_clear_number(world, daily):
    backfill(world, 1, 2)
    finish_all(world, daily)
    number = backfill(world, 1, 2, rerun=RerunPolicy.ALL)
    assert sorted(finish_all(world, daily)) == [(1, "a", 1), (1, "b", 1), (2, "a", 1), (2, "b", 1)]
    assert state(world, number) is BackfillState.SUCCESS
    assert len(world.store.runs()) == 2


@pytest.mark.parametrize("rerun", RerunPolicy)
def test_two_backfills_of_the_same_days_do_the_work_once(world, daily, rerun):
    backfill(world, 1, 2)
    finish_all(world, daily)
    one = backfill(world, 1, 6, max_active=2, rerun=rerun)
    other = backfill(world, 4, 8, max_active=2, rerun=rerun, is_reverse=True)
    done = finish_all(world, daily)
    assert len(done) == len(set(done))
    anew = {1, 2} if rerun is RerunPolicy.ALL else set()
    assert sorted({key[0] for key in done}) == sorted({*range(3, 9), *anew})
    assert (state(world, one), state(world, other)) == (BackfillState.SUCCESS, BackfillState.SUCCESS)


def test_a_run_that_is_under_way_is_waited_for(world, daily):
    first = backfill(world, 1, 2)
    plan = planned(world, 1, 3)
    assert [run.action for run in plan.runs] == [A.JOIN, A.JOIN, A.CREATE]
    assert plan.runs[0].reason.fields["backfill_id"] == first
    second = backfill(world, 1, 3)
    finish_all(world, daily, lambda when, *_: FAILURE if when == 2 else None)
    # What failed while it was waited for has been tried as it was asked for.
    assert stands(world, second) == [(1, R.SUCCESS), (2, R.FAILED), (3, R.SUCCESS)]
    assert world.row("a", "backfill__2024-01-02T00:00:00+00:00").try_number == 1


def test_a_run_that_fails_while_it_is_waited_for_fails_whatever_is_to_be_run_again(world, daily):
    backfill(world, 1, 1)
    taken = daily.take()
    daily.start(taken[0])
    world.settle()
    number = backfill(world, 1, 1, rerun=RerunPolicy.MISSING)
    daily.finish(taken[0], FAILURE)
    finish_all(world, daily)
    assert stands(world, number) == [(1, R.FAILED)]
    assert world.store.backfill(number).runs[0].reason.code == "backfill.run_failed"


def test_some_tasks_only(world, task):
    daemon = world.daemon()
    world.publish(task("a"), task("b", "a"), task("c", "b"), task("x"), timetable=DAILY, **OVER)
    number = backfill(world, 1, 2, tasks=("b",), upstream=True)
    assert sorted(finish_all(world, daemon)) == [(1, "a", 0), (1, "b", 0), (2, "a", 0), (2, "b", 0)]
    assert state(world, number) is BackfillState.SUCCESS
    row = world.row("c", "backfill__2024-01-01T00:00:00+00:00")
    assert (row.state, row.reason.code) == (TaskInstanceState.SKIPPED, "reason.not_selected")

    # The run has succeeded, and still lacks what was left out.
    assert [run.action for run in planned(world, 1, 2).runs] == [A.RERUN, A.RERUN]
    backfill(world, 1, 2)
    assert sorted(finish_all(world, daemon)) == [(1, "c", 1), (1, "x", 1), (2, "c", 1), (2, "x", 1)]

    number = backfill(world, 1, 1, tasks=("b",), rerun=RerunPolicy.ALL)
    assert finish_all(world, daemon) == [(1, "b", 1)]
    number = backfill(world, 1, 1, tasks=("b",), downstream=True, rerun=RerunPolicy.ALL)
    assert finish_all(world, daemon) == [(1, "b", 2), (1, "c", 2)]
    assert state(world, number) is BackfillState.SUCCESS


def test_a_task_whose_upstream_never_ran_is_not_run(world, daily):
    plan = planned(world, 1, 2, tasks=("b",))
    assert [(run.action, run.reason.code) for run in plan.runs] == [(A.SKIP, "backfill.upstream_missing")] * 2


def test_a_run_again_is_by_the_dags_new_version(world, task):
    daemon = world.daemon()
    world.publish(task("a"), task("b", "a"), timetable=DAILY, **OVER)
    backfill(world, 1, 1)
    finish_all(world, daemon)
    world.publish(task("a"), task("new", "a"), timetable=DAILY, **OVER, version_id="d-v2")
    world.settle()
    assert [run.action for run in planned(world, 1, 1).runs] == [A.SKIP]

    backfill(world, 1, 1, tasks=("new",))
    world.settle()
    (assignment,) = daemon.take()
    assert (assignment.version_id, assignment.instance.task_id) == ("d-v2", "new")
    daemon.finish(assignment)
    finish_all(world, daemon)
    run_id = "backfill__2024-01-01T00:00:00+00:00"
    assert world.states(run_id) == {
        "a": TaskInstanceState.SUCCESS,
        "b": TaskInstanceState.REMOVED,
        "new": TaskInstanceState.SUCCESS,
    }
    # And back again: what is gone now has never been, and what is there again runs.
    world.publish(task("a"), task("b", "a"), timetable=DAILY, **OVER, version_id="d-v1")
    world.restart()
    daemon.join()
    backfill(world, 1, 1, rerun=RerunPolicy.ALL)
    assert [key[1] for key in finish_all(world, daemon)] == ["a", "b"]
    assert world.states(run_id)["new"] is TaskInstanceState.REMOVED


def test_a_pause_lets_what_runs_end_and_a_resume_goes_on(world, daily):
    number = backfill(world, max_active=2)
    assert change(world, number, BackfillChange.PAUSE).facts["change"] == "pause"
    finish_all(world, daily)
    assert [one for _, one in stands(world, number)] == [R.SUCCESS] * 2 + [R.WAITING] * 6
    assert state(world, number) is BackfillState.PAUSED
    world.restart()
    daily.join()
    change(world, number, BackfillChange.RESUME)
    finish_all(world, daily)
    assert state(world, number) is BackfillState.SUCCESS
    assert isinstance(change(world, number, BackfillChange.PAUSE), Refused)


def test_a_cancel_ends_its_own_runs_and_no_others(world, daily):
    one = backfill(world, 1, 6, max_active=3)
    other = backfill(world, 3, 3)
    taken = daily.take()
    change(world, one, BackfillChange.CANCEL)
    assert state(world, one) is BackfillState.CANCELLING
    world.restart()
    daily.join(live=tuple(assignment.attempt_id for assignment in taken))
    world.settle()
    cancelled = set(daily.cancelled())
    for assignment in taken:
        if assignment.attempt_id in cancelled:
            daily.finish(assignment, FAILURE)
        else:
            assert assignment.run.logical_date.day == 3
            daily.finish(assignment)
    finish_all(world, daily)
    assert state(world, one) is BackfillState.CANCELLED
    assert [found for _, found in stands(world, one)] == [R.CANCELLED] * 6
    assert stands(world, other) == [(3, R.SUCCESS)]
    assert len(world.store.runs()) == 3


def test_a_paused_dag_keeps_its_backfills_waiting(world, daily):
    world.submit(SetDagPaused("d", True))
    world.settle()
    number = backfill(world, 1, 2)
    assert world.store.runs() == ()
    world.submit(SetDagPaused("d", False))
    finish_all(world, daily)
    assert state(world, number) is BackfillState.SUCCESS


def test_a_new_scheduler_goes_on_where_the_last_one_stood(world, daily):
    number = backfill(world, max_active=3)
    done = []
    while state(world, number) is BackfillState.RUNNING:
        taken = daily.take()
        done += [(one.run.logical_date.day, one.instance.task_id) for one in taken]
        for assignment in taken:
            daily.finish(assignment)
        world.settle()
        held = daily.take()
        done += [(one.run.logical_date.day, one.instance.task_id) for one in held]
        world.restart()
        daily.join(live=tuple(one.attempt_id for one in held))
        for assignment in held:
            daily.finish(assignment)
        world.settle()
    assert len(done) == len(set(done)) == 16
    assert state(world, number) is BackfillState.SUCCESS


def test_a_commit_that_fails_loses_and_doubles_nothing(world, daily):
    number = backfill(world, max_active=3)
    done = []
    for turn in range(40):
        world.store.fail_before, world.store.fail_after = turn % 2, (turn + 1) % 2
        for assignment in daily.take():
            done.append((assignment.run.logical_date.day, assignment.instance.task_id, assignment.attempt_id))
            daily.finish(assignment)
        for _ in range(3):
            world.clock.forward(seconds=3)
            world.settle()
    assert len({key[:2] for key in set(done)}) == len(set(done)) == 16
    assert state(world, number) is BackfillState.SUCCESS


def test_what_changed_since_the_plan_is_seen_when_its_turn_comes(world, daily):
    plan = planned(world, 1, 3)
    backfill(world, 2, 2)
    finish_all(world, daily)
    skipped = planned(world, 2, 2)
    answer = world.submit(command_of(plan))
    assert [key[0] for key in finish_all(world, daily) if key[1] == "a"] == [1, 3]
    number = answer().facts["backfill_id"]
    assert [found for _, found in stands(world, number)] == [R.SUCCESS, R.SKIPPED, R.SUCCESS]
    # What a plan skips stays skipped, whatever becomes of it.
    world.submit(ClearTaskInstances(dag_id="d", run_id="backfill__2024-01-02T00:00:00+00:00"))
    finish_all(world, daily, lambda *_: FAILURE)
    answer = world.submit(command_of(skipped))
    assert finish_all(world, daily) == []
    assert state(world, answer().facts["backfill_id"]) is BackfillState.SUCCESS


def test_an_interval_that_the_schedule_no_longer_has_refuses_the_whole_plan(world, task, daily):
    plan = planned(world, 1, 3)
    world.publish(task("a"), timetable=CronTimetable("0 6 * * *", "UTC"), version_id="d-v2")
    answer = world.submit(command_of(plan))
    world.settle()
    assert answer().reason.code == "operations.backfill_schedule_changed"
    assert world.store.backfills() == ()


def test_a_joined_run_that_left_something_to_do_is_run_again(world, task):
    daemon = world.daemon()
    world.publish(task("a"), task("b", "a"), timetable=DAILY, **OVER)
    backfill(world, 1, 1, tasks=("a",))
    number = backfill(world, 1, 1)
    assert stands(world, number) == [(1, R.RUNNING)]
    assert sorted(finish_all(world, daemon)) == [(1, "a", 0), (1, "b", 1)]
    assert stands(world, number) == [(1, R.SUCCESS)]


def test_an_interval_of_the_schedule_that_a_backfill_made_gets_no_second_run(world, task):
    daemon = world.daemon()
    world.publish(task("a"), timetable=DAILY, start_date=day(1), catchup=True, is_paused_upon_creation=True)
    world.settle()
    number = backfill(world, 1, 9, max_active=3)
    world.submit(SetDagPaused("d", False))
    done = finish_all(world, daemon)
    assert sorted(key[0] for key in done) == list(range(1, 10))
    assert len(world.store.runs()) == 9
    assert state(world, number) is BackfillState.SUCCESS


def test_runs_that_end_as_they_start_are_taken_up_one_after_another(world, task):
    world.daemon()
    world.publish(task("a", mapping=Mapping(("x",), (0,))), timetable=DAILY, max_active_runs=1, **OVER)
    number = backfill(world, 1, 3)
    assert stands(world, number) == [(1, R.SUCCESS), (2, R.SUCCESS), (3, R.SUCCESS)]


def test_many_intervals_are_looked_at_in_several_steps(world, task):
    daemon = world.daemon()
    hourly = CronTimetable("0 * * * *", "UTC")
    world.publish(task("a"), timetable=hourly, **OVER)
    backfill(world, 1, 2, max_active=48)
    finish_all(world, daemon)
    number = backfill(world, 1, 2, rerun=RerunPolicy.FAILED)
    assert state(world, number) is BackfillState.SUCCESS
    assert {found for _, found in stands(world, number)} == {R.SKIPPED}
