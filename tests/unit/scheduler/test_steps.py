"""What a step is as a whole: bounded, ordered, alone on its store, quiet when idle."""

from datetime import timedelta

import pytest

from mulgil.i18n import Text
from mulgil.messages import Ask, Cancelled, ClearTaskInstances, GetVariable, SetDagPaused
from mulgil.model import Pool, TaskInstanceState, Variable
from mulgil.ports import LeaseLostError, StoreUnavailableError
from mulgil.scheduler import SchedulerLimits

S = TaskInstanceState


def test_an_idle_scheduler_asks_nothing_of_its_store(world, task, monkeypatch):
    world.publish(task("a"))
    world.daemon()
    world.settle()

    def refuse(*_, **__):
        raise AssertionError("a query")

    for name in ("pending_commands", "events", "last_event", "dags", "pools", "active_runs", "commit"):
        monkeypatch.setattr(world.store, name, refuse)
    assert world.step() is None


def test_a_scheduler_whose_lease_is_lost_stops_and_says_nothing(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.settle()
    world.store.claim("another")
    world.trigger()
    with pytest.raises(LeaseLostError):
        world.step()
    assert daemon.take() == []


def test_even_an_acknowledgement_alone_needs_the_lease(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (assignment,) = daemon.take()
    daemon.finish(assignment)
    world.settle()
    world.store.claim("another")
    daemon.finish(assignment)
    with pytest.raises(LeaseLostError):
        world.step()


def test_failed_steps_are_tried_again_after_growing_delays(world, task):
    world.publish(task("a"))
    world.daemon()
    world.trigger()
    world.store.fail_before = 8
    delays = [world.step() - world.clock.now() for _ in range(8)]
    assert delays[0] == timedelta(milliseconds=50)
    assert delays == sorted(delays)
    assert delays[-1] == timedelta(seconds=2)
    assert world.scheduler.is_loaded is False
    world.settle()
    assert world.scheduler.is_loaded


def test_a_store_that_fails_while_it_is_read_is_tried_again(world, task, monkeypatch):
    world.publish(task("a"))
    with monkeypatch.context() as patch:

        def fail(*_, **__):
            raise StoreUnavailableError("store.busy", path="mulgil.db", why="test")

        patch.setattr(world.store, "active_runs", fail)
        assert world.step() > world.clock.now()
    world.settle()
    assert world.scheduler.is_loaded


def test_commits_stay_short_under_a_flood_of_commands(world, task):
    world.limits = SchedulerLimits(commands_per_step=3)
    world.restart()
    world.publish(task("a"))
    answers = [world.trigger(f"r{number}") for number in range(10)]
    assert world.step() == world.clock.now()
    assert sum(answer() is not None for answer in answers) == 3
    world.settle()
    assert all(answer() is not None for answer in answers)


def test_nothing_is_sent_while_daemons_have_not_been_heard_out(world, task):
    world.limits = SchedulerLimits(worker_events_per_step=1)
    world.restart()
    world.publish(task("a"))
    world.trigger()
    daemon = world.daemon()
    daemon.join()
    world.step()
    assert daemon.take() == []
    world.settle()
    assert len(daemon.take()) == 1


def test_parallelism_and_slots_bound_what_is_sent(world, task):
    world.publish(*(task(f"t{number}") for number in range(6)))
    daemon = world.daemon(slots=4)
    world.trigger()
    world.settle()
    first = daemon.take()
    assert len(first) == 4
    daemon.finish(first[0])
    world.settle()
    assert len(daemon.take()) == 1


def test_pools_bound_what_is_sent_and_follow_their_configuration(world, task):
    world.store.put_pool(Pool(name="narrow", slots=1), by="ada", at=world.clock.now())
    world.publish(*(task(f"t{number}", pool="narrow") for number in range(4)))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (first,) = daemon.take()
    daemon.finish(first)
    world.settle()
    assert len(daemon.take()) == 1
    world.store.put_pool(Pool(name="narrow", slots=3), by="ada", at=world.clock.now())
    world.scheduler.ring()
    world.settle()
    assert len(daemon.take()) == 2
    world.store.delete_pool("narrow", by="ada", at=world.clock.now())
    world.trigger("r2")
    world.settle()
    assert set(world.states("r2").values()) == {S.SCHEDULED}


def test_a_paused_dag_starts_nothing_until_it_is_resumed(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.submit(SetDagPaused("d", True))
    world.trigger()
    world.settle()
    assert daemon.take() == []
    assert world.states() == {"a": S.NONE}
    world.submit(SetDagPaused("d", False))
    world.settle()
    assert len(daemon.take()) == 1


def test_questions_are_answered_from_what_is_committed(world, task):
    world.store.put_variable(Variable(key="k", value="v"), by="ada", at=world.clock.now())
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (assignment,) = daemon.take()
    daemon.say(Ask(assignment.attempt_id, 1, GetVariable("k")))
    world.step()
    assert daemon.heard[-1].variable == "v"


def test_questions_wait_while_the_store_is_away(world, task):
    world.store.put_variable(Variable(key="k", value="v"), by="ada", at=world.clock.now())
    world.publish(task("a"), task("b"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    first, second = daemon.take()
    heard = len(daemon.heard)
    daemon.say(Ask(first.attempt_id, 1, GetVariable("k")))
    daemon.finish(second)
    world.store.fail_before = 1
    world.step()
    assert len(daemon.heard) == heard
    world.settle()
    assert "v" in [getattr(message, "variable", None) for message in daemon.heard]


def test_whoever_waits_is_told_once_that_commands_were_answered(world, task):
    world.publish(task("a"))
    world.settle()
    assert not world.scheduler.take_answered()
    world.trigger()
    world.settle()
    assert world.scheduler.take_answered()
    assert not world.scheduler.take_answered()


def test_one_run_that_cannot_be_read_stops_no_other(world, task):
    world.publish(task("a"))
    world.trigger("broken")
    world.trigger("fine")
    world.settle()
    tables = world.store._tables
    tables.instances["d", "broken"].clear()
    world.restart()
    daemon = world.daemon()
    world.settle()
    assert [one.run.run_id for one in daemon.take()] == ["fine"]


def test_the_word_of_a_start_waits_a_moment_for_something_to_be_committed_with(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (assignment,) = daemon.take()
    commits = len(world.store.commits)
    daemon.start(assignment)
    until = world.step()
    assert until == world.clock.now() + SchedulerLimits().start_delay
    assert world.step() == until
    daemon.finish(assignment)
    world.settle()
    assert len(world.store.commits) == commits + 1
    assert world.states() == {"a": S.SUCCESS}


def test_the_word_of_a_start_does_not_wait_for_ever(world, task):
    world.publish(task("a"), task("b"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    first, second = daemon.take()
    daemon.start(first)
    world.settle()
    world.clock.forward(milliseconds=20)
    daemon.start(second)
    world.settle()
    assert world.states() == {"a": S.QUEUED, "b": S.QUEUED}
    world.clock.forward(milliseconds=5)
    world.settle()
    assert world.states() == {"a": S.RUNNING, "b": S.RUNNING}


def test_a_clock_that_was_set_back_does_not_stretch_the_wait(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    daemon.start(daemon.take()[0])
    world.settle()
    world.clock.forward(hours=-1)
    world.settle()
    assert world.states() == {"a": S.RUNNING}


def test_what_is_sent_once_more_takes_its_slot_before_anything_new(world, task):
    world.publish(task("a"), task("b"))
    world.trigger()
    world.daemon(slots=1)
    world.step()
    world.restart()
    daemon = world.daemon(slots=1)
    world.settle()
    assert {again.attempt_id for again in daemon.take()} == {world.row("a").attempt_id}
    assert world.row("b").state is S.SCHEDULED


def test_nothing_is_sent_once_more_whose_end_waits_in_the_inbox(world, task):
    world.publish(task("a"))
    world.trigger()
    daemon = world.daemon(slots=1)
    world.settle()
    (first,) = daemon.take()
    world.store.fail_before = 1
    daemon.finish(first)
    world.step()
    world.settle()
    assert daemon.take() == []
    assert world.gateway.free_slots() == 1
    world.trigger("r2")
    world.settle()
    assert len(daemon.take()) == 1


def test_what_was_cleared_before_it_was_sent_is_sent_and_cancelled(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.settle()
    world.store.fail_after = 2
    world.trigger()
    world.step()
    world.step()
    assert world.row("a").attempt_id is not None
    assert daemon.take() == []
    world.submit(ClearTaskInstances(dag_id="d", run_id="r1"))
    world.settle()
    (first,) = daemon.take()
    assert daemon.cancelled() == [first.attempt_id]
    daemon.finish(first, Cancelled(Text("test.why")), has_started=False)
    world.settle()
    (again,) = daemon.take()
    assert again.attempt_id != first.attempt_id
