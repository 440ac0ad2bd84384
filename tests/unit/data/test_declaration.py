"""What `load` and `transform` declare, and what is refused when the dag is compiled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mulgil.connectors.files import CsvSource
from mulgil.data import LoadOperator, Table, checks, load, transform
from mulgil.data.errors import DeclarationError
from mulgil.model import AssetRef
from mulgil.sdk import DAG, DagDefinitionError, task
from mulgil.timetables import CronTriggerTimetable, EventsTimetable

raw = Table("warehouse", "raw.flights", key=["id"], partition_by="day")
daily = Table("warehouse", "mart.daily", partition_by="day")
app = Table("app", "daily", partition_by="day")
whole = Table("warehouse", "lookup")
FILE = CsvSource("in.csv")
JAN_1 = datetime(2013, 1, 1, tzinfo=UTC)


def dag(**arguments: object) -> DAG:
    return DAG("d", **{"schedule": "@daily", "start_date": "2013-01-01", **arguments})  # type: ignore[arg-type]


def test_tasks_follow_from_what_is_read_and_written():
    with dag(timezone="America/New_York") as declared:
        load(daily, into=app)
        transform(
            "select * from {{ raw }} join {{ other }} using (id) where day = {{ ds }}",
            into=daily,
            tables={"other": whole},
        )
        load(FILE, into=raw, checks=[checks.not_null("id")])
        load(FILE, into=whole)
    tasks = {spec.task_id: spec for spec in declared.to_spec().tasks}
    assert {name: spec.upstream for name, spec in tasks.items()} == {
        "raw_flights": (),
        "lookup": (),
        "mart_daily": ("lookup", "raw_flights"),
        "daily": ("mart_daily",),
    }
    summary = tasks["mart_daily"]
    assert summary.inlets == (AssetRef("warehouse", "lookup"), AssetRef("warehouse", "raw.flights"))
    assert summary.outlets == (AssetRef("warehouse", "mart.daily"),)
    assert summary.is_resolvable
    assert {"duckdb", "pyarrow", "pyarrow.parquet"} <= set(summary.preload)
    assert declared.to_spec().tasks == tuple(tasks.values())


def test_an_hourly_dag_into_a_day_grain_is_refused_naming_both():
    with dag(schedule="@hourly") as declared:
        load(FILE, into=raw)
    with pytest.raises(DagDefinitionError, match=r"whole days of raw\.flights.*dag 'd' is scheduled '0 \* \* \* \*'"):
        declared.to_spec()


@pytest.mark.parametrize(
    "schedule",
    [
        "@daily",
        "@weekly",
        "@monthly",
        "0 0 * * 1-5",
        timedelta(days=2),
        CronTriggerTimetable("@daily", interval=timedelta(days=1)),
        CronTriggerTimetable("@weekly", interval=timedelta(days=7)),
    ],
)
def test_whole_days_are_taken(schedule):
    with dag(schedule=schedule) as declared:
        load(FILE, into=raw)
    declared.to_spec()


def test_the_days_of_another_zone_are_refused():
    seoul = Table("warehouse", "t", partition_by="at", timezone="Asia/Seoul")
    with dag() as declared:
        load(FILE, into=seoul)
    with pytest.raises(DagDefinitionError, match="Asia/Seoul"):
        declared.to_spec()


@pytest.mark.parametrize("schedule", [None, "@once", CronTriggerTimetable("@daily"), EventsTimetable([JAN_1])])
def test_a_dag_without_intervals_must_name_its_partitions(schedule):
    with dag(schedule=schedule) as declared:
        load(FILE, into=raw)
    with pytest.raises(DagDefinitionError, match="nothing says which"):
        declared.to_spec()
    with dag(schedule=schedule) as named:
        load(FILE, into=raw, partition="{{ params.day }}")
        load(FILE, into=whole)
        load(FILE, into=daily, mode="replace")
    named.to_spec()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"into": whole, "mode": "replace_partition"}, "has no partition_by"),
        ({"into": raw, "mode": "replace", "partition": "2013-01-05"}, "doesn't use"),
        ({"into": Table("w", "v", partition_by="c", grain="value")}, "grain=value"),
    ],
)
def test_modes_and_partitions_that_contradict(arguments, words):
    with dag() as declared:
        load(FILE, **arguments)
    with pytest.raises(DagDefinitionError, match=words):
        declared.to_spec()


def test_two_modes_on_one_table_are_refused():
    with dag() as declared:
        load(FILE, into=raw, task_id="one")
        load(FILE, into=raw, task_id="two", mode="replace")
    with pytest.raises(DagDefinitionError, match=r"'one' \(replace_partition\) and 'two' \(replace\)"):
        declared.to_spec()


def test_a_transform_reads_where_it_writes():
    with dag() as declared:
        transform("select * from {{ raw }}", into=app)
    with pytest.raises(DagDefinitionError, match="one query can't reach both"):
        declared.to_spec()


def test_what_is_no_source_table_or_mode_is_refused():
    with dag():
        with pytest.raises(DagDefinitionError, match="a str as its source"):
            load("in.csv", into=raw)  # type: ignore[arg-type]
        with pytest.raises(DagDefinitionError, match="not 'raw'"):
            LoadOperator(task_id="x", source=FILE, into="raw")  # type: ignore[arg-type]
        with pytest.raises(DagDefinitionError, match="'upsert'"):
            load(FILE, into=raw, mode="upsert")
    with pytest.raises(DeclarationError, match="'week'"):
        Table("w", "t", grain="week")


def test_results_of_tasks_are_edges():
    with dag() as declared:

        @task
        def path() -> str:
            return "in.csv"

        load(CsvSource(path()), into=raw)  # type: ignore[arg-type]
    assert [spec.upstream for spec in declared.to_spec().tasks] == [(), ("path",)]


def test_task_ids_are_kept_apart():
    with dag():
        assert [load(FILE, into=raw).task_id for _ in range(2)] == ["raw_flights", "raw_flights__1"]


@pytest.mark.parametrize("task_id", [None, "named"])
def test_a_table_given_by_its_name_is_refused_where_it_stands(task_id):
    with dag(), pytest.raises(DagDefinitionError) as refused:
        load(FILE, into="raw.flights", task_id=task_id)  # type: ignore[arg-type]
    assert refused.value.text.code == "data.into_no_table"
    assert refused.value.text.fields["value"] == "'raw.flights'"
    assert str(refused.value.text.fields["file"]).endswith("test_declaration.py")
    with dag(), pytest.raises(DagDefinitionError, match="Table"):
        transform("select 1", into="x", task_id=task_id)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ([checks.not_null], "not_null"),
        (["not_null"], "'not_null'"),
        ("not_null", "'not_null'"),
        ([checks.unique("id"), 3], "3"),
    ],
)
def test_what_is_no_check_is_refused(given, value):
    with dag(), pytest.raises(DagDefinitionError) as refused:
        load(FILE, into=whole, checks=given)
    assert (refused.value.text.code, refused.value.text.fields["value"]) == ("data.no_check", value)


def test_a_check_that_does_not_exist_names_the_nearest():
    with pytest.raises(AttributeError, match="did you mean 'not_null'") as refused:
        checks.notnull  # noqa: B018
    assert isinstance(refused.value, DeclarationError)
    with pytest.raises(DeclarationError, match=r"no 'xyz'.*unique"):
        checks.xyz  # noqa: B018
    assert not hasattr(checks, "__wrapped__")


EVENTS = Table("warehouse", "events", key=["id"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"mode": "merge", "into": Table("warehouse", "bare")}, r"'t': bare can't be written in mode merge.*key="),
        ({"mode": "scd2"}, "without valid_from="),
        ({"mode": "merge", "dedup_key": "id"}, "only append takes it"),
        ({"mode": "append", "partition": "2013-01-05"}, "which that mode doesn't use"),
    ],
)
def test_what_a_mode_needs_is_asked_for(arguments, words):
    with dag() as declared:
        load(FILE, **{"into": EVENTS, "task_id": "t", **arguments})
    with pytest.raises(DagDefinitionError, match=words):
        declared.to_spec()


def test_tasks_that_share_a_table_each_say_so():
    for shared, other in ((True, False), (False, True), (True, True)):
        with dag() as declared:
            load(FILE, into=EVENTS, task_id="all", mode="replace", shared=shared)
            load(FILE, into=EVENTS, task_id="some", mode="merge", shared=other)
        if shared and other:
            declared.to_spec()
            continue
        with pytest.raises(DagDefinitionError, match="shared=True"):
            declared.to_spec()


@pytest.mark.parametrize(
    ("into", "mode", "is_refused"),
    [(raw, None, True), (EVENTS, "replace", True), (EVENTS, "merge", False), (EVENTS, "append", False)],
)
def test_map_indexes_that_replace_the_same_rows_are_refused(into, mode, is_refused):
    with dag() as declared:
        LoadOperator.partial(task_id="t", into=into, mode=mode).expand(source=[FILE, CsvSource("other.csv")])
    if is_refused:
        with pytest.raises(DagDefinitionError, match="would replace the same"):
            declared.to_spec()
    else:
        declared.to_spec()


def test_map_indexes_may_replace_a_partition_each():
    with dag() as declared:
        LoadOperator.partial(task_id="t", into=raw, source=FILE).expand(partition=["2013-01-05", "2013-01-06"])
    declared.to_spec()


def test_a_trigger_whose_spans_are_no_whole_days_is_refused_naming_it():
    with dag(schedule=CronTriggerTimetable("0 6 * * *", interval=timedelta(days=1))) as declared:
        load(FILE, into=raw)
    with pytest.raises(DagDefinitionError, match=r"CronTrigger\(0 6 \* \* \*; interval=1 day, 0:00:00\)"):
        declared.to_spec()
