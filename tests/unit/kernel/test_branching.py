"""Branching: who is skipped when a branch has chosen, and that the choice is remembered."""

from kernel_scenario import Scenario, dag_run, key_of, task

from mulgil.kernel import RunState, TaskInstanceSucceeded
from mulgil.model import TaskGroupSpec, TaskInstanceState, TriggerRule


def test_the_branches_not_chosen_are_skipped_at_once() -> None:
    run = Scenario(task("pick", is_branch=True), task("a", "pick"), task("b", "pick"), task("c", "b"))
    run.succeed("pick", branch=("a",))

    assert run.states() == {"pick": "success", "a": "scheduled", "b": "skipped", "c": "skipped"}
    assert run.row("b").reason.fields == {"task": "pick"}
    assert str(run.row("pick").reason.fields["chosen"]) == "a"


def test_a_join_right_below_the_branch_and_below_the_chosen_is_not_skipped() -> None:
    run = Scenario(
        task("pick"),
        task("a", "pick"),
        task("join", "a", "pick", trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS),
    )
    run.succeed("pick", branch=("a",))
    run.succeed("a", "join")

    assert run.run_state == "success"
    assert "skipped" not in run.states().values()


def test_choosing_the_join_skips_the_detour() -> None:
    run = Scenario(task("pick"), task("a", "pick"), task("join", "a", "pick", trigger_rule=TriggerRule.NONE_FAILED))
    run.succeed("pick", branch=("join",))

    assert run.states() == {"pick": "success", "a": "skipped", "join": "scheduled"}


def test_the_skip_outweighs_any_trigger_rule() -> None:
    run = Scenario(task("pick"), task("a", "pick", trigger_rule=TriggerRule.ALWAYS), task("b", "pick"))

    assert run.offered == ["pick", "a"]

    run.succeed("pick", branch=("b",))

    assert run.state("a") == "skipped"
    assert run.offered == ["b"]


def test_what_runs_already_is_left_alone() -> None:
    run = Scenario(task("pick"), task("a", "pick", trigger_rule=TriggerRule.ALWAYS), task("b", "pick"))
    attempt = run.begin("a")
    run.succeed("pick", branch=("b",))

    assert run.state("a") == "running"

    run.do(TaskInstanceSucceeded(key_of("a"), attempt))

    assert run.state("a") == "success"


def test_choosing_nothing_skips_all() -> None:
    run = Scenario(task("pick"), task("a", "pick"), task("b", "pick"))
    run.succeed("pick", branch=())

    assert run.states() == {"pick": "success", "a": "skipped", "b": "skipped"}
    assert run.run_state == "success"


def test_a_branch_with_nothing_below_it() -> None:
    run = Scenario(task("pick"), task("other"))
    run.succeed("pick", branch=("other",))

    assert run.states() == {"pick": "success", "other": "scheduled"}


def test_a_task_that_does_not_branch_skips_nobody() -> None:
    run = Scenario(task("pick"), task("a", "pick"))
    run.succeed("pick", branch=None)

    assert run.state("a") == "scheduled"


def test_a_choice_that_is_not_there_fails_without_another_try() -> None:
    run = Scenario(task("pick", retries=3), task("a", "pick"))
    run.succeed("pick", branch=("a", "nobody"))

    assert run.state("pick") == "failed"
    assert run.row("pick").reason.fields == {"chosen": "nobody"}


def test_a_group_can_be_chosen() -> None:
    run = Scenario(
        task("pick"),
        task("g.a", "pick", group="g"),
        task("g.b", "g.a", group="g"),
        task("other", "pick"),
        groups=(TaskGroupSpec("g"),),
    )
    run.succeed("pick", branch=("g",))

    assert run.states() == {"pick": "success", "g.a": "scheduled", "other": "skipped", "g.b": "none"}


def test_a_choice_further_down_follows_no_direct_branch() -> None:
    run = Scenario(task("pick"), task("a", "pick"), task("b", "a"))
    run.succeed("pick", branch=("b",))

    assert run.state("a") == "skipped"


def test_clearing_what_was_passed_over_skips_it_again() -> None:
    run = Scenario(task("pick"), task("a", "pick"), task("b", "pick"))
    run.succeed("pick", branch=("a",))
    run.clear("b")

    assert run.state("b") == "skipped"
    assert run.row("b").clear_number == 1


def test_the_choice_survives_a_restart() -> None:
    run = Scenario(task("pick"), task("a", "pick"), task("b", "pick"))
    run.succeed("pick", branch=("a",))
    run.run = RunState.load(run.run.graph, run.run.run, run.run.instances())
    run.clear("b")

    assert run.state("b") == "skipped"


def test_clearing_the_branch_lets_it_choose_anew() -> None:
    run = Scenario(task("pick"), task("a", "pick"), task("b", "pick"))
    run.succeed("pick", branch=("a",))
    run.clear("pick", "a", "b")

    assert run.states() == {"pick": "scheduled", "a": "none", "b": "none"}

    run.succeed("pick", branch=("b",))

    assert run.states() == {"pick": "success", "a": "skipped", "b": "scheduled"}


def test_marking_the_branch_forgets_its_choice() -> None:
    run = Scenario(task("pick"), task("a", "pick"), task("b", "pick"))
    run.succeed("pick", branch=("a",))
    run.clear("pick", "b")
    run.mark(TaskInstanceState.SUCCESS, "pick")

    assert run.state("b") == "scheduled"


def test_two_branches_may_pass_over_one_task() -> None:
    run = Scenario(task("p1"), task("p2"), task("x", "p1", "p2"), task("a", "p1"), task("b", "p2"))
    run.succeed("p1", branch=("a",))
    run.succeed("p2", branch=("b",))
    run.clear("p1")
    run.clear("x")

    assert run.state("x") == "skipped"
    assert run.row("x").reason.fields == {"task": "p2"}


def test_a_mapped_branch_passes_over_instances_of_its_own_index() -> None:
    run = Scenario(task("pick", mapped=2), task("a", "pick", mapped=2), task("b", "pick"))
    run.succeed("pick[0]", branch=())
    run.succeed("pick[1]", branch=("a",))

    assert run.state("a[0]") == "skipped"
    assert run.state("a[1]") == "scheduled"
    assert run.state("b") == "scheduled"


def test_runs_share_a_graph_and_nothing_else() -> None:
    one = Scenario(task("pick"), task("a", "pick"))
    other, _ = RunState.create(one.run.graph, dag_run("other"))
    one.succeed("pick", branch=())

    assert other.instance(key_of("a")).state.value == "none"
