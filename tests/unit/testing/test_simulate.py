"""Playing a dag in memory: scripted attempts, several runs together, chosen orders, standstill."""

from datetime import timedelta

import pytest

from mulgil.i18n import MulgilError
from mulgil.sdk import DAG, DagDefinitionError, EmptyOperator, task
from mulgil.testing import (
    Result,
    Script,
    chooses,
    dies,
    fails,
    first_in,
    gets_lost,
    last_in,
    runs_for_real,
    seeded,
    simulate,
    skips,
    succeeds,
    wave,
)


def diamond(**arguments: object) -> DAG:
    with DAG("diamond", schedule="@daily", start_date="2026-01-01", **arguments) as dag:
        top, left, right, bottom = (
            EmptyOperator(task_id=name, retries=2, retry_delay=timedelta(hours=1))
            for name in ("top", "left", "right", "bottom")
        )
        top >> [left, right] >> bottom
    return dag


def started(result: Result) -> list[str]:
    attempts = [(attempt.queued_at, attempt.attempt_id, attempt) for run in result.runs for attempt in run.attempts]
    return [attempt.task_id for _, _, attempt in sorted(attempts, key=lambda row: row[:2])]


def test_unscripted_attempts_succeed_and_unscripted_tasks_run_for_real() -> None:
    assert set(simulate(diamond(), script=Script()).states().values()) == {"success"}
    with DAG("real", schedule=None) as dag:

        @task
        def add(left: int, right: int) -> int:
            return left + right

        add(1, 2)
    assert simulate(dag).value("add") == 3


def test_the_line_that_says_most_decides_then_the_latest() -> None:
    script = (
        Script()
        .on("left", fails())
        .on("left", succeeds("second"), try_number=2)
        .on("left", dies(), run=1)
        .on("right", skips(), run=1)
        .on("right", succeeds("late"))
    )
    result = simulate(diamond(), runs=2, script=script)
    assert result.tries("left") == 2
    assert result.value("left") == "second"
    assert result.value("right") == "late"
    assert result.state("right", run=1) == "skipped"
    # In the second run two lines fit the second try, as well as each other: the latest decides.
    assert (result.state("left", run=1), result.tries("left", run=1)) == ("failed", 3)
    assert result.states(run=1)["bottom"] == "skipped"
    # Nothing that ended the run failed: what was last was skipped.
    assert (result.run_state(0), result.run_state(1)) == ("success", "success")
    assert not simulate(diamond(), script=Script().on("bottom", fails())).succeeded


def test_a_lost_attempt_consumes_no_try_and_a_final_failure_all() -> None:
    script = Script().on("left", gets_lost(), try_number=1, run=0).on("right", fails(may_retry=False))
    with pytest.raises(MulgilError) as refused:
        simulate(diamond(), script=Script().on("rigth", fails()))
    assert refused.value.text.fields["guess"] == "right"
    with pytest.raises(MulgilError) as refused:
        simulate(diamond(), script=Script().on("right", fails(), run=1))
    assert refused.value.text.code == "testing.no_such_run"
    result = simulate(diamond(), script=script)
    reason = result.reason("right")
    assert result.tries("right") == 1
    assert reason is not None
    # Lost five times in a row: the try counts as failed at last.
    assert result.run().instance("left").lost_count > 0


def test_branches_follow_the_script() -> None:
    with DAG("branching", schedule=None) as dag:

        @task.branch
        def choose() -> str:
            return "yes"

        choose() >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
    assert simulate(dag).states() == {"choose": "success", "yes": "success", "no": "skipped"}
    chosen = simulate(dag, script=Script().on("choose", chooses("no")))
    assert chosen.states() == {"choose": "success", "yes": "skipped", "no": "success"}
    assert set(simulate(dag, script=Script()).states().values()) == {"success"}


def test_mapped_tasks_are_scripted_by_index() -> None:
    with DAG("mapped", schedule=None) as dag:

        @task
        def double(number: int) -> int:
            return 2 * number

        double.expand(number=[1, 2, 3])
    script = Script(otherwise=runs_for_real()).on("double", fails(), map_index=1)
    result = simulate(dag, script=script)
    assert result.states() == {"double[0]": "success", "double[1]": "failed", "double[2]": "success"}
    assert result.value("double", map_index=2) == 6


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (first_in, ["top", "top", "left", "right", "left", "right", "bottom", "bottom"]),
        (last_in, ["top", "top", "left", "right", "bottom", "left", "right", "bottom"]),
        (wave, ["top", "top", "left", "right", "left", "right", "bottom", "bottom"]),
    ],
)
def test_several_runs_are_active_together_in_the_chosen_order(order: object, expected: list[str]) -> None:
    assert started(simulate(diamond(), runs=2, order=order, script=Script())) == expected


def test_the_same_seed_gives_the_same_run_and_other_seeds_others() -> None:
    def played(seed: int) -> list[tuple[str, str]]:
        result = simulate(diamond(), runs=3, order=seeded(seed), script=Script())
        assert result.succeeded
        ended = sorted(
            (attempt.ended_at, attempt.attempt_id, attempt) for run in result.runs for attempt in run.attempts
        )
        return [(attempt.run_id, attempt.task_id) for _, _, attempt in ended]

    assert played(4) == played(4)
    assert len({tuple(played(seed)) for seed in range(6)}) > 1


def test_retry_delays_pass_on_the_virtual_clock_only() -> None:
    result = simulate(diamond(), script=Script().on("top", fails(), try_number=1).on("left", succeeds(took=DAY)))
    run = result.run().run
    assert run.ended_at is not None
    assert run.started_at is not None
    assert run.ended_at - run.started_at == DAY + timedelta(hours=1)


DAY = timedelta(days=1)


def test_intervals_are_consecutive_and_max_active_runs_holds() -> None:
    result = simulate(
        diamond(max_active_runs=1), runs=3, first="2026-03-01", script=Script().on("top", succeeds(took=DAY))
    )
    assert [run.run.logical_date.day for run in result.runs] == [1, 2, 3]
    assert [run.run.run_type for run in result.runs] == ["scheduled"] * 3
    ends = [run.run.ended_at for run in result.runs]
    assert [later.run.started_at for later in result.runs[1:]] == ends[:-1]
    named = simulate(diamond(), runs=["2026-05-01", "2026-02-01"], run_type="manual", script=Script())
    assert [run.run_id for run in named.runs] == [
        "manual__2026-05-01T00:00:00+00:00",
        "manual__2026-02-01T00:00:00+00:00",
    ]


def test_a_standstill_is_reported_with_its_reasons() -> None:
    with DAG("stuck", schedule=None) as dag:
        EmptyOperator(task_id="first") >> EmptyOperator(task_id="greedy", pool="small", pool_slots=2)
    result = simulate(dag, script=Script(), pools={"small": 1})
    assert result.state("first") == "success"
    assert result.run_state() == "running"
    assert not result.succeeded
    [(where, why)] = result.why_standstill.items()
    assert where.endswith("/greedy")
    assert "small" in why


def test_fakes_reach_tasks_and_others_do_not_exist() -> None:
    with DAG("fakes", schedule=None) as dag:

        @task
        def look(conn: object = None, var: object = None) -> list[object]:
            return [conn.shop.host, conn.shop.port, var.value.bucket, var.json.limits]  # type: ignore[attr-defined]

        @task
        def other(conn: object = None) -> str:
            return conn.shopp.host  # type: ignore[attr-defined, no-any-return]

        look()
        other()
    result = simulate(
        dag,
        connections={"shop": {"conn_type": "http", "host": "http://shop", "port": 80}},
        variables={"bucket": "b", "limits": {"most": 3}},
    )
    assert result.value("look") == ["http://shop", 80, "b", {"most": 3}]
    reason = result.reason("other")
    assert reason is not None
    assert reason.code == reason.text.code
    assert not reason.startswith("Text(")
    with pytest.raises(MulgilError):
        simulate(dag, connections={"shop": {"hsot": "x", "conn_type": "http"}})
    with pytest.raises(MulgilError):
        simulate(dag, connections={"shop": "nonsense"})


def test_an_invalid_dag_raises() -> None:
    with DAG("cycle", schedule=None) as dag:
        one, two = EmptyOperator(task_id="one"), EmptyOperator(task_id="two")
        one >> two >> one
    with pytest.raises(DagDefinitionError):
        simulate(dag)


def test_values_can_be_large_and_of_any_stored_kind() -> None:
    with DAG("large", schedule=None) as dag:

        @task
        def make() -> dict[str, str]:
            return {"text": "x" * 200_000}

        @task
        def size(value: dict[str, str]) -> int:
            return len(value["text"])

        size(make())
    result = simulate(dag)
    assert result.value("size") == 200_000
    assert result.value("make") == {"text": "x" * 200_000}
