"""Tries and attempts: queued, started, ended, retried, lost; and reports that come late or twice."""

from datetime import timedelta

import pytest
from kernel_scenario import ERROR, START, Scenario, key_of, task

from mulgil.i18n import Text
from mulgil.kernel import (
    MAX_LOST_ATTEMPTS,
    AttemptCancelled,
    AttemptLost,
    ClockMoved,
    OfferTaskInstance,
    ReleaseAttempt,
    RetryAt,
    RetryDelayEnded,
    RunStarted,
    SetTaskInstance,
    TaskInstanceFailed,
    TaskInstanceQueued,
    TaskInstanceSkipped,
    TaskInstanceStarted,
    TaskInstanceSucceeded,
    UnknownTaskInstanceError,
)
from mulgil.kernel.attempts import retry_delay
from mulgil.model import RetryPolicy, TaskInstanceState, TriggerRule


def test_a_run_that_has_not_started_offers_nothing() -> None:
    run = Scenario(task("a"), start=False)

    assert run.states() == {"a": "none"}
    assert run.run_state == "queued"


def test_the_life_of_a_task_instance() -> None:
    run = Scenario(task("a"), task("b", "a"))
    row = run.row("a")

    assert (row.state.value, row.try_number, row.scheduled_at, row.attempt_id) == ("scheduled", 0, START, None)

    run.now += timedelta(seconds=1)
    attempt = run.queue("a")
    row = run.row("a")

    assert (row.state.value, row.try_number, row.queued_at, row.attempt_id) == ("queued", 1, run.now, attempt)

    run.now += timedelta(seconds=1)
    run.do(TaskInstanceStarted(key_of("a"), attempt))

    assert (run.state("a"), run.row("a").started_at) == ("running", run.now)

    run.now += timedelta(seconds=1)
    run.do(TaskInstanceSucceeded(key_of("a"), attempt))
    row = run.row("a")

    assert (row.state.value, row.ended_at, row.attempt_id, row.reason) == ("success", run.now, None, None)
    assert [type(decision).__name__ for decision in run.last] == [
        "ReleaseAttempt",
        "SetTaskInstance",
        "SetTaskInstance",
        "OfferTaskInstance",
    ]


def test_an_end_without_a_start_counts() -> None:
    run = Scenario(task("a"))
    run.do(TaskInstanceSucceeded(key_of("a"), run.queue("a")))

    assert run.run_state == "success"
    assert run.row("a").started_at == run.now


def test_a_task_can_skip_itself() -> None:
    run = Scenario(task("a"), task("b"), task("c", "a"))
    run.do(TaskInstanceSkipped(key_of("a"), run.begin("a"), Text("test.reason")))
    run.do(TaskInstanceSkipped(key_of("b"), run.begin("b")))

    assert run.states() == {"a": "skipped", "b": "skipped", "c": "skipped"}
    assert run.row("a").reason == Text("test.reason")
    assert run.row("b").reason == Text("reason.skipped_itself")
    assert run.run_state == "success"


def test_retries_after_the_delay() -> None:
    run = Scenario(task("a", retries=1))
    run.fail("a")
    row = run.row("a")

    assert (row.state.value, row.try_number, row.attempt_id) == ("up_for_retry", 1, None)
    assert row.retry_at == START + timedelta(minutes=5)
    assert row.reason.fields == {"try_number": 1, "max_tries": 2, "seconds": 300.0}
    assert run.decided(RetryAt) == [RetryAt(key_of("a"), row.retry_at)]

    run.retry("a")

    assert (run.state("a"), run.row("a").retry_at) == ("scheduled", None)

    run.fail("a")

    assert (run.state("a"), run.row("a").try_number, run.row("a").reason) == ("failed", 2, ERROR)
    assert run.run_state == "failed"


def test_a_failure_may_forbid_a_retry() -> None:
    run = Scenario(task("a", retries=5))
    run.fail("a", may_retry=False)

    assert run.state("a") == "failed"


def test_a_bell_that_rings_early_is_asked_to_ring_again() -> None:
    run = Scenario(task("a", retries=1))
    run.fail("a")
    at = run.row("a").retry_at
    run.now = at - timedelta(seconds=1)

    assert run.do(RetryDelayEnded(key_of("a"))) == (RetryAt(key_of("a"), at),)
    assert run.state("a") == "up_for_retry"


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)])
def test_what_is_left_of_a_delay_stays_when_the_clock_is_set(by: timedelta) -> None:
    run = Scenario(task("a", retries=1), task("b"))
    run.fail("a")
    run.now += timedelta(minutes=2) + by
    decisions = run.do(ClockMoved(by))

    assert run.row("a").retry_at == run.now + timedelta(minutes=3)
    assert decisions == (
        SetTaskInstance(run.row("a"), TaskInstanceState.UP_FOR_RETRY),
        RetryAt(key_of("a"), run.row("a").retry_at),
    )
    assert run.do(ClockMoved(timedelta(0))) == ()


def test_no_delay_is_longer_than_its_policy_allows_after_the_clock_was_set_unseen() -> None:
    run = Scenario(task("a", retries=1))
    run.fail("a")
    run.now -= timedelta(hours=1)
    run.do(ClockMoved(timedelta(0)))

    assert run.row("a").retry_at == run.now + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("policy", "failed_tries", "jitter", "seconds"),
    [
        (RetryPolicy(delay=timedelta(seconds=10)), 1, 0, 10),
        (RetryPolicy(delay=timedelta(seconds=10)), 7, 0, 10),
        (RetryPolicy(delay=timedelta(seconds=10), multiplier=2), 1, 0, 10),
        (RetryPolicy(delay=timedelta(seconds=10), multiplier=2), 4, 0, 80),
        (RetryPolicy(delay=timedelta(seconds=10), multiplier=2, max_delay=timedelta(seconds=30)), 4, 0, 30),
        (RetryPolicy(delay=timedelta(seconds=10), multiplier=2, max_delay=timedelta(seconds=30)), 5000, 0, 30),
        (RetryPolicy(delay=timedelta(seconds=10), multiplier=1e300), 3, 0, 365 * 86_400),
        (RetryPolicy(delay=timedelta(seconds=10), jitter=0.5), 1, 1, 15),
        (RetryPolicy(delay=timedelta(seconds=10), jitter=0.5), 1, -1, 5),
        (RetryPolicy(delay=timedelta(seconds=10), jitter=2.0), 1, -1, 0),
        (RetryPolicy(delay=timedelta(seconds=10)), 1, 1, 10),
        (RetryPolicy(delay=timedelta(0), multiplier=2), 3, 0, 0),
    ],
)
def test_retry_delays(policy: RetryPolicy, failed_tries: int, jitter: float, seconds: float) -> None:
    assert retry_delay(policy, failed_tries, jitter) == timedelta(seconds=seconds)


def test_backoff_begins_anew_with_a_clear() -> None:
    policy = RetryPolicy(retries=2, delay=timedelta(seconds=10), multiplier=3)
    run = Scenario(task("a", retry=policy))
    delays = []
    for _ in range(2):
        for _ in range(2):
            run.fail("a")
            delays.append((run.row("a").retry_at - run.now).total_seconds())
            run.retry("a")
        run.fail("a")
        assert run.state("a") == "failed"
        run.clear("a")

    assert delays == [10, 30, 10, 30]


def test_a_retry_waits_for_an_upstream_that_was_cleared_meanwhile() -> None:
    run = Scenario(task("a"), task("b", "a", retries=1))
    run.succeed("a")
    run.fail("b")
    run.clear("a")
    run.retry("b")

    assert run.state("b") == "up_for_retry"

    run.succeed("a")

    assert run.state("b") == "scheduled"


def test_a_retry_fails_with_an_upstream_that_failed_meanwhile() -> None:
    run = Scenario(task("a"), task("b", "a", retries=1))
    run.succeed("a")
    run.fail("b")
    run.clear("a")
    run.fail("a")

    assert run.row("b").retry_at is None
    assert run.state("b") == "upstream_failed"


def test_a_lost_attempt_uses_up_no_try() -> None:
    run = Scenario(task("a"))
    run.lose("a")
    row = run.row("a")

    assert (row.state.value, row.try_number, row.lost_count, row.attempt_id) == ("scheduled", 0, 1, None)
    assert row.reason == Text("test.lost")
    assert [type(decision) for decision in run.last] == [
        ReleaseAttempt,
        SetTaskInstance,
        SetTaskInstance,
        OfferTaskInstance,
    ]

    run.succeed("a")

    assert run.row("a").try_number == 1


def test_an_attempt_that_never_started_does_not_count_as_lost() -> None:
    run = Scenario(task("a"))
    for _ in range(3 * MAX_LOST_ATTEMPTS):
        run.lose("a", was_started=False)

    assert (run.state("a"), run.row("a").lost_count) == ("scheduled", 0)


def test_attempts_lost_too_often_use_up_tries() -> None:
    run = Scenario(task("a", retries=1))
    for _ in range(MAX_LOST_ATTEMPTS):
        run.lose("a")

    assert run.state("a") == "scheduled"

    run.lose("a")

    assert (run.state("a"), run.row("a").try_number) == ("up_for_retry", 1)

    run.retry("a")
    run.lose("a")

    assert run.state("a") == "failed"
    assert run.row("a").reason.fields == {"times": MAX_LOST_ATTEMPTS + 2, "limit": MAX_LOST_ATTEMPTS}


def test_an_attempt_that_was_killed_for_no_reason_of_ours_is_started_anew() -> None:
    run = Scenario(task("a"))
    run.killed("a", run.begin("a"))

    assert (run.state("a"), run.row("a").try_number, run.row("a").lost_count) == ("scheduled", 0, 0)


def test_a_lost_attempt_whose_upstream_was_cleared_waits() -> None:
    run = Scenario(task("a"), task("b", "a"))
    run.succeed("a")
    attempt = run.begin("b")
    run.clear("a")

    assert run.state("b") == "running"

    run.do(AttemptLost(key_of("b"), attempt, ERROR))

    assert run.state("b") == "none"


def test_late_and_repeated_reports_change_nothing() -> None:
    run = Scenario(task("a", retries=3), task("b", "a", trigger_rule=TriggerRule.ALL_DONE))
    first = run.begin("a")
    run.do(TaskInstanceFailed(key_of("a"), first, ERROR))
    before = run.run.instances()
    for attempt in (first, "never"):
        for event in (
            TaskInstanceStarted(key_of("a"), attempt),
            TaskInstanceSucceeded(key_of("a"), attempt),
            TaskInstanceFailed(key_of("a"), attempt, ERROR),
            TaskInstanceSkipped(key_of("a"), attempt),
            AttemptLost(key_of("a"), attempt, ERROR),
            AttemptCancelled(key_of("a"), attempt),
        ):
            assert run.do(event) == ()
    assert run.do(RunStarted()) == ()
    assert run.do(RetryDelayEnded(key_of("b"))) == ()
    assert run.run.instances() == before


def test_repeating_queued_and_started_changes_nothing() -> None:
    run = Scenario(task("a"))
    attempt = run.begin("a")

    assert run.do(TaskInstanceQueued(key_of("a"), attempt)) == ()
    assert run.do(TaskInstanceStarted(key_of("a"), attempt)) == ()


def test_slots_given_too_late_come_back() -> None:
    run = Scenario(task("a"))
    run.cancel()

    assert run.do(TaskInstanceQueued(key_of("a"), "late")) == (ReleaseAttempt(key_of("a"), "late"),)


@pytest.mark.parametrize("name", ["nobody", "a[0]", "m", "m[2]", "m[-2]"])
def test_unknown_task_instances_are_named(name: str) -> None:
    run = Scenario(task("a"), task("m", mapped=2))
    before = run.run.instances()

    with pytest.raises(UnknownTaskInstanceError, match=name.partition("[")[0]):
        run.do(TaskInstanceStarted(key_of(name), "x"))
    with pytest.raises(UnknownTaskInstanceError):
        run.clear("a", name)
    assert run.run.instances() == before
