"""Running one task: arguments, templates, results, signals."""

from __future__ import annotations

from pathlib import Path

import pytest

from mulgil.i18n import render
from mulgil.sdk import (
    DAG,
    BaseOperator,
    BranchPythonOperator,
    Connection,
    EmptyOperator,
    OutsideTaskError,
    PythonOperator,
    TaskCallError,
    TaskFailed,
    TaskGroup,
    TaskSkipped,
    TemplateFieldError,
    Variable,
    describe_failure,
    get_current_context,
    has_runtime,
    running_operator,
    task,
)


def test_results_travel_between_tasks(runtime, result_of) -> None:
    with DAG("numbers") as dag:

        @task
        def one() -> int:
            return 1

        @task
        def add(left: int, right: int) -> int:
            return left + right

        add.override(task_id="total")(add(one(), 10), right=one())

    assert result_of(dag, "total") == 12


def test_results_inside_containers_are_replaced(runtime, result_of) -> None:
    with DAG("nested") as dag:

        @task
        def one() -> int:
            return 1

        @task
        def keep(value):
            return value

        first = one()
        keep({"list": [first, 2], "tuple": (first,), "plain": "x"})

    assert result_of(dag, "keep") == {"list": [1, 2], "tuple": (1,), "plain": "x"}
    assert dag.task("keep").op_args[0]["list"][0] is not 1  # noqa: F632 - the declaration itself stays as it was


def test_context_values_come_by_parameter_name(runtime, result_of) -> None:
    with DAG("context", timezone="America/New_York") as dag:

        @task
        def shown(prefix, ds, *, ti=None, run_id="unset", **context):
            return [prefix, ds, ti.task_id, run_id, context["ds_nodash"], "ti" in context]

        shown("at")

    assert result_of(dag, "shown") == ["at", "2013-01-05", "shown", "manual__1", "20130105", False]


def test_given_arguments_win_over_context_values(runtime, result_of) -> None:
    with DAG("given") as dag:

        @task
        def shown(ds, run_id=None):
            return [ds, run_id]

        shown("mine", run_id="own")

    assert result_of(dag, "shown") == ["mine", "own"]


def test_template_fields_are_rendered_for_the_run_only(runtime) -> None:
    with DAG("templates", timezone="America/New_York") as dag:
        operator = PythonOperator(
            task_id="show",
            python_callable=lambda *args, **kwargs: [*args, kwargs["day"]],
            op_args=["{{ interval.start | ds }}", "{{ params.n + 1 }}", 3],
            op_kwargs={"day": "{{ ds }}"},
            params={"n": 1},
        )

    assert runtime.run(operator).value == ["2013-01-05", "2", 3, "2013-01-05"]
    assert operator.op_kwargs == {"day": "{{ ds }}"}
    assert dag.task("show") is operator


def test_an_undefined_template_name_says_field_and_template(runtime) -> None:
    with DAG("broken"):
        operator = PythonOperator(task_id="show", python_callable=print, op_args=["{{ dss }}"])

    with pytest.raises(TemplateFieldError) as caught:
        runtime.run(operator)
    assert "op_args[0]" in str(caught.value)
    assert "{{ dss }}" in str(caught.value)
    assert "'dss' is undefined" in str(caught.value)


def test_templates_run_in_a_sandbox(runtime) -> None:
    with DAG("sandbox"):
        operator = PythonOperator(
            task_id="show", python_callable=print, op_args=["{{ ''.__class__.__mro__[1].__subclasses__() }}"]
        )

    with pytest.raises(TemplateFieldError, match="unsafe"):
        runtime.run(operator)


def test_variables_and_connections_are_read_through_the_runtime(runtime, result_of) -> None:
    runtime.variables = {"plain": "x", "nested": '{"a": [1]}'}
    with DAG("stored") as dag:

        @task
        def read(template):
            return [
                template,
                Variable.get("nested", deserialize_json=True),
                Variable.get("missing", default=None),
            ]

        read("{{ var.value.plain }}-{{ var.json.nested.a[0] }}-{{ var.value.get('none', 'd') }}")

    assert result_of(dag, "read") == ["x-1-d", {"a": [1]}, None]


def test_a_missing_variable_names_itself_and_the_remedy(runtime) -> None:
    with DAG("stored"):

        @task
        def read():
            return Variable.get("bucket")

        operator = read().task

    with pytest.raises(TaskCallError, match="mulgil variables set bucket"):
        runtime.run(operator)


def test_variables_connections_and_context_do_not_exist_outside_a_task() -> None:
    for wrong in (lambda: Variable.get("x"), lambda: Connection.get("x"), get_current_context):
        with pytest.raises(OutsideTaskError, match=r"test_execution\.py:\d+"):
            wrong()


def test_multiple_outputs_are_pushed_key_by_key(runtime, result_of) -> None:
    with DAG("outputs") as dag:

        @task
        def split() -> dict[str, int]:
            return {"left": 1, "right": 2}

        @task
        def use(left, right):
            return left * 10 + right

        parts = split()
        use(parts["left"], parts["right"])

    assert result_of(dag, "use") == 12


def test_multiple_outputs_refuse_anything_but_a_dict(runtime) -> None:
    with DAG("outputs"):

        @task(multiple_outputs=True)
        def split():
            return [1]

        operator = split().task

    with pytest.raises(TaskCallError, match="returned a list"):
        runtime.run(operator)


def test_a_key_that_was_not_pushed_is_named(runtime) -> None:
    with DAG("outputs"):

        @task
        def split() -> dict[str, int]:
            return {}

        @task
        def use(left):
            return left

        operator = use(split()["left"]).task

    with pytest.raises(TaskCallError, match="'left'"):
        runtime.run(operator)


def test_nothing_is_pushed_for_none_or_when_it_is_switched_off(runtime, result_of) -> None:
    with DAG("quiet") as dag:
        PythonOperator(task_id="none", python_callable=lambda: None)
        PythonOperator(task_id="off", python_callable=lambda: 1, do_xcom_push=False)

    result_of(dag, "none")
    assert runtime.xcoms == {}


def test_a_branch_chooses_tasks_and_groups_directly_after_it(runtime) -> None:
    with DAG("branch"):
        choice = BranchPythonOperator(task_id="choose", python_callable=lambda: ["b", "box"])
        a, b = EmptyOperator(task_id="a"), EmptyOperator(task_id="b")
        with TaskGroup("box") as box:
            EmptyOperator(task_id="first") >> EmptyOperator(task_id="second")
        choice >> [a, b, box]

    assert runtime.run(choice).branch == ("b", "box.first")


@pytest.mark.parametrize(("chosen", "words"), [("far", "doesn't come directly after"), (3, "returned 3")])
def test_a_branch_may_choose_nothing_else(runtime, chosen, words) -> None:
    with DAG("branch"):
        choice = BranchPythonOperator(task_id="choose", python_callable=lambda: chosen)
        choice >> EmptyOperator(task_id="near") >> EmptyOperator(task_id="far")

    with pytest.raises(TaskCallError, match=words):
        runtime.run(choice)


def test_a_branch_may_follow_none(runtime) -> None:
    with DAG("branch"):

        @task.branch
        def choose():
            return None

        result = choose()
        result >> EmptyOperator(task_id="near")

    assert runtime.run(result.task).branch == ()


def test_signals_pass_through_with_the_authors_words(runtime) -> None:
    with DAG("signals"):

        @task
        def skip():
            raise TaskSkipped("no data")

        @task
        def fail():
            raise TaskFailed("bad key")

        skipping, failing = skip().task, fail().task

    with pytest.raises(TaskSkipped) as skipped:
        runtime.run(skipping)
    assert skipped.value.text is not None
    assert render(skipped.value.text) == "The task skipped itself: no data"
    with pytest.raises(TaskFailed) as failed:
        runtime.run(failing)
    assert render(describe_failure(failed.value)) == "The task failed itself: bad key"


def test_a_failure_is_described_by_the_authors_innermost_line(runtime) -> None:
    with DAG("fails"):

        @task
        def divide():
            return 1 // 0  # the line

        operator = divide().task

    with pytest.raises(ZeroDivisionError) as caught:
        runtime.run(operator)
    text = describe_failure(caught.value)
    assert text.fields["kind"] == "ZeroDivisionError"
    line = int(text.fields["line"])
    with Path(__file__).open() as file:
        assert "# the line" in file.readlines()[line - 1]


def test_coroutine_functions_run_to_their_end(runtime, result_of, socket_enabled) -> None:
    # An event loop needs a socket pair of its own.
    with DAG("async") as dag:

        @task
        async def later():
            return 5

        later()

    assert result_of(dag, "later") == 5


def test_what_runs_is_known_while_it_runs(runtime) -> None:
    seen = []

    class Watcher(BaseOperator):
        def execute(self, context):
            seen.append((running_operator() is self, has_runtime(), get_current_context() is context))

    with DAG("watch"):
        operator = Watcher(task_id="watch")
    runtime.run(operator)

    assert seen == [(True, True, True)]
    assert running_operator() is None
    assert not has_runtime()


def test_operators_created_inside_a_running_task_join_nothing(runtime) -> None:
    with DAG("inner") as dag:

        @task
        def create():
            return EmptyOperator(task_id="loose").scope

        operator = create().task
        assert runtime.run(operator).value is None
    assert list(dag.nodes) == ["create"]


def test_what_other_tasks_give_is_never_read_as_a_template(runtime, result_of) -> None:
    with DAG("injection") as dag:

        @task
        def outside():
            return "{{ params.secret }}"

        @task
        def keep(value, plain):
            return [value, plain]

        keep(outside(), "{{ 1 + 1 }}")

    assert result_of(dag, "keep") == ["{{ params.secret }}", "2"]
