"""The names that tasks and templates see."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mulgil.model import Connection, DataInterval
from mulgil.sdk import DAG, EmptyOperator, Param, build_context, render_value
from mulgil.sdk.context import CONTEXT_NAMES

NEW_YORK = {"timezone": "America/New_York"}


def context_of(runtime, **dag_arguments):
    task_params = dag_arguments.pop("task_params", {})
    with DAG("x", **dag_arguments):
        operator = EmptyOperator(task_id="a", params=task_params)
    runtime.dag_id, runtime.task_id = "x", "a"
    return build_context(operator, runtime)


def test_instants_are_in_the_dags_zone(runtime) -> None:
    context = context_of(runtime, **NEW_YORK)
    shown = {name: context[name] for name in ("ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz")}
    assert shown == {
        "ds": "2013-01-05",
        "ds_nodash": "20130105",
        "ts": "2013-01-05T00:00:00-05:00",
        "ts_nodash": "20130105T000000",
        "ts_nodash_with_tz": "20130105T000000-0500",
    }
    assert context["logical_date"] == context["data_interval_start"] == datetime(2013, 1, 5, 5, tzinfo=UTC)
    assert context["interval"].end.isoformat() == "2013-01-06T00:00:00-05:00"
    assert context["data_interval_start"] in context["interval"]
    assert context["data_interval_end"] not in context["interval"]


def test_without_a_zone_they_are_utc(runtime) -> None:
    runtime.interval = DataInterval.at(datetime(2024, 2, 29, 23, 30, 1, tzinfo=UTC))
    context = context_of(runtime)
    assert (context["ds"], context["ts"]) == ("2024-02-29", "2024-02-29T23:30:01+00:00")


def test_every_name_is_listed_and_can_be_read(runtime) -> None:
    context = context_of(runtime)
    assert set(context) | {"templates_dict"} == set(CONTEXT_NAMES)
    assert all(context[name] is context[name] for name in context)
    assert len(context) == len(list(context))
    with pytest.raises(KeyError):
        context["execution_date"]


def test_params_are_defaults_then_the_tasks_then_the_runs(runtime) -> None:
    runtime.conf = {"b": "run", "unknown": 1, "d": "run"}
    context = context_of(
        runtime,
        params={"a": Param("dag"), "b": "dag", "c": "dag", "needed": Param(type="string")},
        task_params={"c": "task", "d": Param("task")},
    )
    assert context["params"] == {"a": "dag", "b": "run", "c": "task", "d": "run"}


def test_the_run_and_the_task_instance_are_shown(runtime) -> None:
    context = context_of(runtime, **NEW_YORK)
    run, instance = context["dag_run"], context["ti"]
    assert (run.run_id, run.run_type, run.logical_date.isoformat()) == (
        "manual__1",
        "manual",
        "2013-01-05T00:00:00-05:00",
    )
    assert (instance.task_id, instance.map_index, instance.try_number) == ("a", -1, 1)
    assert context["task_instance"] is instance
    assert context["task_instance_key_str"] == "x__a__20130105"


def test_xcoms_are_pulled_one_or_many_with_defaults(runtime) -> None:
    runtime.xcoms = {
        ("b", -1, "return_value"): 1,
        ("c", -1, "k"): 2,
        ("m", 0, "return_value"): 3,
        ("m", 1, "return_value"): 4,
    }
    instance = context_of(runtime)["ti"]
    assert instance.xcom_pull("b") == 1
    assert instance.xcom_pull("c", key="k") == 2
    assert instance.xcom_pull(task_ids=["b", "none"], default=0) == [1, 0]
    assert instance.xcom_pull("none") is None
    assert instance.xcom_pull("m", map_indexes=None) == [3, 4]
    assert instance.xcom_pull("m", map_indexes=1) == 4
    instance.xcom_push("own", 5)
    assert instance.xcom_pull(key="own") == 5


def test_connections_are_read_by_name_when_they_are_used(runtime) -> None:
    runtime.connections = {"app-db": Connection(connection_id="app-db", conn_type="sqlite", host="a.db")}
    context = context_of(runtime)
    dag = context["dag"]
    text = "{{ conn['app-db'].host }} {{ conn.get('app-db').conn_type }}"
    assert render_value(text, context, field="f", dag=dag) == "a.db sqlite"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ interval.start | ds }}", "2013-01-05"),
        ("{{ data_interval_end | ts_nodash }}", "20130106T000000"),
        ("{{ macros.ds_add(ds, -5) }}", "2012-12-31"),
        ("{{ macros.ds_format(ds, '%Y-%m-%d', '%d/%m/%y') }}", "05/01/13"),
        ("{{ (logical_date - macros.timedelta(hours=1)).isoformat() }}", "2013-01-04T23:00:00-05:00"),
        ("{{ macros.json.dumps(params) }}", '{"n": 1}'),
        ("{{ ds | shout }} {{ word }}", "2013-01-05! hello"),
        ("plain { not a template }", "plain { not a template }"),
        ("{# comment #}x\n", "x\n"),
    ],
)
def test_templates_know_airflows_filters_and_macros(runtime, template, expected) -> None:
    context = context_of(
        runtime,
        **NEW_YORK,
        params={"n": 1},
        user_defined_filters={"shout": lambda text: f"{text}!"},
        user_defined_macros={"word": "hello"},
    )
    assert render_value(template, context, field="f", dag=context["dag"]) == expected


def test_rendering_walks_through_containers_and_leaves_the_rest_alone(runtime) -> None:
    context = context_of(runtime, **NEW_YORK)
    untouched = object()
    value = {"{{ ds }}": ["{{ ds }}", ("{{ run_id }}", 3)], "o": untouched, "s": {"{{ ds }}"}}
    rendered = render_value(value, context, field="f", dag=context["dag"])
    assert rendered == {"{{ ds }}": ["2013-01-05", ("manual__1", 3)], "o": untouched, "s": {"2013-01-05"}}
