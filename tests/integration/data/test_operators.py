"""`load` and `transform` run by the sdk, on real files, without a worker."""

from __future__ import annotations

import logging
import sqlite3
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mulgil.connectors.files import CsvSource, ParquetSource
from mulgil.data import Table, checks, load, transform
from mulgil.data.errors import (
    CheckFailedError,
    DeclarationError,
    PartitionValueError,
    SourceError,
    SourceShapeError,
    SqlTemplateError,
)
from mulgil.model import (
    UNMAPPED,
    AssetCommit,
    Connection,
    DagRun,
    DagRunState,
    DataInterval,
    RunType,
    TaskInstance,
)
from mulgil.sdk import DAG, BaseOperator, run_task
from mulgil.sdk.execution import resolve_task

raw = Table("warehouse", "raw.flights", key=["id"], partition_by="day")
daily = Table("warehouse", "mart.daily", key=["day"], partition_by="day")
app = Table("app", "daily", key=["day"], partition_by="day")


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class Runtime:
    """An attempt at a task of the run for one day of January 2013, New York time."""

    version_id = "v1"
    clock = Clock()

    def __init__(self, home: Path, task_id: str, *, day: int = 5, clear_number: int = 0, map_index: int = UNMAPPED):
        self.home = home
        start = datetime(2013, 1, day, 5, tzinfo=UTC)
        interval = DataInterval(start, start + timedelta(days=1))
        self.dag_run = DagRun(
            dag_id="d",
            run_id=f"scheduled__{day}",
            run_uid=f"uid{day}",
            run_type=RunType.SCHEDULED,
            state=DagRunState.RUNNING,
            data_interval=interval,
            version_id="v1",
            created_at=interval.end,
            conf={"limit": 2},
        )
        self.task_instance = TaskInstance(
            dag_id="d", run_id="r", task_id=task_id, try_number=1, clear_number=clear_number, map_index=map_index
        )
        self.commits: list[AssetCommit] = []
        self.results: dict[str, object] = {}
        self.passed: list[str] = []

    def get_connection(self, connection_id: str) -> Connection:
        kinds = {"warehouse": "duckdb", "app": "sqlite", "cache": "memcached"}
        kind = kinds[connection_id]
        return Connection(connection_id=connection_id, conn_type=kind, host=f"{connection_id}.db")

    def resolve_path(self, path: str) -> Path:
        return self.home / path

    def xcom_push(self, key: str, value: object) -> None:
        self.results[key] = value

    def progress(self, rows: int, total: int | None = None) -> None: ...

    def report_commit(self, commit: AssetCommit) -> None:
        self.commits.append(commit)

    def announce_publishing(self) -> None:
        self.passed.append("publishing")

    def fault(self, point: str) -> None:
        self.passed.append(point)


def new_dag() -> DAG:
    return DAG("d", schedule="@daily", start_date="2013-01-01", timezone="America/New_York", params={"limit": 2})


@pytest.fixture
def run(tmp_path):
    def run(task: BaseOperator, **given: object) -> Runtime:
        runtime = Runtime(tmp_path, task.task_id, **given)  # type: ignore[arg-type]
        run_task(task, runtime)  # type: ignore[arg-type]
        return runtime

    return run


@pytest.fixture
def flights(tmp_path: Path) -> Path:
    for day in (5, 6):
        table = pa.table(
            {
                "carrier": ["AA", "UA", "AA"],
                "year": pa.array([2013] * 3, pa.int32()),
                "dom": pa.array([day] * 3, pa.int32()),
                "delay": [1.0, None, 4.0],
            }
        )
        pq.write_table(table, tmp_path / f"2013-01-{day:02}.parquet")
    return tmp_path


SELECT = "select carrier || row_number() over () as id, make_date(year, 1, dom) as day, carrier, delay from source"


def test_the_three_jobs(flights, run):
    with new_dag():
        extract = load(ParquetSource("{{ ds }}.parquet"), into=raw, select=SELECT, checks=[checks.row_count(min=1)])
        summarise = transform(
            "select day, count(*) as flights, avg(delay) as delay from {{ raw }} where day = {{ ds }} group by day",
            into=daily,
        )
        push = load(daily, into=app)
    for day in (5, 6, 5):
        for task in (extract, summarise, push):
            runtime = run(task, day=day, clear_number=1)
    with sqlite3.connect(flights / "app.db") as connection:
        assert connection.execute("select * from daily order by day").fetchall() == [
            ("2013-01-05", 3, 2.5),
            ("2013-01-06", 3, 2.5),
        ]
    connection.close()
    with duckdb.connect(str(flights / "warehouse.db"), read_only=True) as warehouse:
        assert warehouse.execute("select count(*), count(distinct day) from raw.flights").fetchall() == [(6, 2)]
    [commit] = runtime.commits
    assert (commit.connection_id, commit.table_name, commit.scope, commit.rows, commit.mode) == (
        "app",
        "main.daily",
        "p:2013-01-05",
        1,
        "replace_partition",
    )
    assert b"mart.daily[p:2013-01-05]@" in commit.record
    assert runtime.results["return_value"] == {
        "table": "daily",
        "status": "already_committed",
        "rows": 1,
        "fence": commit.fence,
        "scopes": ["p:2013-01-05"],
    }


def test_what_was_committed_is_resolved(flights, run):
    with new_dag():
        extract = load(ParquetSource("{{ ds }}.parquet"), into=raw, select=SELECT)
    before = Runtime(flights, extract.task_id)
    assert resolve_task(extract, before) is False  # type: ignore[arg-type]
    done = run(extract)
    assert done.passed == ["K0", "K1", "K2", "K3", "K4", "K5", "publishing", "K6", "K6c", "K7", "K8", "K9"]
    resolver = Runtime(flights, extract.task_id)
    assert resolve_task(extract, resolver) is True  # type: ignore[arg-type]
    assert resolver.commits == done.commits
    assert resolver.passed == []
    assert resolve_task(extract, Runtime(flights, extract.task_id, clear_number=1)) is False  # type: ignore[arg-type]


def test_rows_of_the_next_day_are_refused(flights, run):
    with new_dag():
        extract = load(ParquetSource("2013-01-06.parquet"), into=raw, select=SELECT)
    with pytest.raises(PartitionValueError, match=r"3 rows for raw.flights .*day: 2013-01-05.*2013-01-06"):
        run(extract)


def test_partitions_may_be_named_and_templates_stand_in_checks(flights, run):
    with new_dag():
        extract = load(
            ParquetSource("2013-01-*.parquet"),
            into=raw,
            select="select delay, carrier || dom || row_number() over () as id, make_date(year, 1, dom) as day "
            "from source",
            partition=["{{ ds }}", "2013-01-06"],
            checks=[
                checks.sql("select * from staged where day < {{ ds }} or delay > {{ params.limit }}", severity="warn")
            ],
        )
    runtime = run(extract)
    assert sorted((commit.scope, commit.rows) for commit in runtime.commits) == [
        ("p:2013-01-05", 3),
        ("p:2013-01-06", 3),
    ]


def test_a_failing_check_is_told_and_leaves_no_table(flights, run, caplog):
    with new_dag():
        bad = load(ParquetSource("{{ ds }}.parquet"), into=raw, select=SELECT, checks=[checks.not_null("delay")])
        warned = load(
            ParquetSource("{{ ds }}.parquet"),
            into=raw,
            select=SELECT,
            checks=[checks.not_null("delay", severity="warn")],
        )
    with pytest.raises(CheckFailedError, match=r"not_null\(delay\) failed for raw.flights: 1 rows.*UA"):
        run(bad)
    assert not (flights / "warehouse.db").exists()
    with caplog.at_level(logging.INFO, logger="mulgil.data"):
        run(warned)
    assert "not_null(delay) failed (warn): 1 rows" in caplog.text
    assert "Committed 3 rows to raw.flights p:2013-01-05" in caplog.text


def test_a_mapped_load_must_name_its_partition(flights, run):
    from mulgil.data import LoadOperator

    with new_dag():
        mapped = LoadOperator.partial(
            task_id="mapped", source=ParquetSource("2013-01-06.parquet"), into=raw, select=SELECT
        ).expand(partition=[["2013-01-06"], ["2013-01-07"]])
        silent = LoadOperator.partial(task_id="silent", source=ParquetSource("2013-01-05.parquet"), into=raw).expand(
            select=[SELECT]
        )
    assert run(mapped, map_index=0).commits[0].scope == "p:2013-01-06"
    with pytest.raises(DeclarationError, match="Map over partition"):
        run(silent, map_index=0)


def test_errors_name_what_is_wrong(flights, run):
    with new_dag():
        select = load(ParquetSource("{{ ds }}.parquet"), into=raw, select="select nope from source")
        lost = load(ParquetSource("none.parquet"), into=raw, task_id="lost")
        nothing = load(ParquetSource("no*.csv"), into=raw, task_id="nothing")
        unread = load(daily, into=app, task_id="unread")
        elsewhere = load(daily, into=Table("cache", "daily"), task_id="elsewhere")
        template = transform("select {{ nope }} as day", into=daily, task_id="template")
    with pytest.raises(SourceError, match=r"carrier string.*nope"):
        run(select)
    with pytest.raises(SourceError, match=r"no file .*none.parquet"):
        run(lost)
    with pytest.raises(SourceError, match="No file matches"):
        run(nothing)
    with pytest.raises(SourceError, match=r"no table mart.daily in connection warehouse"):
        run(unread)
    with pytest.raises(DeclarationError, match=r"type 'memcached'.*duckdb, files, sqlite"):
        run(elsewhere)
    with pytest.raises(SqlTemplateError, match="'nope' is undefined"):
        run(template)


def test_an_error_of_the_source_stays_itself_below_a_select(flights, run):
    (flights / "broken.csv").write_text("carrier,year,dom,delay\nAA,2013,5,1\nUA,2013\n")
    with new_dag():
        broken = load(
            CsvSource("broken.csv", columns={"carrier": "string", "year": "int32", "dom": "int32", "delay": "float"}),
            into=raw,
            select=SELECT,
        )
    with pytest.raises(SourceError, match=r"broken.csv, line 3: 2 fields instead of 4: UA,2013"):
        run(broken)


def test_csv_files(flights, run):
    (flights / "a1.csv").write_text('id,day,word\n1,2013-01-05,"x,y"\n2,2013-01-05,\n')
    (flights / "a2.csv").write_text("id,day,word\n3,2013-01-05,z\n")
    (flights / "b1.csv").write_text("id,day\n1,2013-01-05\n")
    columns = {"id": "int64", "day": "date", "word": "string"}
    table = Table("app", "words", key=["id"], partition_by="day")
    with new_dag():
        good = load(CsvSource("a*.csv", columns=columns), into=table)
        lacking = load(CsvSource("b1.csv", columns=columns), into=table, task_id="lacking")
        differing = load(CsvSource("[ab]*.csv"), into=table, task_id="differing")
    run(good)
    with sqlite3.connect(flights / "app.db") as connection:
        assert connection.execute("select * from words order by id").fetchall() == [
            (1, "2013-01-05", "x,y"),
            (2, "2013-01-05", None),
            (3, "2013-01-05", "z"),
        ]
    connection.close()
    with pytest.raises(SourceError, match=r"b1.csv.*word"):
        run(lacking)
    with pytest.raises(SourceShapeError, match=r"b1.csv has other columns"):
        run(differing)


def test_sqlite_transforms_where_it_is(flights, run):
    pq.write_table(pa.table({"id": [1, 2], "day": [date(2013, 1, 5)] * 2, "v": [1.5, 2.0]}), flights / "in.parquet")
    source, target = Table("app", "items", partition_by="day"), Table("app", "sums", key=["day"], partition_by="day")
    with new_dag():
        first = load(ParquetSource("in.parquet"), into=source)
        second = transform(
            "select day, sum(v) as v from {{ items }} where day = {{ ds }} group by 1",
            into=target,
            tables={"items": source},
        )
    for clear_number in range(2):
        run(first, clear_number=clear_number)
        run(second, clear_number=clear_number)
    with sqlite3.connect(flights / "app.db") as connection:
        assert connection.execute("select * from sums").fetchall() == [("2013-01-05", 3.5)]
    connection.close()
