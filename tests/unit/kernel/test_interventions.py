"""What people and limits do: clear, mark, cancel, time out."""

from datetime import timedelta

import pytest
from kernel_scenario import START, Scenario, key_of, task

from mulgil.kernel import (
    AttemptLost,
    CancelAttempt,
    KernelError,
    ReleaseAttempt,
    RetryDelayEnded,
    RunTimedOut,
    SetDagRun,
    TaskInstanceSucceeded,
    WithdrawTaskInstance,
)
from mulgil.model import TaskInstanceState, TriggerRule

SUCCESS, FAILED = TaskInstanceState.SUCCESS, TaskInstanceState.FAILED


def test_clearing_a_finished_run_runs_it_again() -> None:
    run = Scenario(task("a", retries=1), task("b", "a"))
    run.succeed("a", "b")
    run.now += timedelta(hours=1)
    run.clear("a", "b")

    assert run.run_state == "running"
    assert (run.run.run.started_at, run.run.run.ended_at) == (run.now, None)
    assert run.run.run.reason.fields == {"by": "kim"}
    row = run.row("a")
    assert (row.state.value, row.try_number, row.max_tries, row.clear_number) == ("scheduled", 1, 3, 1)
    assert run.state("b") == "none"

    run.succeed("a", "b")

    assert run.row("a").try_number == 2
    assert run.run_state == "success"
    assert run.run.run.reason is None


def test_clearing_one_task_leaves_what_lies_below_alone() -> None:
    run = Scenario(task("a"), task("b", "a"))
    run.fail("a")
    run.clear("a")
    run.succeed("a")

    assert run.states() == {"a": "success", "b": "upstream_failed"}
    assert run.run_state == "failed"


def test_a_ready_task_waits_again_when_its_upstream_is_cleared() -> None:
    run = Scenario(task("a"), task("b", "a"))
    run.succeed("a")
    run.clear("a")

    assert run.states() == {"a": "scheduled", "b": "none"}
    assert run.decided(WithdrawTaskInstance) == [WithdrawTaskInstance(key_of("b"))]
    assert run.offered == ["a"]


def test_clearing_a_running_task_kills_it_first() -> None:
    run = Scenario(task("a", retries=2))
    attempt = run.begin("a")
    run.clear("a")
    row = run.row("a")

    assert (row.state.value, row.attempt_id, row.max_tries) == ("restarting", attempt, 4)
    assert run.decided(CancelAttempt) == [CancelAttempt(key_of("a"), attempt, row.reason)]
    assert run.offered == []

    run.killed("a", attempt)

    assert run.decided(ReleaseAttempt) == [ReleaseAttempt(key_of("a"), attempt)]
    assert (run.state("a"), run.row("a").attempt_id, run.row("a").started_at) == ("scheduled", None, None)


@pytest.mark.parametrize("end", [TaskInstanceSucceeded, lambda key, attempt: AttemptLost(key, attempt, None)])
def test_whatever_end_a_cleared_attempt_reports_it_is_done_anew(end) -> None:
    run = Scenario(task("a"))
    attempt = run.queue("a")
    run.clear("a")
    run.clear("a")

    assert run.decided(CancelAttempt) == []

    run.do(end(key_of("a"), attempt))

    assert (run.state("a"), run.row("a").clear_number, run.row("a").lost_count) == ("scheduled", 2, 0)


def test_a_clear_forgets_the_lost_attempts() -> None:
    run = Scenario(task("a"))
    run.lose("a")
    run.clear("a")

    assert run.row("a").lost_count == 0


def test_clearing_forgets_a_retry_delay() -> None:
    run = Scenario(task("a", retries=1))
    run.fail("a")
    run.clear("a")

    assert (run.state("a"), run.row("a").retry_at, run.row("a").max_tries) == ("scheduled", None, 3)
    assert run.do(RetryDelayEnded(key_of("a"))) == ()


def test_clearing_what_never_ran_does_nothing() -> None:
    run = Scenario(task("a"), task("b", "a"))
    run.clear("b")

    assert run.last == ()


def test_clearing_before_the_run_has_started_does_nothing() -> None:
    run = Scenario(task("a"), start=False)
    run.clear("a")

    assert (run.run_state, run.state("a")) == ("queued", "none")


def test_marking_a_failed_task_success_lets_the_rest_run() -> None:
    run = Scenario(task("a"), task("b", "a"), task("c", "b"), task("d"))
    run.fail("a")
    run.succeed("d")

    assert run.run_state == "failed"

    run.mark(SUCCESS, "a")

    assert run.states() == {"a": "success", "b": "scheduled", "d": "success", "c": "none"}
    assert run.row("a").reason.fields == {"by": "kim", "state": "success"}
    assert run.run_state == "running"


def test_marking_the_last_task_ends_the_run_with_another_verdict() -> None:
    run = Scenario(task("a"))
    run.fail("a")
    started_at = run.run.run.started_at
    run.now += timedelta(hours=1)
    run.mark(SUCCESS, "a")

    assert run.run_state == "success"
    assert [decision.run.state.value for decision in run.decided(SetDagRun)] == ["running", "success"]
    assert (run.run.run.started_at, run.run.run.ended_at) == (started_at, run.now)

    run.mark(FAILED, "a")

    assert run.run_state == "failed"


def test_marking_a_running_task_kills_it_and_its_report_counts_no_more() -> None:
    run = Scenario(task("a"), task("b", "a"))
    attempt = run.begin("a")
    run.mark(FAILED, "a")

    assert run.states() == {"a": "failed", "b": "upstream_failed"}
    assert run.decided(CancelAttempt)
    assert run.run_state == "running", "its process is still alive"

    run.do(TaskInstanceSucceeded(key_of("a"), attempt))

    assert run.decided(ReleaseAttempt) == [ReleaseAttempt(key_of("a"), attempt)]
    assert run.states() == {"a": "failed", "b": "upstream_failed"}
    assert run.run_state == "failed"


def test_a_task_cleared_while_its_marked_attempt_dies_waits_for_that_end() -> None:
    run = Scenario(task("a"))
    attempt = run.begin("a")
    run.mark(SUCCESS, "a")
    run.clear("a")

    assert (run.state("a"), run.offered) == ("restarting", [])

    run.killed("a", attempt)

    assert run.offered == ["a"]


def test_marking_what_waits_withdraws_it() -> None:
    run = Scenario(task("a"), task("b", "a"), task("c", "b"))
    run.mark(SUCCESS, "a", "b")

    assert run.states() == {"a": "success", "b": "success", "c": "scheduled"}
    assert run.offered == ["c"]


def test_marking_with_the_state_it_has_does_nothing() -> None:
    run = Scenario(task("a"), task("b"))
    run.succeed("a")
    run.mark(SUCCESS, "a")

    assert run.last == ()


def test_only_success_and_failed_can_be_marked() -> None:
    run = Scenario(task("a"))

    with pytest.raises(KernelError, match="skipped"):
        run.mark(TaskInstanceState.SKIPPED, "a")


def test_cancelling_a_run() -> None:
    run = Scenario(task("a"), task("b"), task("c", "a"), task("d", retries=1), task("e"))
    attempt = run.begin("a")
    run.fail("d")
    run.succeed("e")
    run.cancel()

    assert run.states() == {"a": "failed", "b": "failed", "c": "failed", "d": "failed", "e": "success"}
    assert run.row("c").reason == run.run.run.reason
    assert run.row("d").retry_at is None
    assert run.decided(CancelAttempt) == [CancelAttempt(key_of("a"), attempt, run.run.run.reason)]
    assert (run.run_state, run.offered) == ("running", [])

    run.cancel()

    assert run.last == ()

    run.killed("a", attempt)

    assert (run.run_state, run.run.run.reason.code) == ("failed", "reason.cancelled")

    run.cancel()

    assert run.last == ()


def test_cancelling_a_run_that_waits() -> None:
    run = Scenario(task("a"), start=False)
    run.cancel()

    assert (run.run_state, run.state("a"), run.run.run.ended_at) == ("failed", "failed", START)


def test_clearing_revives_a_cancelled_run() -> None:
    run = Scenario(task("a"), task("b", "a"))
    attempt = run.begin("a")
    run.cancel()
    run.clear("a", "b")
    run.killed("a", attempt)
    run.succeed("a", "b")

    assert run.run_state == "success"


def test_a_run_that_took_too_long() -> None:
    run = Scenario(task("a"), task("b"), task("c", "a", trigger_rule=TriggerRule.ALL_DONE))
    attempt = run.begin("a")
    run.do(RunTimedOut())

    assert run.states() == {"a": "failed", "b": "skipped", "c": "skipped"}
    assert run.run_state == "running"

    run.killed("a", attempt)

    assert (run.run_state, run.run.run.reason.code) == ("failed", "reason.run_timed_out")


def test_a_run_times_out_only_while_it_runs() -> None:
    run = Scenario(task("a"), start=False)

    assert run.do(RunTimedOut()) == ()
