"""What a person reads when a source, a statement, a check or a connection is wrong."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mulgil.connectors.files import ParquetSource
from mulgil.data import Table, checks, load, transform
from mulgil.data.errors import CheckFailedError, CheckUnusableError, QueryError, TableMissingError
from mulgil.i18n import MulgilError
from mulgil.model import Connection, DagRun, DagRunState, DataInterval, RunType, TaskInstance
from mulgil.sdk import DAG, BaseOperator, run_task


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class Runtime:
    """An attempt at a task, in `home`."""

    version_id = "v1"
    clock = Clock()
    hosts: ClassVar = {
        "warehouse": ("duckdb", "warehouse.duckdb"),
        "app": ("sqlite", "app.db"),
        "far": ("duckdb", "no/w.duckdb"),
    }

    def __init__(self, home: Path, task_id: str):
        self.home = home
        start = datetime(2013, 1, 5, tzinfo=UTC)
        self.dag_run = DagRun(
            dag_id="d",
            run_id="r",
            run_uid="u",
            run_type=RunType.SCHEDULED,
            state=DagRunState.RUNNING,
            data_interval=DataInterval(start, start + timedelta(days=1)),
            version_id="v1",
            created_at=start,
        )
        self.task_instance = TaskInstance(dag_id="d", run_id="r", task_id=task_id, try_number=1)

    def get_connection(self, connection_id: str) -> Connection:
        kind, host = self.hosts[connection_id]
        return Connection(connection_id=connection_id, conn_type=kind, host=host)

    def resolve_path(self, path: str) -> Path:
        return self.home / path

    def xcom_push(self, key: str, value: object) -> None: ...
    def progress(self, rows: int, total: int | None = None) -> None: ...
    def report_commit(self, commit: object) -> None: ...
    def announce_publishing(self) -> None: ...
    def fault(self, point: str) -> None: ...


@pytest.fixture
def home(tmp_path: Path) -> Path:
    pq.write_table(pa.table({"id": [1, 2], "amount": [3.5, None]}), tmp_path / "in.parquet")
    return tmp_path


@pytest.fixture
def refused(home):
    def refused(task: BaseOperator) -> MulgilError:
        with pytest.raises(MulgilError) as caught:
            run_task(task, Runtime(home, task.task_id))  # type: ignore[arg-type]
        assert "mulgil-stage" not in str(caught.value)
        return caught.value

    return refused


@pytest.fixture(params=["warehouse", "app"])
def connection(request) -> str:
    return str(request.param)


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("select id,\n  amout from {{ raw }}", "amout"),
        ("select id\nform {{ raw }} where", "syntax error"),
        ("select id\nfrom nowhere", "nowhere"),
    ],
)
def test_broken_sql_is_told_as_the_tasks_own(home, refused, connection, sql, word):
    raw, sums = Table(connection, "raw"), Table(connection, "sums")
    with DAG("d"):
        first = load(ParquetSource("in.parquet"), into=raw)
        second = transform(sql, into=sums, tables={"raw": raw})
    run_task(first, Runtime(home, first.task_id))  # type: ignore[arg-type]
    error = refused(second)
    assert isinstance(error, QueryError)
    assert error.text.code == "data.sql_failed"
    fields = error.text.fields
    assert (fields["task_id"], fields["table"], fields["connection"]) == ("sums", "sums", connection)
    assert fields["host"] in ("warehouse.duckdb", "app.db")
    assert word in str(fields["detail"])
    if connection == "warehouse":
        assert "LINE 2:" in str(fields["detail"])


def test_a_table_that_is_not_there_yet_is_told_with_who_writes_it(refused, connection):
    raw, other = Table(connection, "raw"), Table(connection, "other")
    with DAG("d"):
        load(ParquetSource("in.parquet"), into=raw, task_id="extract")
        second = transform("select * from {{ raw }}", into=Table(connection, "sums"), tables={"raw": raw})
        copy = load(raw, into=Table(connection, "copy"))
        stranger = load(other, into=Table(connection, "stranger"))
    for task in (second, copy):
        error = refused(task)
        assert isinstance(error, TableMissingError)
        assert error.text.code == "data.source_table_unwritten"
        assert error.text.fields == {"table": "raw", "connection": connection, "writer": "extract"}
    assert refused(stranger).text.code == "data.source_table_missing"


def test_a_check_on_a_column_that_is_not_there_names_the_nearest(refused, connection):
    with DAG("d"):
        misspelt = load(
            ParquetSource("in.parquet"), into=Table(connection, "a"), checks=[checks.not_null("AMOUNT", "amout")]
        )
        strange = load(
            ParquetSource("in.parquet"), into=Table(connection, "b"), checks=[checks.accepted_values("zzz", [1])]
        )
    error = refused(misspelt)
    assert isinstance(error, CheckUnusableError)
    assert error.text.fields == {
        "check": "not_null(AMOUNT, amout)",
        "table": "a",
        "column": "amout",
        "guess": "amount",
    }
    assert refused(strange).text.fields["columns"] == "id, amount"


def test_a_check_of_broken_sql_is_named(refused, connection):
    with DAG("d"):
        broken = load(
            ParquetSource("in.parquet"),
            into=Table(connection, "a"),
            checks=[checks.sql("select *\nfrom staged where amout > 1", name="no big ones")],
        )
    error = refused(broken)
    assert isinstance(error, CheckUnusableError)
    assert (error.text.code, error.text.fields["check"]) == ("data.check_broken", "no big ones")
    assert "amout" in str(error.text.fields["detail"])


def test_too_few_rows_are_told_by_their_number(refused, connection):
    with DAG("d"):
        few = load(ParquetSource("in.parquet"), into=Table(connection, "a"), checks=[checks.row_count(min=5)])
    error = refused(few)
    assert isinstance(error, CheckFailedError)
    assert error.text.fields == {"check": "row_count(min=5)", "table": "a", "rows": 2}
