"""Why a task instance waits, in words that every surface shows alike."""

from kernel_scenario import Scenario, key_of, task

from mulgil.i18n import Language, Text, render
from mulgil.kernel import AttemptLost, why_not_ready
from mulgil.kernel.readiness import RULES


def why(run: Scenario, name: str) -> Text | None:
    return why_not_ready(run.run, key_of(name), run.now)


def test_waits_for_the_run() -> None:
    assert why(Scenario(task("a"), start=False), "a") == Text("wait.run_queued")


def test_waits_for_upstreams() -> None:
    run = Scenario(task("a"), task("b"), task("c", "a", "b"))
    run.succeed("a")

    assert why(run, "c") == Text("wait.upstream", {"done": 1, "total": 2, "rule": "all_success"})


def test_waits_for_the_retry_delay() -> None:
    run = Scenario(task("a", retries=1))
    run.fail("a")

    assert why(run, "a") == Text("wait.retry_delay", {"at": "2026-01-01T00:05:00+00:00"})


def test_does_not_wait_here() -> None:
    run = Scenario(task("a"), task("b"))
    run.succeed("a")

    assert why(run, "a") is None
    assert why(run, "b") is None


def test_a_delay_that_has_passed_keeps_nobody() -> None:
    run = Scenario(task("a", retries=1))
    run.fail("a")
    run.now = run.row("a").retry_at

    assert why(run, "a") is None


def test_the_rules_can_explain_themselves_in_every_language() -> None:
    run = Scenario(task("a"), task("b", "a"))
    for rule in RULES:
        text = rule.explain(run.run, 1, run.row("b"), run.now)
        assert all(render(text, language=language) for language in Language)


def test_a_task_lost_after_its_upstream_was_cleared_says_so() -> None:
    run = Scenario(task("a"), task("b", "a"))
    run.succeed("a")
    attempt = run.begin("b")
    run.clear("a")
    run.do(AttemptLost(key_of("b"), attempt, Text("test.lost")))

    assert why(run, "b") == Text("wait.upstream", {"done": 0, "total": 1, "rule": "all_success"})
