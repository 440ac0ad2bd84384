"""The thirteen trigger rules: when each says run, skip, upstream failed, and that none waits for ever."""

from itertools import product

import pytest
from kernel_scenario import Scenario, task

from mulgil.kernel.readiness import Verdict
from mulgil.kernel.readiness.trigger_rules import TRIGGER_RULES
from mulgil.kernel.upstream_tally import UpstreamTally
from mulgil.model import TriggerRule

R = TriggerRule

# What two upstream task instances have come to: s(uccess) f(ailed) u(pstream failed) k (skipped) . (not yet);
# and what follows: R(eady), W(ait), K (skip), F (upstream failed).
MIXES = ["ss", "sf", "su", "sk", "ff", "fu", "fk", "uu", "uk", "kk", "s.", "f.", "u.", "k.", ".."]
TABLE = {
    # mixes:                        ss sf su sk ff fu fk uu uk kk s. f. u. k. ..
    R.ALL_SUCCESS:                 "R  F  F  K  F  F  F  F  F  K  W  F  F  K  W",
    R.ALL_FAILED:                  "K  K  K  K  R  R  K  R  K  K  K  W  W  K  W",
    R.ALL_DONE:                    "R  R  R  R  R  R  R  R  R  R  W  W  W  W  W",
    R.ALL_DONE_SETUP_SUCCESS:      "R  R  R  R  R  R  R  R  R  R  W  W  W  W  W",
    R.ALL_DONE_MIN_ONE_SUCCESS:    "R  R  R  K  F  F  K  F  K  K  W  W  W  K  W",
    R.ONE_SUCCESS:                 "R  R  R  R  F  F  F  F  F  K  R  W  W  W  W",
    R.ONE_FAILED:                  "K  R  R  K  R  R  R  R  R  K  W  R  R  W  W",
    R.ONE_DONE:                    "R  R  R  R  R  R  R  K  K  K  R  R  W  W  W",
    R.NONE_FAILED:                 "R  F  F  R  F  F  F  F  F  R  W  F  F  W  W",
    R.NONE_FAILED_MIN_ONE_SUCCESS: "R  F  F  R  F  F  F  F  F  K  W  F  F  W  W",
    R.NONE_SKIPPED:                "R  R  R  K  R  R  K  R  K  K  W  W  W  K  W",
    R.ALL_SKIPPED:                 "K  K  K  K  K  K  K  K  K  R  K  K  K  W  W",
    R.ALWAYS:                      "R  R  R  R  R  R  R  R  R  R  R  R  R  R  R",
}  # fmt: skip
VERDICTS = {"R": Verdict.READY, "W": Verdict.WAIT, "K": Verdict.SKIP, "F": Verdict.UPSTREAM_FAILED}


def tally_of(mix: str) -> UpstreamTally:
    return UpstreamTally(
        len(mix),
        success=mix.count("s"),
        failed=mix.count("f"),
        upstream_failed=mix.count("u"),
        skipped=mix.count("k"),
        removed=mix.count("r"),
    )


@pytest.mark.parametrize(
    ("rule", "mix", "verdict"),
    [(rule, mix, letter) for rule, line in TABLE.items() for mix, letter in zip(MIXES, line.split(), strict=True)],
)
def test_every_mix_of_two(rule: TriggerRule, mix: str, verdict: str) -> None:
    assert TRIGGER_RULES[rule](tally_of(mix)) is VERDICTS[verdict]


def test_the_table_is_complete() -> None:
    assert set(TABLE) == set(TRIGGER_RULES) == set(TriggerRule)


@pytest.mark.parametrize("rule", TriggerRule)
def test_nothing_waits_once_all_upstream_have_ended(rule: TriggerRule) -> None:
    for size in range(1, 5):
        for mix in product("sfukr", repeat=size):
            assert TRIGGER_RULES[rule](tally_of("".join(mix))) is not Verdict.WAIT


@pytest.mark.parametrize("rule", TriggerRule)
def test_removed_instances_count_as_if_they_had_never_been(rule: TriggerRule) -> None:
    for mix in MIXES:
        assert TRIGGER_RULES[rule](tally_of(mix + "rr")) is TRIGGER_RULES[rule](tally_of(mix))


@pytest.mark.parametrize("rule", TriggerRule)
def test_a_task_without_upstreams_runs_whatever_its_rule(rule: TriggerRule) -> None:
    assert Scenario(task("a", trigger_rule=rule)).offered == ["a"]


def test_always_runs_with_the_start_of_the_run() -> None:
    run = Scenario(task("a"), task("b", "a", trigger_rule=R.ALWAYS))

    assert run.offered == ["a", "b"]


def test_one_success_runs_before_the_others_have_ended() -> None:
    run = Scenario(task("a"), task("b"), task("c", "a", "b", trigger_rule=R.ONE_SUCCESS))
    run.succeed("b")

    assert run.offered == ["a", "c"]


def test_failure_goes_down_the_whole_dag_in_one_event() -> None:
    run = Scenario(task("a"), task("b", "a"), task("c", "b"), task("d", "c", trigger_rule=R.ALL_DONE))
    run.fail("a")

    assert run.states() == {"a": "failed", "b": "upstream_failed", "c": "upstream_failed", "d": "scheduled"}
    assert run.row("c").reason.fields == {"task": "b"}


def test_a_join_sees_all_that_one_event_brings_before_it_is_judged() -> None:
    # x fails for a's sake and y is skipped for it: the failure outweighs the skip, whichever comes first.
    for names in (("x", "y"), ("y", "x")):
        rules = {"x": R.ALL_SUCCESS, "y": R.ALL_SKIPPED}
        run = Scenario(task("a"), *(task(n, "a", trigger_rule=rules[n]) for n in names), task("z", "x", "y"))
        run.fail("a")

        assert run.state("z") == "upstream_failed"


def test_every_instance_of_a_mapped_upstream_counts() -> None:
    run = Scenario(task("m", mapped=3), task("b", "m"), task("c", "m", trigger_rule=R.ONE_FAILED))
    run.succeed("m[0]", "m[2]")

    assert run.state("b") == "none"

    run.fail("m[1]")

    assert run.states()["b"] == "upstream_failed"
    assert run.states()["c"] == "scheduled"


def test_every_instance_of_a_mapped_task_gets_the_verdict() -> None:
    run = Scenario(task("a"), task("m", "a", mapped=3))
    run.fail("a")

    assert {run.row(f"m[{index}]").reason.fields["task"] for index in range(3)} == {"a"}
    assert set(run.states().values()) == {"failed", "upstream_failed"}


@pytest.mark.parametrize(
    ("rule", "end", "code"),
    [
        (R.ALL_SUCCESS, "fail", "reason.upstream_failed"),
        (R.NONE_SKIPPED, "skip", "reason.upstream_skipped"),
        (R.ALL_FAILED, "succeed", "reason.trigger_rule_unmet"),
        (R.ALL_SKIPPED, "fail", "reason.trigger_rule_unmet"),
        (R.ONE_FAILED, "succeed", "reason.trigger_rule_unmet"),
    ],
)
def test_says_why_a_task_never_ran(rule: TriggerRule, end: str, code: str) -> None:
    run = Scenario(task("a", mapped=0) if end == "skip" else task("a"), task("b", "a", trigger_rule=rule))
    if end != "skip":
        getattr(run, end)("a")

    assert run.row("b").reason.code == code
    assert run.row("b").ended_at == run.now
