"""Declaring dags: arguments, dates, defaults, what is refused and how."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from mulgil.model import CronTimetable, DeltaTimetable, ManualTimetable
from mulgil.model import CronTriggerTimetable as CronTriggerData
from mulgil.sdk import DAG, DagDefinitionError, EmptyOperator, Param, TaskGroup, dag, task
from mulgil.timetables import CronTriggerTimetable, DeltaTriggerTimetable


def test_a_dag_compiles_to_what_was_declared() -> None:
    with DAG(
        "sales",
        schedule="@daily",
        start_date="2013-01-01",
        end_date=date(2013, 12, 31),
        timezone="America/New_York",
        catchup=True,
        max_active_runs=3,
        max_active_tasks=5,
        dagrun_timeout=timedelta(hours=2),
        is_paused_upon_creation=True,
        tags=["b", "a", "b"],
        owner="data",
        description="short",
        doc_md="long",
        params={"n": Param(1, type="integer"), "plain": "x"},
    ) as declared:
        EmptyOperator(task_id="only")

    spec = declared.to_spec()

    assert spec.timetable == CronTimetable("0 0 * * *", "America/New_York")
    assert spec.start_date == datetime(2013, 1, 1, 5, tzinfo=UTC)
    assert spec.end_date == datetime(2013, 12, 31, 5, tzinfo=UTC)
    assert (spec.catchup, spec.max_active_runs, spec.max_active_tasks) == (True, 3, 5)
    assert spec.dagrun_timeout == timedelta(hours=2)
    assert spec.is_paused_upon_creation
    assert (spec.tags, spec.owner, spec.description, spec.doc) == (("a", "b"), "data", "short", "long")
    assert (spec.params["n"].default, spec.params["n"].schema) == (1, {"type": "integer"})
    assert spec.params["plain"].default == "x"


def test_the_zone_comes_from_the_start_date_when_none_is_named() -> None:
    seoul = DAG("a", start_date=datetime(2024, 1, 1, tzinfo=ZoneInfo("Asia/Seoul")))
    assert (seoul.timezone, seoul.start_date) == ("Asia/Seoul", datetime(2023, 12, 31, 15, tzinfo=UTC))
    fixed = DAG("b", start_date=datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=9))))
    assert (fixed.timezone, fixed.start_date) == ("UTC", datetime(2023, 12, 31, 15, tzinfo=UTC))
    assert DAG("c", start_date="2024-01-01").start_date == datetime(2024, 1, 1, tzinfo=UTC)


def test_schedules_are_read_by_the_timetables() -> None:
    assert DAG("a").to_spec().timetable == ManualTimetable()
    every = DAG("b", schedule=timedelta(hours=6), start_date="2024-01-01")
    assert every.timetable == DeltaTimetable(timedelta(hours=6), datetime(2024, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"schedule": "every day"}, "schedule of dag 'x' can't be used"),
        ({"schedule": timedelta(hours=1)}, "start_date"),
        ({"timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"start_date": "last week"}, "start_date is 'last week', which is no date"),
        ({"start_date": 5}, "no date"),
        ({"max_active_runs": 0}, "at least 1"),
        ({"dagrun_timeout": "1h"}, "timedelta"),
        ({"shedule": "@daily"}, "Did you mean 'schedule'"),
        ({"zzz": 1}, "It takes: catchup"),
        ({"schedule_interval": "@daily"}, "Did you mean 'schedule'"),
        ({"fail_fast": True}, "doesn't have yet"),
    ],
)
def test_what_a_dag_refuses_names_the_line(arguments, words) -> None:
    with pytest.raises(DagDefinitionError) as refused:
        DAG("x", **arguments)
    assert words in str(refused.value)
    assert str(refused.value).startswith(f"{__file__}:")


@pytest.mark.parametrize("dag_id", ["", "a b", "../x", ".hidden", "a/b", "가" * 100, 5, "-x"])
def test_ids_that_could_leave_a_folder_or_a_line_are_refused(dag_id) -> None:
    with pytest.raises(DagDefinitionError, match="dag_id"):
        DAG(dag_id)


def test_ids_may_be_korean() -> None:
    assert DAG("매출.일별-1_a").dag_id == "매출.일별-1_a"


def test_the_decorator_declares_a_dag_when_it_is_called() -> None:
    @dag(schedule="@hourly", tags=["x"])
    def loads(name: str = "one"):
        """What it is for."""
        EmptyOperator(task_id=name)

    first, second = loads(), loads("two")
    assert (first.dag_id, first.doc_md, first.tags) == ("loads", "What it is for.", ("x",))
    assert [each.tasks[0].task_id for each in (first, second)] == ["one", "two"]


def test_the_decorator_takes_an_id_or_nothing() -> None:
    @dag
    def bare():
        EmptyOperator(task_id="a")

    @dag("named")
    def other(): ...

    @dag(dag_id="by_name")
    def third(): ...

    assert [bare().dag_id, other().dag_id, third().dag_id] == ["bare", "named", "by_name"]


def test_default_args_reach_tasks_and_lose_against_their_own() -> None:
    with DAG("x", default_args={"retries": 2, "owner": "dag", "pool": "small"}) as declared:
        EmptyOperator(task_id="a")
        EmptyOperator(task_id="b", retries=5)
        with TaskGroup("g", default_args={"owner": "group"}):
            EmptyOperator(task_id="c")

            @task(owner="own")
            def d(): ...

            d()
            d.override(task_id="e").expand_kwargs([{}, {}])

    found = {t.task_id: (t.retry.retries, t.owner, t.pool) for t in declared.to_spec().tasks}
    assert found == {
        "a": (2, "dag", "small"),
        "b": (5, "dag", "small"),
        "g.c": (2, "group", "small"),
        "g.d": (2, "own", "small"),
        "g.e": (2, "own", "small"),
    }


def test_default_args_reach_the_arguments_of_own_operators() -> None:
    from mulgil.sdk import BaseOperator

    class Copy(BaseOperator):
        def __init__(self, *, table: str, **operator_arguments) -> None:
            super().__init__(**operator_arguments)
            self.table = table

    with DAG("x", default_args={"table": "t", "retries": 1}) as declared:
        copy = Copy(task_id="copy")
        EmptyOperator(task_id="other")

    assert (copy.table, copy.retry.retries) == ("t", 1)
    assert len(declared.to_spec().tasks) == 2


def test_a_default_that_no_task_takes_is_an_error() -> None:
    with DAG("x", default_args={"retires": 2}) as declared:
        EmptyOperator(task_id="a")
    with pytest.raises(DagDefinitionError, match=r"default_args has 'retires'.*Did you mean 'retries'"):
        declared.to_spec()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "on_failure_callback",
            r"default_args of dag 'x' has 'on_failure_callback'; mulgil has no callbacks yet.*all_done",
        ),
        ("sla_miss_callback", "mulgil has no callbacks yet"),
        ("depends_on_past", "'depends_on_past', which mulgil doesn't have yet. Remove it"),
    ],
)
def test_a_default_that_airflow_has_is_told_apart_from_a_typing_error(name: str, message: str) -> None:
    with DAG("x", default_args={name: print}) as declared:
        EmptyOperator(task_id="a")
    with pytest.raises(DagDefinitionError, match=message):
        declared.to_spec()


def test_a_task_outside_any_dag_is_refused_when_it_is_compiled_or_called() -> None:
    @task
    def alone(): ...

    with pytest.raises(DagDefinitionError, match="outside any dag"):
        alone()


def test_params_that_are_no_json_are_refused() -> None:
    with pytest.raises(DagDefinitionError, match="param 'p'"):
        DAG("x", params={"p": object()}).to_spec()


def test_a_param_without_default_is_refused_where_the_clock_makes_runs() -> None:
    needed = {"n": Param(type="integer")}
    assert DAG("x", params=needed).to_spec().params["n"].schema == {"type": "integer"}
    with pytest.raises(DagDefinitionError, match="param 'n' of dag 'y' has no default"):
        DAG("y", params=needed, schedule="@daily", start_date="2024-01-01").to_spec()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"retries": 3}, r"'retries', which is an argument of tasks.*default_args=\{'retries': …\}"),
        ({"on_failure_callback": print}, "no callbacks yet.*trigger_rule='one_failed'"),
        ({"schedule": "@daily", "catchup": True}, "catchup=True, but no start_date"),
    ],
)
def test_what_belongs_elsewhere_or_is_missing_is_told_with_a_remedy(arguments, words) -> None:
    with pytest.raises(DagDefinitionError, match=rf"test_dag\.py:\d+: .*{words}"):
        DAG("x", **arguments)


@pytest.mark.parametrize(
    ("default", "schema", "rule"),
    [
        ("x", {"type": "integer"}, "type integer"),
        (None, {"type": "string"}, "type string"),
        (0, {"minimum": 1}, "minimum 1"),
    ],
)
def test_a_default_that_contradicts_its_schema_is_refused_where_it_is_written(default, schema, rule) -> None:
    with pytest.raises(
        DagDefinitionError, match=rf"test_dag\.py:\d+: the default .* contradicts its own schema: {rule}"
    ):
        Param(default, **schema)
    Param(**schema)


def test_a_default_may_be_null_where_the_schema_says_so() -> None:
    assert Param(None, type=["string", "null"]).default is None


def test_a_timetable_by_name_takes_the_zone_of_the_dag() -> None:
    declared = DAG("sales", schedule=CronTriggerTimetable("0 6 * * *"), timezone="Asia/Seoul")

    assert declared.to_spec().timetable == CronTriggerData(("0 6 * * *",), "Asia/Seoul")


def test_a_timetable_that_needs_a_start_date_says_so() -> None:
    with pytest.raises(DagDefinitionError, match="start_date=") as caught:
        DAG("sales", schedule=DeltaTriggerTimetable(timedelta(hours=6)))

    assert caught.value.text.code == "sdk.bad_schedule"
