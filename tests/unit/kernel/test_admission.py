"""Admission: limits, order, fairness, and what a waiting candidate is told."""

from datetime import timedelta

import pytest
from kernel_scenario import START, Scenario, key_of, task

from mulgil.i18n import FieldValue
from mulgil.kernel import Admission, Candidate, candidate_for, may_start_run, why_run_waits
from mulgil.kernel.admission.ranking import Ranking
from mulgil.model import TaskKey, WeightRule


def candidate(name: str, *, dag_id: str = "dag", run_id: str = "run", days: int = 0, **fields: object) -> Candidate:
    values: dict[str, object] = {
        "dag_id": dag_id,
        "run_id": run_id,
        "key": TaskKey(name),
        "pool": "default_pool",
        "pool_slots": 1,
        "weight": 1,
        "priority": 1,
        "interval_start": START + timedelta(days=days),
        "max_active_tasks": 16,
    }
    return Candidate(**{**values, **fields})


def admission(*candidates: Candidate, parallelism: int = 1000, **pools: int) -> Admission:
    made = Admission(parallelism=parallelism)
    for name, slots in {"default_pool": -1, **pools}.items():
        made.set_pool(name, slots)
    for one in candidates:
        made.offer(one)
    return made


def names(candidates: tuple[Candidate, ...]) -> list[str]:
    return [one.key.task_id for one in candidates]


def release(made: Admission, one: Candidate) -> None:
    made.release(one.dag_id, one.run_id, one.key)


def test_gives_no_more_than_there_are_slots() -> None:
    made = admission(candidate("a"), candidate("b"), candidate("c"))

    assert names(made.admit(2)) == ["a", "b"]
    assert names(made.admit(0)) == []
    assert names(made.admit(9)) == ["c"]
    assert (made.live, made.waiting) == (3, 0)


def test_parallelism_limits_all_together() -> None:
    a, b = candidate("a"), candidate("b")
    made = admission(a, b, candidate("c"), parallelism=2)

    assert names(made.admit(9)) == ["a", "b"]

    release(made, b)
    release(made, b)

    assert names(made.admit(9)) == ["c"]
    assert names(made.admit(9)) == []

    made.set_parallelism(3)
    made.offer(b)

    assert names(made.admit(9)) == ["b"]


def test_pool_slots_limit_a_pool() -> None:
    big = candidate("big", pool="db", pool_slots=2, priority=9)
    made = admission(big, candidate("small", pool="db"), candidate("other"), db=2)

    assert names(made.admit(9)) == ["big", "other"]
    assert made.pool_usage("db") == 2

    release(made, big)

    assert names(made.admit(9)) == ["small"]


def test_what_a_pool_cannot_take_now_lets_smaller_ones_pass() -> None:
    made = admission(
        candidate("first", pool="db", priority=9),
        candidate("big", pool="db", pool_slots=2, priority=8),
        candidate("small", pool="db", priority=7),
        db=2,
    )

    assert names(made.admit(9)) == ["first", "small"]


def test_pools_can_change() -> None:
    made = admission(candidate("a", pool="db"), candidate("b", pool="db"), db=0)

    assert names(made.admit(9)) == []

    made.set_pool("db", 1)

    assert names(made.admit(9)) == ["a"]

    made.remove_pool("db")
    made.remove_pool("db")

    assert names(made.admit(9)) == []

    made.set_pool("db", -1)

    assert names(made.admit(9)) == ["b"]


def test_a_run_keeps_to_max_active_tasks() -> None:
    a = candidate("a", max_active_tasks=1)
    made = admission(a, candidate("b", max_active_tasks=1), candidate("c", run_id="other", max_active_tasks=1))

    assert names(made.admit(9)) == ["a", "c"]

    release(made, a)

    assert names(made.admit(9)) == ["b"]


def test_a_paused_dag_gets_nothing() -> None:
    made = admission(candidate("a"), candidate("b", dag_id="other"))
    made.set_paused("dag", True)

    assert names(made.admit(9)) == ["b"]

    made.offer(candidate("c"))
    made.set_paused("dag", False)

    assert names(made.admit(9)) == ["a", "c"]


def test_order_within_a_dag() -> None:
    made = admission(
        candidate("late", run_id="2", days=1),
        candidate("early2", run_id="1"),
        candidate("important", run_id="2", days=1, priority=5),
        candidate("early1", run_id="1"),
    )

    assert names(made.admit(9)) == ["important", "early2", "early1", "late"]


def test_what_the_author_calls_important_goes_first_over_all_dags() -> None:
    made = admission(candidate("a", priority=99), candidate("b", dag_id="other", weight=2, priority=2))

    assert names(made.admit(9)) == ["b", "a"]


def test_a_huge_dag_does_not_starve_a_small_one() -> None:
    made = admission(*(candidate(f"huge{n:02}", dag_id="huge", priority=1000) for n in range(20)))

    assert names(made.admit(4)) == ["huge00", "huge01", "huge02", "huge03"]

    for name in ("s1", "s2", "s3"):
        made.offer(candidate(name, dag_id="small"))

    assert names(made.admit(5)) == ["s1", "s2", "s3", "huge04", "huge05"]


def test_dags_take_turns() -> None:
    made = admission(*(candidate(f"{dag}{n}", dag_id=dag) for dag in "abc" for n in range(3)))
    order = []
    for _ in range(9):
        (one,) = made.admit(1)
        order.append(one.key.task_id)
        release(made, one)

    assert order == ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]


def test_withdrawn_candidates_get_nothing() -> None:
    made = admission(candidate("a"), candidate("b"), candidate("c"))
    made.withdraw("dag", "run", TaskKey("b"))
    made.withdraw("dag", "run", TaskKey("b"))

    assert names(made.admit(9)) == ["a", "c"]


def test_offering_twice_counts_once() -> None:
    made = admission(candidate("a"), candidate("b"), candidate("a"))

    assert names(made.admit(9)) == ["a", "b"]


def test_offering_anew_with_another_priority_takes_another_place() -> None:
    made = admission(candidate("a"), candidate("b"), candidate("b", priority=5))

    assert names(made.admit(9)) == ["b", "a"]


def test_forgetting_a_run_frees_what_it_had() -> None:
    made = admission(candidate("a", pool="db"), candidate("b"), candidate("c", run_id="other", pool="db"), db=1)

    assert names(made.admit(1)) == ["a"]

    made.forget_run("dag", "run")

    assert (made.live, made.waiting, made.pool_usage("db")) == (0, 1, 0)
    assert names(made.admit(9)) == ["c"]

    made.forget_run("dag", "other")
    made.forget_run("dag", "unknown")

    assert made.live == 0


def test_counting_anew_at_takeover() -> None:
    made = admission(*(candidate(name, pool="db", max_active_tasks=2) for name in "abc"), db=2)
    made.admit(9)
    made.recount([candidate("a", pool="db", max_active_tasks=2), candidate("x", run_id="other")])

    assert (made.live, made.pool_usage("db")) == (2, 1)
    assert names(made.admit(9)) == ["c"]


def test_holding_twice_counts_once() -> None:
    made = admission()
    made.hold(candidate("a"))
    made.hold(candidate("a"))

    assert made.live == 1


def test_a_ranking_stays_as_small_as_what_stands_in_it() -> None:
    ranking: Ranking[str, tuple[int]] = Ranking()
    for number in range(1000):
        ranking.put("a", (-number,))
        ranking.put("b", (-number - 1,))

    assert len(ranking) == 2
    assert len(ranking._heap) < 100
    assert ranking.first() == ((-1000,), "b")


@pytest.mark.parametrize(
    ("one", "code", "fields"),
    [
        (candidate("a", dag_id="paused"), "wait.dag_paused", {"dag_id": "paused"}),
        (candidate("a", pool="nowhere"), "wait.pool_unknown", {"pool": "nowhere"}),
        (
            candidate("a", pool="db", pool_slots=3),
            "wait.pool_too_small",
            {"pool": "db", "slots": 2, "needed": 3},
        ),
        (candidate("a", pool="db"), "wait.pool_full", {"pool": "db", "slots": 2, "used": 2}),
        (candidate("a", max_active_tasks=2), "wait.max_active_tasks", {"limit": 2}),
        (candidate("a", run_id="other"), "wait.turn", {}),
    ],
)
def test_says_what_a_candidate_waits_for(one: Candidate, code: str, fields: dict[str, FieldValue]) -> None:
    made = admission(candidate("x", pool="db"), candidate("y", pool="db"), db=2)
    made.set_paused("paused", True)
    made.admit(9)
    why = made.why_waiting(one)

    assert (why.code, why.fields) == (code, fields)


def test_says_when_the_whole_scheduler_is_busy() -> None:
    made = admission(candidate("x"), parallelism=1)
    made.admit(9)

    assert made.why_waiting(candidate("a")).code == "wait.parallelism"


def test_a_candidate_is_made_from_its_run() -> None:
    run = Scenario(
        task("a", priority_weight=3, pool="db", pool_slots=2),
        task("b", "a", priority_weight=4, weight_rule=WeightRule.ABSOLUTE),
        max_active_tasks=7,
    )

    assert candidate_for(run.run, key_of("a")) == candidate(
        "a", pool="db", pool_slots=2, weight=3, priority=7, max_active_tasks=7
    )


def test_runs_wait_for_max_active_runs() -> None:
    assert may_start_run(1, 2)
    assert not may_start_run(2, 2)
    assert why_run_waits(1, 2) is None
    assert why_run_waits(2, 2).fields == {"active": 2, "limit": 2}
