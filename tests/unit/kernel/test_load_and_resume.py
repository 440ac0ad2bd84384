"""After a restart: the same counters from the stored rows, and what the shell takes up again."""

import pytest
from kernel_scenario import Scenario, dag, dag_run, key_of, task

from mulgil.i18n import Text
from mulgil.kernel import (
    CancelAttempt,
    OfferTaskInstance,
    RetryAt,
    RunMismatchError,
    RunState,
    compile_graph,
    resume,
)
from mulgil.model import TaskInstanceState


def reload(run: Scenario) -> None:
    rows = reversed(run.run.instances())
    run.run = RunState.load(run.run.graph, run.run.run, rows)


def test_fresh_rows_of_a_new_run() -> None:
    run = Scenario(task("a", retries=2), task("m", mapped=2), task("none", mapped=0), start=False)

    assert [(row.task_id, row.map_index, row.max_tries, row.try_number) for row in run.created] == [
        ("a", -1, 3, 0),
        ("m", 0, 1, 0),
        ("m", 1, 1, 0),
        ("none", -1, 1, 0),
    ]
    assert {(row.dag_id, row.run_id, row.state.value) for row in run.created} == {("dag", "run", "none")}


def test_mapped_over_nothing_is_skipped_when_it_would_run() -> None:
    run = Scenario(task("a"), task("m", "a", mapped=0), task("b", "m"))

    assert run.state("m") == "none"

    run.succeed("a")

    assert run.states() == {"a": "success", "m": "skipped", "b": "skipped"}
    assert run.row("m").reason == Text("reason.mapped_over_nothing")


def test_takes_up_what_was_under_way() -> None:
    run = Scenario(*(task(name, retries=1) for name in "abcdef"), task("z", *"abcdef"))
    run.succeed("a")
    run.fail("b")
    run.begin("c")
    run.queue("d")
    restarting = run.begin("e")
    run.clear("e")
    reload(run)

    assert resume(run.run) == (
        RetryAt(key_of("b"), run.row("b").retry_at),
        CancelAttempt(key_of("e"), restarting, Text("reason.cleared", {"by": "kim"})),
        OfferTaskInstance(key_of("f")),
    )


def test_kills_once_more_what_was_marked() -> None:
    run = Scenario(task("a"))
    attempt = run.begin("a")
    run.mark(TaskInstanceState.SUCCESS, "a")
    reload(run)
    (decision,) = resume(run.run)

    assert isinstance(decision, CancelAttempt)
    assert decision.attempt_id == attempt

    run.killed("a", attempt)

    assert run.run_state == "success"


def test_goes_on_where_it_stood() -> None:
    run = Scenario(task("m", mapped=2), task("b", "m"), task("c", "b"))
    run.succeed("m[0]")
    reload(run)
    run.succeed("m[1]")
    reload(run)
    run.succeed("b", "c")

    assert run.run_state == "success"


def test_rows_that_are_not_those_of_the_version_are_refused() -> None:
    run = Scenario(task("a"), task("m", mapped=2))
    rows = run.run.instances()
    other = compile_graph(dag(task("a"), task("m", mapped=3)))

    with pytest.raises(RunMismatchError, match="`m`"):
        RunState.load(other, dag_run(), rows)
    with pytest.raises(RunMismatchError, match="`m`"):
        RunState.load(compile_graph(dag(task("a"))), dag_run(), rows)
