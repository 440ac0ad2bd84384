"""Stored dags are read for ever: each file here holds bytes that some version wrote. Never edit one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from mulgil.model import (
    AssetRef,
    CronTimetable,
    CronTriggerTimetable,
    DagSpec,
    DeltaTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    Isolation,
    ManualTimetable,
    Mapping,
    OnceTimetable,
    ParamSpec,
    RetryPolicy,
    TaskGroupSpec,
    TaskSpec,
    TriggerRule,
    WeightRule,
)
from mulgil.serialization import DAG_FORMAT, decode_dag, encode_dag

FILES = Path(__file__).parent / "format_1"

FULL = DagSpec(
    dag_id="flights",
    tasks=(
        TaskSpec(
            task_id="extract",
            operator="python",
            retry=RetryPolicy(
                retries=3,
                delay=timedelta(seconds=90),
                multiplier=2.0,
                max_delay=timedelta(hours=1),
                jitter=0.25,
            ),
            execution_timeout=timedelta(minutes=30, microseconds=5),
            pool="api",
            pool_slots=2,
            priority_weight=-7,
            weight_rule=WeightRule.ABSOLUTE,
            group="load.raw",
            mapping=Mapping(("airport", "day"), (3, 14)),
            isolation=Isolation.SPAWN,
            executor="local",
            inlets=(AssetRef("api", "flights"),),
            outlets=(AssetRef("warehouse", "raw.flights"),),
            is_resolvable=True,
            preload=("pyarrow", "duckdb"),
            owner="data",
            doc="Fetch a day.",
            line=12,
        ),
        TaskSpec(
            task_id="decide",
            operator="branch",
            upstream=("extract",),
            trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
            is_branch=True,
        ),
    ),
    timetable=CronTimetable("0 22-2 * * MON-FRI", "America/New_York"),
    timezone="America/New_York",
    start_date=datetime(2013, 1, 1, 5, tzinfo=UTC),
    end_date=datetime(2013, 12, 31, 5, 0, 0, 1, tzinfo=UTC),
    catchup=True,
    max_active_runs=1,
    max_active_tasks=4,
    dagrun_timeout=timedelta(days=2),
    is_paused_upon_creation=True,
    groups=(TaskGroupSpec("load"), TaskGroupSpec("load.raw", "load", "raw tables")),
    params={
        "limit": ParamSpec({"type": "integer", "minimum": 1}, 500, "rows a page"),
        "carrier": ParamSpec({"type": "string"}),
        "since": ParamSpec(default=None),
    },
    tags=("flights", "항공"),
    owner="data",
    description="New York's flights",
    doc="# Flights",
    file="flights/dag.py",
    line=3,
)
SPECS = {
    "dag_full.json": FULL,
    "dag_minimal.json": DagSpec(
        dag_id="d", tasks=(TaskSpec(task_id="t", operator="empty"),), timetable=ManualTimetable()
    ),
    "dag_delta.json": DagSpec(
        dag_id="d",
        tasks=(),
        timetable=DeltaTimetable(timedelta(hours=7), datetime(2013, 1, 1, tzinfo=UTC)),
    ),
    "dag_once.json": DagSpec(dag_id="d", tasks=(), timetable=OnceTimetable()),
    "dag_cron_trigger.json": DagSpec(
        dag_id="d", tasks=(), timetable=CronTriggerTimetable(("0 6 * * *",), "Asia/Seoul", timedelta(days=1))
    ),
    "dag_crons_trigger.json": DagSpec(
        dag_id="d", tasks=(), timetable=CronTriggerTimetable(("0 6 * * *", "0 18 * * FRI"), "Asia/Seoul")
    ),
    "dag_delta_trigger.json": DagSpec(
        dag_id="d",
        tasks=(),
        timetable=DeltaTriggerTimetable(timedelta(hours=7), datetime(2013, 1, 1, tzinfo=UTC), timedelta(hours=1)),
    ),
    "dag_events.json": DagSpec(
        dag_id="d",
        tasks=(),
        timetable=EventsTimetable((datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 5, 6, 7, tzinfo=UTC)), True),
    ),
}


@pytest.mark.parametrize("name", SPECS)
def test_format_1_is_read(name: str) -> None:
    assert decode_dag((FILES / name).read_bytes()) == SPECS[name]


@pytest.mark.parametrize("name", SPECS)
def test_the_current_format_is_written_as_ever(name: str) -> None:
    assert DAG_FORMAT == 1, "keep these files, add format_2/ and read both"
    assert encode_dag(SPECS[name]) == (FILES / name).read_bytes()


def test_defaults_that_are_not_written_are_still_the_same() -> None:
    """A changed default would change dags that are stored already: it needs a new format."""
    dag = decode_dag((FILES / "dag_minimal.json").read_bytes())
    (task,) = dag.tasks

    assert msgspec.to_builtins(msgspec.structs.asdict(task) | {"retry": msgspec.structs.asdict(task.retry)}) == {
        "task_id": "t",
        "operator": "empty",
        "upstream": (),
        "trigger_rule": "all_success",
        "retry": {"retries": 0, "delay": "PT300S", "multiplier": 1.0, "max_delay": None, "jitter": 0.0},
        "execution_timeout": None,
        "pool": "default_pool",
        "pool_slots": 1,
        "priority_weight": 1,
        "weight_rule": "downstream",
        "group": None,
        "is_branch": False,
        "mapping": None,
        "isolation": "fork",
        "executor": None,
        "inlets": (),
        "outlets": (),
        "is_resolvable": False,
        "preload": (),
        "owner": "",
        "doc": "",
        "labels": (),
        "line": 0,
    }
    shown = msgspec.structs.asdict(dag)
    del shown["dag_id"], shown["tasks"], shown["timetable"]
    assert msgspec.to_builtins(shown) == {
        "timezone": "UTC",
        "start_date": None,
        "end_date": None,
        "catchup": False,
        "max_active_runs": 16,
        "max_active_tasks": 16,
        "dagrun_timeout": None,
        "is_paused_upon_creation": False,
        "groups": (),
        "params": {},
        "tags": (),
        "owner": "",
        "description": "",
        "doc": "",
        "file": "",
        "line": 0,
    }
