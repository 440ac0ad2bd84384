"""From a trigger to a finished run, and everything that may happen to an attempt on the way."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from mulgil.i18n import Text
from mulgil.messages import (
    Applied,
    BuriedDaemon,
    CancelDagRun,
    Cancelled,
    ClearTaskInstances,
    Died,
    Failed,
    Finished,
    Lost,
    MarkTaskInstances,
    Refused,
    Skipped,
)
from mulgil.model import (
    AssetCommit,
    AttemptState,
    DagRunState,
    RetryPolicy,
    TaskInstanceState,
    TaskKey,
)

S = TaskInstanceState
WHY = Text("reason.cleared", {"by": "ada"})
RETRY = RetryPolicy(retries=1, delay=timedelta(minutes=5))


def test_a_run_goes_from_trigger_to_success(world, task):
    world.publish(task("a"), task("b", "a"))
    daemon = world.daemon()
    answer = world.trigger()
    world.settle()
    assert isinstance(answer(), Applied)
    (assignment,) = daemon.take()
    assert (assignment.instance.task_id, assignment.instance.try_number) == ("a", 1)
    assert (assignment.version_id, assignment.snapshot, assignment.file) == ("d-v1", "s", "d.py")
    daemon.start(assignment)
    world.settle()
    world.clock.forward(seconds=1)
    world.settle()
    assert world.states() == {"a": S.RUNNING, "b": S.NONE}
    daemon.finish(assignment, xcom=b"1")
    world.settle()
    assert daemon.acknowledged() == [assignment.attempt_id]
    (second,) = daemon.take()
    daemon.finish(second)
    assert world.settle() is None
    assert world.store.run("d", "r1").state is DagRunState.SUCCESS
    attempts = world.store.attempts("d", "r1")
    assert [(one.task_id, one.state, one.outcome, one.pid) for one in attempts] == [
        ("a", AttemptState.ENDED, "succeeded", 42),
        ("b", AttemptState.ENDED, "succeeded", None),
    ]
    (xcom,) = world.store.xcoms("d", "r1", "a", map_index=-1, key="return_value")
    assert xcom.value == b"1"


def test_nothing_is_sent_before_its_commit(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.store.fail_before = 3
    for _ in range(3):
        assert world.step() > world.clock.now()
        assert daemon.heard == []
    world.settle()
    (assignment,) = daemon.take()
    assert world.row("a").attempt_id == assignment.attempt_id


@pytest.mark.parametrize("fault", ["fail_before", "fail_after"])
def test_a_report_survives_a_failed_commit_and_is_acknowledged_after_it(world, task, fault):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (assignment,) = daemon.take()
    daemon.finish(assignment, xcom=b"1")
    setattr(world.store, fault, 1)
    world.step()
    assert daemon.acknowledged() == []
    world.settle()
    assert daemon.acknowledged() == [assignment.attempt_id]
    assert world.store.run("d", "r1").state is DagRunState.SUCCESS
    assert len(world.store.xcoms("d", "r1", "a", map_index=-1, key="return_value")) == 1


def test_memory_is_read_anew_after_a_commit_that_failed_though_it_took_effect(world, task):
    world.publish(task("a"), task("b"))
    daemon = world.daemon()
    world.settle()
    world.trigger()
    world.store.fail_after = 1
    world.step()
    queued = {row.task_id: row.attempt_id for row in world.store.task_instances("d", "r1")}
    assert None not in queued.values()
    assert daemon.take() == []
    world.settle()
    assert {one.instance.task_id: one.attempt_id for one in daemon.take()} == queued


def test_a_restarted_scheduler_sends_again_with_the_same_id_what_never_arrived(world, task):
    world.publish(task("a"), task("b"), task("c"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    a, b, c = daemon.take()
    world.restart()
    world.settle()
    daemon.join(live=(a.attempt_id,), reports=(world.report(b.attempt_id),))
    world.settle()
    assert [one.attempt_id for one in daemon.take()] == [c.attempt_id]
    assert daemon.acknowledged() == [b.attempt_id]
    assert world.states() == {"a": S.QUEUED, "b": S.SUCCESS, "c": S.QUEUED}
    assert [world.row(name).try_number for name in "abc"] == [1, 1, 1]


def test_attempts_of_a_daemon_that_is_merely_away_wait_for_it(world, task):
    world.publish(task("a"))
    daemon = world.daemon("d1")
    world.trigger()
    world.settle()
    (assignment,) = daemon.take()
    daemon.drop()
    other = world.daemon("d2")
    world.restart()
    other.join(neighbours=("d1",))
    world.settle()
    assert other.take() == []
    daemon.join(live=(assignment.attempt_id,))
    daemon.finish(assignment)
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.SUCCESS


def test_the_word_of_a_start_may_be_lost_and_its_report_tells_it_all(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (assignment,) = daemon.take()
    report = world.report(assignment.attempt_id)
    daemon.say(Finished(replace(report, pid=42)))
    world.settle()
    (attempt,) = world.store.attempts("d", "r1")
    assert (attempt.pid, attempt.started_at) == (42, report.started_at)


def test_what_a_daemon_without_a_journal_left_is_started_anew_without_using_a_try(world, task):
    world.publish(task("started"), task("never"))
    dead = world.daemon("d1")
    world.trigger()
    world.settle()
    first = {one.instance.task_id: one for one in dead.take()}
    dead.start(first["started"])
    world.settle()
    world.clock.forward(seconds=1)
    world.settle()
    dead.drop()
    world.restart()
    heir = world.daemon("d2")
    world.settle()
    again = {one.instance.task_id: one for one in heir.take()}
    assert set(again) == {"started", "never"}
    assert all(one.attempt_id != first[name].attempt_id for name, one in again.items())
    assert [world.row(name).lost_count for name in ("started", "never")] == [1, 0]
    assert [world.row(name).try_number for name in ("started", "never")] == [1, 1]
    lost = [one for one in world.store.attempts("d", "r1") if one.state is AttemptState.LOST]
    assert {one.error.code for one in lost} == {"scheduler.daemon_vanished"}


def test_what_a_buried_daemon_left_is_started_anew_without_using_a_try(world, task):
    world.publish(task("started"), task("never"), task("done"))
    dead = world.daemon("d1")
    world.trigger()
    world.settle()
    attempts = {one.instance.task_id: one.attempt_id for one in dead.take()}
    dead.drop()
    heir = world.daemon("d2")
    heir.join(
        reports=(world.report(attempts["done"]),),
        buried=(BuriedDaemon("d1", (attempts["started"], attempts["done"])),),
    )
    world.settle()
    again = {one.instance.task_id: one for one in heir.take()}
    assert set(again) == {"started", "never"}
    assert all(one.attempt_id != attempts[name] for name, one in again.items())
    assert [world.row(name).lost_count for name in ("started", "never")] == [1, 0]
    assert [world.row(name).try_number for name in ("started", "never", "done")] == [1, 1, 1]
    lost = [one for one in world.store.attempts("d", "r1") if one.state is AttemptState.LOST]
    assert {one.attempt_id for one in lost} == {attempts["started"], attempts["never"]}


def test_an_attempt_that_ran_and_vanished_from_its_own_daemon_is_lost(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (assignment,) = daemon.take()
    daemon.start(assignment)
    world.settle()
    daemon.join()
    world.settle()
    (again,) = daemon.take()
    assert again.attempt_id != assignment.attempt_id
    assert world.row("a").lost_count == 1


def test_repeated_and_late_reports_are_acknowledged_and_change_nothing(world, task):
    world.publish(task("a", retry=RETRY))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (assignment,) = daemon.take()
    daemon.finish(assignment, Failed(WHY))
    world.settle()
    daemon.finish(assignment)
    daemon.start(assignment)
    world.settle()
    assert daemon.acknowledged() == [assignment.attempt_id] * 2
    assert world.row("a").state is S.UP_FOR_RETRY


def test_a_retry_waits_for_its_delay_and_gets_a_new_attempt_id(world, task):
    world.publish(task("a", retry=RETRY))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (first,) = daemon.take()
    daemon.finish(first, Died(WHY))
    assert world.settle() == world.clock.now() + timedelta(minutes=5)
    assert daemon.take() == []
    world.clock.forward(minutes=5)
    world.settle()
    (second,) = daemon.take()
    assert second.attempt_id != first.attempt_id
    assert second.instance.try_number == 2
    daemon.finish(second, Failed(WHY))
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.FAILED


def test_a_retry_timer_survives_a_restart(world, task):
    world.publish(task("a", retry=RETRY))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    daemon.finish(daemon.take()[0], Failed(WHY))
    world.settle()
    world.restart()
    daemon.join()
    assert world.settle() == world.clock.now() + timedelta(minutes=5)
    world.clock.forward(minutes=5)
    world.settle()
    assert daemon.take()[0].instance.try_number == 2


def test_lost_and_skipped_attempts(world, task):
    world.publish(task("lost"), task("skipped"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    attempts = {one.instance.task_id: one for one in daemon.take()}
    daemon.finish(attempts["lost"], Lost(WHY), has_started=False)
    daemon.finish(attempts["skipped"], Skipped())
    world.settle()
    assert world.states() == {"lost": S.QUEUED, "skipped": S.SKIPPED}
    assert (world.row("lost").try_number, world.row("lost").lost_count) == (1, 0)


def test_a_clear_of_a_running_task_kills_it_and_then_starts_it_anew(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (first,) = daemon.take()
    daemon.start(first)
    world.settle()
    world.submit(ClearTaskInstances(dag_id="d", run_id="r1"))
    world.settle()
    assert daemon.cancelled() == [first.attempt_id]
    assert world.states() == {"a": S.RESTARTING}
    assert daemon.take() == []
    daemon.finish(first, xcom=b"too late")
    world.settle()
    (second,) = daemon.take()
    assert second.attempt_id != first.attempt_id
    assert world.store.xcoms("d", "r1", "a", map_index=-1, key="return_value") == ()


def test_a_cancel_that_was_lost_is_repeated_when_the_daemon_joins_again(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (first,) = daemon.take()
    daemon.drop()
    world.submit(CancelDagRun("d", "r1"))
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.RUNNING
    daemon.join(live=(first.attempt_id,))
    world.settle()
    assert daemon.cancelled() == [first.attempt_id]
    daemon.finish(first, Cancelled(WHY))
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.FAILED


def test_an_attempt_that_was_cancelled_before_it_arrived_anywhere_ends_at_the_next_join(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    daemon.drop()
    world.submit(ClearTaskInstances(dag_id="d", run_id="r1"))
    world.settle()
    assert world.states() == {"a": S.RESTARTING}
    daemon.join()
    world.settle()
    (again,) = daemon.take()[1:]
    assert world.row("a").attempt_id == again.attempt_id


def test_a_daemon_is_told_to_end_what_nobody_knows(world):
    daemon = world.daemon()
    daemon.join(live=("unknown",))
    world.settle()
    assert daemon.cancelled() == ["unknown"]


def test_clearing_a_finished_run_reads_it_from_the_store_and_drops_its_xcoms(world, task):
    world.publish(task("a"), task("b", "a"))
    daemon = world.daemon()
    world.trigger()
    for _ in "ab":
        world.settle()
        daemon.finish(daemon.take()[0], xcom=b"1")
    world.settle()
    world.restart()
    daemon.join()
    answer = world.submit(ClearTaskInstances(dag_id="d", run_id="r1", tasks=(TaskKey("b"),)))
    world.settle()
    assert answer() == Applied({"dag_id": "d", "run_id": "r1", "count": 1})
    assert [len(world.store.xcoms("d", "r1", name, map_index=-1, key="return_value")) for name in "ab"] == [1, 0]
    (again,) = daemon.take()
    assert (again.instance.task_id, again.instance.try_number, again.instance.clear_number) == ("b", 2, 1)
    daemon.finish(again)
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.SUCCESS


def test_a_mark_lets_the_rest_go_on_and_the_process_is_killed(world, task):
    world.publish(task("a"), task("b", "a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (a,) = daemon.take()
    world.submit(MarkTaskInstances(dag_id="d", run_id="r1", tasks=(TaskKey("a"),), state=S.SUCCESS))
    world.settle()
    assert daemon.cancelled() == [a.attempt_id]
    (b,) = daemon.take()
    daemon.finish(b)
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.RUNNING
    daemon.finish(a, Cancelled(WHY))
    world.settle()
    assert world.store.run("d", "r1").state is DagRunState.SUCCESS


def test_commands_that_cannot_be_done_are_refused_and_leave_nothing_behind(world, task):
    world.publish(task("a"))
    world.settle()
    answers = [
        world.trigger(dag_id="nowhere"),
        world.submit(CancelDagRun("d", "no run")),
        world.submit(ClearTaskInstances(dag_id="d", run_id="no run")),
    ]
    world.settle()
    codes = [answer().reason.code for answer in answers if isinstance(answer(), Refused)]
    assert codes == ["operations.dag_unknown", "operations.run_unknown", "operations.run_unknown"]


def test_two_commands_of_one_step_see_each_other(world, task):
    world.publish(task("a"))
    first, second, cancel = world.trigger(), world.trigger(), world.submit(CancelDagRun("d", "r1"))
    world.step()
    assert isinstance(first(), Applied)
    assert second().reason.code == "operations.run_exists"
    assert isinstance(cancel(), Applied)
    assert world.store.run("d", "r1").state is DagRunState.FAILED


def test_asset_commits_are_recorded_with_the_report_even_if_nobody_wants_its_outcome(world, task):
    world.publish(task("a"))
    daemon = world.daemon()
    world.trigger()
    world.settle()
    (first,) = daemon.take()
    daemon.start(first)
    world.settle()
    world.submit(ClearTaskInstances(dag_id="d", run_id="r1"))
    world.settle()
    commit = AssetCommit(
        connection_id="c",
        table_name="t",
        scope="2024-01-10",
        fence=3,
        write_id="w",
        producer="p",
        mode="replace",
        rows=7,
        committed_at=world.clock.now(),
    )
    daemon.finish(first, commits=(commit,))
    world.settle()
    (recorded,) = world.store.asset_commits("d", "r1")
    assert (recorded.commit, recorded.attempt_id) == (commit, first.attempt_id)
    (event,) = world.store.events(kinds=("asset_committed",))
    assert (event.payload.fence, event.payload.rows) == (3, 7)


def test_what_a_leaving_daemon_never_received_is_started_elsewhere(world, task):
    world.publish(task("a"))
    old = world.daemon("old")
    world.trigger()
    world.settle()
    (first,) = old.take()
    old.drop()
    new = world.daemon("new", neighbours=("old",))
    old.join(is_draining=True, neighbours=("new",))
    world.settle()
    assert old.take() == []
    (again,) = new.take()
    assert again.attempt_id != first.attempt_id
    row = world.row("a")
    assert (row.try_number, row.lost_count) == (1, 0)
