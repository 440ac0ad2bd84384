"""How a run ends: the leaves decide, and the culprit is named."""

import pytest
from kernel_scenario import START, Scenario, task

from mulgil.kernel import SetDagRun
from mulgil.model import TriggerRule


def test_a_dag_without_tasks_succeeds() -> None:
    assert Scenario().run_state == "success"


def test_all_succeeded() -> None:
    run = Scenario(task("a"), task("b", "a"))
    run.succeed("a")

    assert run.run_state == "running"

    run.succeed("b")

    assert (run.run_state, run.run.run.reason, run.run.run.ended_at) == ("success", None, START)
    assert isinstance(run.last[-1], SetDagRun)


def test_a_failure_that_a_later_task_deals_with_is_no_failure_of_the_run() -> None:
    run = Scenario(task("a"), task("b", "a", trigger_rule=TriggerRule.ALL_DONE))
    run.fail("a")
    run.succeed("b")

    assert run.run_state == "success"


@pytest.mark.parametrize("name", ["m[0]", "m[2]"])
def test_one_failed_instance_of_a_leaf_fails_the_run(name: str) -> None:
    run = Scenario(task("m", mapped=3), task("other"))
    run.fail(name)
    run.succeed(*sorted({"m[0]", "m[1]", "m[2]", "other"} - {name}))

    assert run.run_state == "failed"


def test_skipped_leaves_are_no_failure() -> None:
    run = Scenario(task("a"), task("b", "a", trigger_rule=TriggerRule.ALL_FAILED))
    run.succeed("a")

    assert run.run_state == "success"


def test_names_the_task_that_failed_first() -> None:
    run = Scenario(task("a"), task("b", "a"), task("c", "b"), task("d", "c"))
    run.succeed("a")
    run.fail("b")

    assert run.run.run.reason.fields == {"task": "b"}


def test_names_a_failed_leaf_before_one_that_could_not_run() -> None:
    run = Scenario(task("a"), task("b", "a"), task("z"))
    run.fail("a", "z")

    assert run.run.run.reason.fields == {"task": "z"}


def test_names_the_leaf_when_its_culprit_was_repaired_since() -> None:
    run = Scenario(task("a"), task("b", "a"))
    run.fail("a")
    run.clear("a")
    run.succeed("a")

    assert run.run.run.reason.fields == {"task": "b"}
