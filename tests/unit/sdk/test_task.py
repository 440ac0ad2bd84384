"""Task arguments, calls and mapping: what is taken, what is refused, with which words."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from mulgil.model import Isolation, Mapping, RetryPolicy, TriggerRule, WeightRule
from mulgil.sdk import DAG, Asset, BaseOperator, BashOperator, DagDefinitionError, EmptyOperator, PythonOperator, task
from mulgil.sdk.mapped_values import MappedValues
from mulgil.sdk.origin import Origin


def test_every_common_argument_reaches_the_spec() -> None:
    with DAG("x") as declared:
        EmptyOperator(
            task_id="a",
            retries=3,
            retry_delay=30,
            retry_exponential_backoff=True,
            max_retry_delay=timedelta(minutes=10),
            execution_timeout=90.5,
            pool="p",
            pool_slots=2,
            priority_weight=7,
            weight_rule="upstream",
            trigger_rule="all_done",
            executor="SequentialExecutor",
            isolation="spawn",
            doc_md="doc",
            owner="me",
            inlets=[Asset("i", connection_id="c")],
            outlets=Asset("o"),
        )
    (spec,) = declared.to_spec().tasks
    assert spec.retry == RetryPolicy(3, timedelta(seconds=30), 2.0, timedelta(minutes=10))
    assert spec.execution_timeout == timedelta(seconds=90.5)
    assert (spec.pool, spec.pool_slots, spec.priority_weight) == ("p", 2, 7)
    assert (spec.weight_rule, spec.trigger_rule) == (WeightRule.UPSTREAM, TriggerRule.ALL_DONE)
    assert (spec.executor, spec.isolation, spec.doc, spec.owner) == ("SequentialExecutor", Isolation.SPAWN, "doc", "me")
    assert [(ref.connection_id, ref.name) for ref in (*spec.inlets, *spec.outlets)] == [("c", "i"), ("", "o")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"retries": -1}, "at least 0"),
        ({"retries": True}, "at least 0"),
        ({"retry_delay": "5m"}, "timedelta"),
        ({"retry_exponential_backoff": "yes"}, "no number"),
        ({"trigger_rule": "all_sucess"}, "Did you mean 'all_success'"),
        ({"isolation": "container"}, "Known: fork, spawn"),
        ({"outlets": ["table"]}, "no Asset"),
        ({"pool_slots": 0}, "at least 1"),
        ({"retires": 1}, "has no argument 'retires'. Did you mean 'retries'"),
        ({"depends_on_past": True}, "doesn't have yet"),
        ({"task_id": "no spaces"}, "task_id 'no spaces'"),
    ],
)
def test_wrong_arguments_name_task_line_and_remedy(arguments, words) -> None:
    with DAG("x"), pytest.raises(DagDefinitionError) as refused:
        EmptyOperator(**{"task_id": "a", **arguments})
    assert words in str(refused.value)
    assert str(refused.value).startswith(f"{__file__}:")


def test_a_missing_argument_of_an_operator_is_named() -> None:
    with DAG("x"), pytest.raises(DagDefinitionError, match=r"BashOperator 'a' can't be created.*bash_command"):
        BashOperator(task_id="a")


def test_type_errors_of_an_operators_own_code_pass_through() -> None:
    class Broken(BaseOperator):
        def __init__(self, **operator_arguments) -> None:
            super().__init__(**operator_arguments)
            len(5)

    with DAG("x"), pytest.raises(TypeError, match="has no len"):
        Broken(task_id="a")


@task
def example(a: int, b: str = "x", *, c: float, ds=None, ti=None): ...


@pytest.mark.parametrize(
    ("args", "kwargs", "words"),
    [
        ((), {}, "without its argument 'a'"),
        ((1,), {}, "without its argument 'c'"),
        ((1, 2, 3, 4, 5), {"c": 1}, "5 positional arguments, but takes 2: example("),
        ((1,), {"a": 2, "c": 1}, "'a' twice"),
        ((1,), {"c": 1, "bb": 2}, "Did you mean 'b'"),
        ((1,), {"c": 1, "zzzz": 2}, "It takes: a, b, c, ds, ti"),
    ],
)
def test_wrong_calls_are_found_while_the_dag_is_built(args, kwargs, words) -> None:
    with DAG("x"), pytest.raises(DagDefinitionError) as refused:
        example(*args, **kwargs)
    assert words in str(refused.value)
    assert str(refused.value).startswith(f"{__file__}:")


def test_right_calls_pass() -> None:
    with DAG("x"):
        example(1, c=2.0)
        example(a=1, b="y", c=2.0, ti=None)

        @task
        def loose(*args, **kwargs): ...

        loose(1, 2, three=3)
        task(print)("builtin without a signature of ours")


def test_calls_number_themselves_and_override_renames() -> None:
    with DAG("x") as declared:

        @task
        def step(): ...

        step()
        step()
        step.override(task_id="named", retries=2)()
        step()
    specs = declared.to_spec().tasks
    assert [spec.task_id for spec in specs] == ["step", "step__1", "named", "step__2"]
    assert specs[2].retry.retries == 2


def test_the_docstring_becomes_the_doc_and_the_function_stays_callable() -> None:
    with DAG("x") as declared:

        @task
        def step(n):
            """What it does."""
            return n + 1

        step(1)
    assert declared.to_spec().tasks[0].doc == "What it does."
    assert step.function(1) == 2
    assert step.__name__ == "step"


def test_mapping_over_literals_is_the_product_with_the_last_name_fastest(runtime) -> None:
    with DAG("x") as declared:

        @task
        def add(a, b, c):
            return [a, b, c]

        add.partial(c="c").expand(a=[1, 2], b={"k": "v", "l": "w"})
    (spec,) = declared.to_spec().tasks
    assert (spec.operator, spec.mapping) == ("@task", Mapping(("a", "b"), (2, 2)))
    got = [runtime.run(declared.task("add"), map_index=index).value for index in range(4)]
    assert got == [[1, ("k", "v"), "c"], [1, ("l", "w"), "c"], [2, ("k", "v"), "c"], [2, ("l", "w"), "c"]]


def test_map_indexes_follow_itertools_product() -> None:
    arguments = {"a": range(3), "b": ["x", "y", "z", "w"], "c": (True, False)}
    values = MappedValues.product(arguments, origin=Origin())
    expected = list(itertools.product(*arguments.values()))
    assert [tuple(values.at(index)[name] for name in arguments) for index in range(values.count)] == expected
    assert dict(values.at(values.count - 1)) == {"a": 2, "b": "w", "c": False}
    with pytest.raises(IndexError):
        values.at(values.count)


def test_expand_kwargs_maps_over_dicts(runtime) -> None:
    with DAG("x") as declared:

        @task
        def add(a, b=10):
            return a + b

        result = add.expand_kwargs([{"a": 1}, {"a": 2, "b": 3}])

        @task
        def total(numbers):
            return sum(numbers)

        total(result)
    assert declared.to_spec().tasks[0].mapping == Mapping((), (2,))
    runtime.run_all(declared)
    assert runtime.xcoms["total", -1, "return_value"] == 16


def test_classic_operators_map_by_partial(runtime) -> None:
    with DAG("x", default_args={"retries": 4}) as declared:
        mapped = BashOperator.partial(task_id="sh", env={"A": "{{ map_index }}"}).expand(
            bash_command=["echo $A", "echo 2$A"]
        )
        mapped >> EmptyOperator(task_id="end")
    first, end = declared.to_spec().tasks
    assert (first.operator, first.retry.retries, first.mapping) == ("BashOperator", 4, Mapping(("bash_command",), (2,)))
    assert end.upstream == ("sh",)
    assert [runtime.run(declared.task("sh"), map_index=index).value for index in (0, 1)] == ["0", "21"]


def test_mapped_values_may_be_results_and_templates(runtime) -> None:
    with DAG("x", timezone="America/New_York") as declared:

        @task
        def one():
            return 1

        @task
        def show(value):
            return value

        show.expand(value=[one(), "{{ ds }}", 3])
    assert declared.to_spec().tasks[1].upstream == ("one",)
    runtime.run_all(declared)
    assert [runtime.xcoms["show", index, "return_value"] for index in range(3)] == [1, "2013-01-05", 3]


def test_an_empty_list_maps_to_no_instance() -> None:
    with DAG("x") as declared:
        example.partial(c=1).expand(a=[])
    assert declared.to_spec().tasks[0].mapping == Mapping(("a",), (0,))


def test_mapping_does_not_copy_a_long_list() -> None:
    long = range(100_000)
    with DAG("x") as declared:
        example.partial(c=1).expand(a=long)
    assert declared.to_spec().tasks[0].mapping == Mapping(("a",), (100_000,))
    assert declared.task("example").values.arguments["a"] is long


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: example.expand(), "expand\\(\\) is called without arguments"),
        (lambda: example.partial(c=1).expand(a="abc"), "no items to map over"),
        (lambda: example.partial(c=1).expand(a=5), "no items to map over"),
        (lambda: example.expand(a=[1]), "without its argument 'c'"),
        (lambda: example.partial(c=1).expand(aa=[1]), "Did you mean 'a'"),
        (lambda: example.partial(d=1), "'d'"),
        (lambda: example.partial(c=1).expand_kwargs([1]), "list of dicts"),
        (lambda: example.partial(c=1).expand_kwargs([{"a": 1}, {"b": 1}]), "without its argument 'a'"),
        (lambda: example.partial(c=1).expand(a=example(1, c=1)), "the result of task 'example'"),
        (lambda: BashOperator.partial(task_id="a", bash_comand="x"), "Did you mean 'bash_command'"),
        (lambda: BashOperator.partial(task_id="a").expand(retries=[1]), "no argument 'retries'"),
        (lambda: BashOperator.partial(task_id="a").expand(bash_comand=["x"]), "Did you mean 'bash_command'"),
    ],
)
def test_wrong_mappings_are_refused(make, words) -> None:
    with DAG("x"), pytest.raises(DagDefinitionError, match=words):
        make()


def test_a_mapped_operators_missing_argument_is_found_when_the_dag_is_compiled() -> None:
    with DAG("x") as declared:
        PythonOperator.partial(task_id="a").expand(op_args=[[1]])
    with pytest.raises(DagDefinitionError, match="python_callable"):
        declared.to_spec()


def test_results_have_no_length_and_only_text_keys() -> None:
    with DAG("x"):
        result = example(1, c=1)
        with pytest.raises(TypeError, match="no length"):
            list(result)
        with pytest.raises(TypeError, match="string"):
            result[0]


def test_dicts_with_text_keys_in_the_annotation_mean_multiple_outputs() -> None:
    with DAG("x") as declared:

        @task
        def typed() -> dict[str, int]: ...

        @task(multiple_outputs=False)
        def typed_off() -> dict[str, int]: ...

        @task
        def untyped(): ...

        typed()
        typed_off()
        untyped()
    outputs = {operator.task_id: operator.multiple_outputs for operator in declared.tasks}
    assert outputs == {"typed": True, "typed_off": False, "untyped": False}


def test_forms_of_the_decorator_that_are_not_there_are_named() -> None:
    with pytest.raises(
        DagDefinitionError, match=r"test_task\.py:\d+: mulgil doesn't have @task\.short_circuit yet.*TaskSkipped"
    ):
        task.short_circuit  # noqa: B018 - reading it is what is tested
    assert not hasattr(task, "docker")


def test_functions_that_are_not_called_are_told_how_to_be() -> None:
    with DAG("x"):

        @task
        def first() -> None: ...

        @task
        def second() -> None: ...

        for connect, code in (
            (lambda: first >> second, r"first\(\) >> second\(\)"),
            (lambda: first << [second, first], r"first\(\) << \[second\(\), first\(\)\]"),
            (lambda: first() >> second, r"second\(\)"),
            (lambda: first >> second(), r"first\(\) >> second"),
            (lambda: [first] >> second(), r"first\(\)"),
        ):
            with pytest.raises(DagDefinitionError, match=rf"test_task\.py:\d+: .* Call it: {code}"):
                connect()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sensor", "checks and raises.*retries and retry_delay"),
        ("virtualenv", "there are @task, @task.branch and @task.bash"),
        ("brunch", "there is no @task.brunch"),
    ],
)
def test_unknown_decorators_name_what_there_is(name, words) -> None:
    with pytest.raises(AttributeError, match=rf"test_task\.py:\d+: .*{words}"):
        getattr(task, name)


def test_an_executor_that_there_is_not_is_refused_where_the_task_is_declared() -> None:
    with DAG("x"), pytest.raises(DagDefinitionError, match=r"CeleryExecutor.*LocalExecutor, SequentialExecutor"):
        EmptyOperator(task_id="a", executor="CeleryExecutor")


def test_callbacks_have_a_remedy_of_their_own() -> None:
    with DAG("x"), pytest.raises(DagDefinitionError, match=r"on_failure_callback.*trigger_rule='one_failed'"):
        EmptyOperator(task_id="a", on_failure_callback=print)
